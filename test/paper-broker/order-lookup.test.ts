import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { DeadlineExceeded } from '../../paper-broker/deadline.ts';
import { createLiveOrder, viewOrder } from '../../paper-broker/engine-state.ts';
import { createOrderLookup } from '../../paper-broker/order-lookup.ts';
import { checkTerms } from '../../paper-broker/terms.ts';
import { silentLogger, terms } from './support/orders.ts';

const asked = terms();
const known = viewOrder(createLiveOrder(asked, 1, checkTerms(asked)));
const PATIENCE = { timeout: 10_000, interval: 10 };

/** A look-up over a database that knows one order, and hangs or fails as the test says. */
function createRig({ timeoutMs = 10_000 } = {}) {
  const queries: string[][] = [];
  const database = { mode: 'UP' as 'UP' | 'HANGS' | 'FAILS' };
  const onFailed = vi.fn();
  const lookup = createOrderLookup({
    readMany: async (ids) => {
      queries.push([...ids]);
      if (database.mode === 'HANGS') return new Promise(() => {});
      if (database.mode === 'FAILS') throw new Error('gone');
      return ids.includes(asked.clientOrderId) ? [known] : [];
    },
    timeoutMs,
    probeEveryMs: 5,
    logger: silentLogger,
    onFailed,
  });
  onTestFinished(lookup.stop);
  return { lookup, queries, database, onFailed };
}

describe('looking orders up', () => {
  it('asks once for all that were asked for in one turn', async () => {
    const { lookup, queries } = createRig();
    const answers = await Promise.all([
      lookup.read(asked.clientOrderId),
      lookup.read('nobody'),
      lookup.read(asked.clientOrderId),
    ]);
    expect(answers).toEqual([known, null, known]);
    expect(queries).toEqual([[asked.clientOrderId, 'nobody']]);
  });

  it.each([
    ['hangs', 'HANGS', DeadlineExceeded],
    ['fails', 'FAILS', /gone/],
  ] as const)(
    'fails and is unhealthy while the database %s, and well again without being asked',
    async (_what, mode, error) => {
      const { lookup, database, onFailed } = createRig({ timeoutMs: 30 });
      database.mode = mode;
      await expect(lookup.read('x')).rejects.toThrow(error);
      expect(lookup.isHealthy()).toBe(false);
      await vi.waitFor(() => expect(onFailed.mock.calls.length).toBeGreaterThan(2), PATIENCE);
      expect(lookup.isHealthy()).toBe(false);
      database.mode = 'UP';
      await vi.waitFor(() => expect(lookup.isHealthy()).toBe(true), PATIENCE);
      expect(await lookup.read(asked.clientOrderId)).toEqual(known);
    },
  );

  it('stops asking whether the database is back when it is told to', async () => {
    const { lookup, queries, database } = createRig();
    database.mode = 'FAILS';
    await expect(lookup.read('x')).rejects.toThrow();
    lookup.stop();
    await sleep(20);
    const before = queries.length;
    await sleep(50);
    expect(queries).toHaveLength(before);
  });
});
