import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { createLiveOrder } from '../../paper-broker/engine-state.ts';
import { VenueUnavailable } from '../../paper-broker/errors.ts';
import { type Batch, createJournal } from '../../paper-broker/journal.ts';
import { createVenueMetrics } from '../../paper-broker/metrics.ts';
import type { LiveOrder, Report } from '../../paper-broker/order.ts';
import { checkTerms } from '../../paper-broker/terms.ts';
import { terms } from './support/orders.ts';

/** A journal whose writes end when the test says so. */
function createRig({ lazyWriteMs = 60_000 } = {}) {
  const writes: { batch: Batch; reports: number; done: PromiseWithResolvers<void> }[] = [];
  const committed: number[] = [];
  const failures: unknown[] = [];
  const journal = createJournal({
    write: (batch) => {
      const done = Promise.withResolvers<void>();
      writes.push({ batch, reports: batch.reports.length, done });
      return done.promise;
    },
    onCommitted: (batch) => committed.push(...batch.reports.map((report) => report.sequence)),
    onFailed: (error) => failures.push(error),
    metrics: createVenueMetrics(),
    writeTimeoutMs: 60_000,
    lazyWriteMs,
  });
  const order = (): LiveOrder => {
    const asked = terms();
    return createLiveOrder(asked, 1, checkTerms(asked));
  };
  return { journal, writes, committed, failures, order };
}

const report = (sequence: number): Report => ({
  sequence,
  clientOrderId: 'x',
  execType: 'NEW',
  orderStatus: 'NEW',
  lastQuantity: null,
  lastPrice: null,
  cumulativeQuantity: '0',
  leavesQuantity: '10',
  stopPrice: null,
  waterMark: null,
  timeMs: 0,
  rejectCode: null,
  inAnswer: true,
});

const isSettled = async (promise: Promise<void>): Promise<boolean> => {
  const pending = Symbol('pending');
  return (await Promise.race([promise.then(() => null), nextTurn(pending)])) !== pending;
};

describe('the journal', () => {
  it('writes together what happened in one turn, and what happened while a write was in flight', async () => {
    const { journal, writes, order, committed } = createRig();
    const first = journal.record(order(), report(1));
    journal.record(order(), report(2));
    await nextTurn();
    const second = journal.record(order(), report(3));
    journal.record(order(), report(4));
    await nextTurn();
    expect(writes.map((write) => write.reports)).toEqual([2]);

    writes[0]?.done.resolve();
    await journal.committed(first);
    await nextTurn();
    expect(writes.map((write) => write.reports)).toEqual([2, 2]);
    expect(await isSettled(journal.committed(second))).toBe(false);

    writes[1]?.done.resolve();
    await journal.committed(second);
    expect(committed).toEqual([1, 2, 3, 4]);
  });

  it('tells a new order from one that changed', async () => {
    const { journal, writes, order } = createRig();
    const one = order();
    journal.record(one, report(1));
    journal.record(one, report(2));
    await nextTurn();
    journal.record(one, report(3));
    writes[0]?.done.resolve();
    await nextTurn();
    await nextTurn();
    expect(writes.map(({ batch }) => [batch.added.size, batch.changed.size])).toEqual([
      [1, 0],
      [0, 1],
    ]);
  });

  it('fails everyone who waits when a write fails, and says so once', async () => {
    const { journal, writes, order, failures, committed } = createRig();
    const inFlight = journal.committed(journal.record(order(), report(1)));
    await nextTurn();
    const open = journal.committed(journal.record(order(), report(2)));
    writes[0]?.done.reject(new Error('gone'));
    await expect(inFlight).rejects.toThrow(VenueUnavailable);
    await expect(open).rejects.toThrow(VenueUnavailable);
    expect(failures).toHaveLength(1);
    expect(committed).toEqual([]);
    expect(journal.pendingReports()).toBe(0);
  });

  it('goes on after a failure', async () => {
    const { journal, writes, order } = createRig();
    const failed = journal.committed(journal.record(order(), report(1)));
    await nextTurn();
    writes[0]?.done.reject(new Error('gone'));
    await expect(failed).rejects.toThrow();
    const next = journal.committed(journal.record(order(), report(1)));
    await nextTurn();
    writes[1]?.done.resolve();
    await next;
    await journal.drained();
  });
});

describe('a change that no report tells of', () => {
  it('waits for company when it is not urgent, and goes with the next write', async () => {
    const { journal, writes, order } = createRig();
    const marked = order();
    const batch = journal.recordChange(marked, 'SOON');
    await nextTurn();
    expect(writes).toHaveLength(0);
    expect(journal.record(order(), report(1))).toBe(batch);
    await nextTurn();
    expect(writes.map(({ batch: { added, changed } }) => [added.size, [...changed]])).toEqual([
      [1, [marked]],
    ]);
  });

  it('is written at once when it is urgent, or as soon as someone waits for it', async () => {
    const { journal, writes, order } = createRig();
    journal.recordChange(order(), 'NOW');
    await nextTurn();
    expect(writes).toHaveLength(1);
    const told = journal.committed(journal.recordChange(order(), 'SOON'));
    writes[0]?.done.resolve();
    await nextTurn();
    await nextTurn();
    expect(writes).toHaveLength(2);
    expect(await isSettled(told)).toBe(false);
    writes[1]?.done.resolve();
    await told;
  });

  it('does not wait for company for ever', async () => {
    const { journal, writes, order } = createRig({ lazyWriteMs: 5 });
    journal.recordChange(order(), 'SOON');
    journal.recordChange(order(), 'SOON');
    await vi.waitFor(() => expect(writes).toHaveLength(1), { timeout: 10_000 });
    expect(writes[0]?.batch.changed.size).toBe(2);
  });

  it('is not forgotten at the end', async () => {
    const { journal, writes, order } = createRig();
    journal.recordChange(order(), 'SOON');
    const drained = journal.drained();
    await nextTurn();
    expect(writes).toHaveLength(1);
    writes[0]?.done.resolve();
    await drained;
  });

  it('of a new order goes with it', async () => {
    const { journal, writes, order } = createRig();
    const one = order();
    journal.record(one, report(1));
    journal.recordChange(one, 'NOW');
    await nextTurn();
    expect(writes.map(({ batch }) => [batch.added.size, batch.changed.size])).toEqual([[1, 0]]);
  });
});
