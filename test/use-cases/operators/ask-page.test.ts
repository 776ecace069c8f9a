import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { HubError } from '../../../contracts/errors.ts';
import type { BulkAction, BulkRequest } from '../../../contracts/operators/bulk-operations.ts';
import type { OrderStatus } from '../../../domain/orders/order.ts';
import type { AskOutcome } from '../../../use-cases/operators/ask-order.ts';
import {
  type AskedOrder,
  type AskPageDeps,
  askPage,
  type PageAttempt,
} from '../../../use-cases/operators/ask-page.ts';
import { BULK } from '../../api/stub-fixtures.ts';
import { orderOf } from '../../api/stub-use-cases.ts';

type Answer = AskOutcome | Error;

/** Each order answers so, and stands so after it. */
function rigOf(orders: Record<string, [Answer, OrderStatus]>) {
  const happened: unknown[][] = [];
  let atOnce = 0;
  const seen = { atOnceMax: 0 };
  const ask =
    (name: string) =>
    async (orderId: string, ...args: unknown[]): Promise<never> => {
      happened.push([name, orderId, ...args]);
      atOnce += 1;
      seen.atOnceMax = Math.max(seen.atOnceMax, atOnce);
      await new Promise((resolve) => setTimeout(resolve, 1));
      atOnce -= 1;
      const answer = orders[orderId]?.[0];
      if (answer instanceof Error) throw answer;
      return answer as never;
    };
  const deps: AskPageDeps = {
    reader: {
      findOrder: async (id) => {
        const status = orders[id]?.[1];
        return status ? { ...orderOf({ id, status }), attentionReason: null, trouble: null } : null;
      },
    },
    workflows: {
      retryOrder: ask('retryOrder'),
      failOrder: ask('failOrder'),
      cancelOrder: ask('cancelOrder'),
    },
    log: {
      recordRequest: async (orderId, ...args) =>
        void happened.push(['recordRequest', orderId, ...args]),
    },
    logger: pino({ level: 'silent' }),
  };
  const told: AskedOrder[][] = [];
  const run = (action: BulkAction, attempt: Partial<PageAttempt> = {}) => {
    const request: BulkRequest = { ...BULK, action };
    const { signal } = new AbortController();
    const given: PageAttempt = {
      known: [],
      tell: (asked) => void told.push(asked),
      isLast: false,
      signal,
      ...attempt,
    };
    return askPage(deps, request, Object.keys(orders), given);
  };
  return { run, happened, told, seen };
}

const COUNTS = { done: 0, pending: 0, rejected: 0, failed: 0, failures: [] };

describe('an order of a page', () => {
  it.each([
    ['RETRY', 'retryOrder'],
    ['FAIL', 'failOrder'],
    ['CANCEL', 'cancelOrder'],
  ] as const)(
    'is asked in the operator’s name, after the audit trail has who, why and which operation: %s',
    async (action, name) => {
      const { run, happened } = rigOf({ a: ['DONE', 'CANCELED'] });
      expect(await run(action)).toEqual({ ...COUNTS, done: 1 });
      const asked = { operator: BULK.operator, reason: BULK.reason, bulkId: BULK.id };
      expect(happened).toEqual([
        ['recordRequest', 'a', `${action}_REQUESTED`, asked],
        [name, 'a', `bulk/${BULK.id}/a`, asked],
      ]);
    },
  );

  it.each<[BulkAction, AskOutcome, OrderStatus, object]>([
    ['RETRY', 'DONE', 'NEW', { done: 1 }],
    ['RETRY', 'DONE', 'SUSPENDED', { done: 1 }],
    ['RETRY', 'PENDING', 'SUSPENDED', { pending: 1 }],
    ['RETRY', 'REJECTED', 'NEW', { rejected: 1 }],
    ['RETRY', 'NOT_RUNNING', 'FILLED', { rejected: 1 }],
    ['FAIL', 'DONE', 'REJECTED', { done: 1 }],
    ['FAIL', 'DONE', 'FILLED', { done: 1 }],
    ['FAIL', 'PENDING', 'SUSPENDED', { pending: 1 }],
    ['FAIL', 'REJECTED', 'NEW', { rejected: 1 }],
    ['CANCEL', 'DONE', 'CANCELED', { done: 1 }],
    ['CANCEL', 'DONE', 'FILLED', { rejected: 1 }],
    ['CANCEL', 'DONE', 'NEW', { pending: 1 }],
    ['CANCEL', 'PENDING', 'PENDING_CANCEL', { pending: 1 }],
    ['CANCEL', 'NOT_RUNNING', 'CANCELED', { done: 1 }],
    ['CANCEL', 'NOT_RUNNING', 'EXPIRED', { rejected: 1 }],
    [
      'CANCEL',
      'NOT_RUNNING',
      'NEW',
      { failed: 1, failures: [{ orderId: 'a', code: 'NOT_RUNNING' }] },
    ],
  ])(
    'counts by what it answered and how it then stands: %s, %s, %s',
    async (action, answer, status, counts) => {
      expect(await rigOf({ a: [answer, status] }).run(action)).toEqual({ ...COUNTS, ...counts });
    },
  );
});

describe('a page', () => {
  const many = (count: number, answer: Answer = 'DONE'): Record<string, [Answer, OrderStatus]> =>
    Object.fromEntries(Array.from({ length: count }, () => [randomUUID(), [answer, 'CANCELED']]));

  it('asks no more than ten orders at a time, and each of them once', async () => {
    const { run, happened, seen, told } = rigOf(many(35));
    expect(await run('CANCEL')).toEqual({ ...COUNTS, done: 35 });
    expect(happened.filter(([name]) => name === 'cancelOrder')).toHaveLength(35);
    expect(seen.atOnceMax).toBe(10);
    expect(told.at(-1)).toHaveLength(35);
  });

  it('asks all others when one cannot be asked, and then fails with its failure', async () => {
    const orders = {
      ...many(5),
      b: [new HubError('TEMPORAL_UNAVAILABLE'), 'NEW'] as [Answer, OrderStatus],
      ...many(5),
    };
    const { run, told } = rigOf(orders);
    await expect(run('CANCEL')).rejects.toMatchObject({ code: 'TEMPORAL_UNAVAILABLE' });
    expect(told.at(-1)?.map(({ outcome }) => outcome)).toEqual(Array(10).fill('DONE'));
  });

  it('does not ask again what an earlier attempt knows, and loses none of its counts', async () => {
    const first = rigOf({
      a: ['DONE', 'CANCELED'],
      b: [new HubError('DATABASE_UNAVAILABLE'), 'NEW'],
    });
    await expect(first.run('CANCEL')).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    const second = rigOf({ a: ['DONE', 'CANCELED'], b: ['DONE', 'CANCELED'] });
    expect(await second.run('CANCEL', { known: first.told.at(-1) ?? [] })).toEqual({
      ...COUNTS,
      done: 2,
    });
    expect(second.happened.map(([, orderId]) => orderId)).toEqual(['b', 'b']);
  });

  it('counts what cannot be asked as failed in its last attempt, with at most ten of them named', async () => {
    const { run } = rigOf({ ...many(2), ...many(12, new HubError('TEMPORAL_UNAVAILABLE')) });
    const result = await run('CANCEL', { isLast: true });
    expect(result).toMatchObject({ done: 2, failed: 12 });
    expect(result.failures).toHaveLength(10);
    expect(result.failures[0]?.code).toBe('TEMPORAL_UNAVAILABLE');
  });

  it('asks no further order when its worker shuts down', async () => {
    const { run, happened } = rigOf(many(3));
    await expect(
      run('CANCEL', { signal: AbortSignal.abort(new Error('shutting down')) }),
    ).rejects.toThrow('shutting down');
    expect(happened).toEqual([]);
  });
});
