import { describe, expect, it } from 'vitest';
import type {
  BulkFilter,
  BulkProgress,
  BulkRequest,
} from '../../../contracts/operators/bulk-operations.ts';
import { bind } from '../../../use-cases/bind.ts';
import {
  type BulkDeps,
  getBulk,
  listBulks,
  previewBulk,
  startBulk,
  stopBulk,
} from '../../../use-cases/operators/bulk-operations.ts';
import { BULK, BULK_ID, OPERATOR, TIME } from '../../api/stub-fixtures.ts';

const ORDER = { action: 'CANCEL', filter: BULK.filter, reason: 'halted' } as const;

/** Workflows that remember what was started; `ended`: all have ended. */
function rigOf({ ended = false } = {}) {
  const happened: string[] = [];
  const bulks = new Map<string, BulkProgress>([[BULK_ID, BULK]]);
  const deps: BulkDeps = {
    reader: {
      countBulkOrders: async () => 25,
      listBulkOrders: async (_request, _after, limit) => ({
        orderIds: Array.from({ length: limit }, (_, n) => String(n)),
        cursor: null,
      }),
    },
    bulks: {
      startBulk: async (request: BulkRequest) => {
        happened.push('startBulk');
        if (bulks.has(request.id)) return 'EXISTS';
        bulks.set(request.id, { ...BULK, ...request, done: 3 });
        return 'STARTED';
      },
      findBulk: async (id) => {
        const bulk = bulks.get(id);
        return bulk ? { ...bulk, status: ended ? 'COMPLETED' : 'RUNNING' } : null;
      },
      listBulks: async () => ({ items: [...bulks.values()], nextCursor: null }),
      stopBulk: async () => void happened.push('stopBulk'),
    },
    log: {
      recordBulk: async ({ operator, reason }) =>
        void happened.push(`recordBulk ${operator} ${reason}`),
      recordBulkStop: async (_id, { operator, reason }) =>
        void happened.push(`recordBulkStop ${operator} ${reason}`),
    },
    clock: () => Date.parse(TIME),
  };
  const useCases = bind(deps, { startBulk, previewBulk, listBulks, getBulk, stopBulk });
  return { useCases, happened };
}

describe('starting a bulk operation', () => {
  it('records who and why before it starts, and answers without waiting for a worker', async () => {
    const { useCases, happened } = rigOf();
    const { bulk, replayed } = await useCases.startBulk(OPERATOR, ORDER, null);
    expect(bulk).toMatchObject({
      ...ORDER,
      operator: `user/${OPERATOR.userId}`,
      requestedAt: TIME,
      status: 'RUNNING',
      matched: null,
      done: 0,
    });
    expect(replayed).toBe(false);
    expect(happened).toEqual([`recordBulk user/${OPERATOR.userId} halted`, 'startBulk']);
  });

  it('is starting the same operation when its key and body are the same, and another one otherwise', async () => {
    const { useCases } = rigOf();
    const first = await useCases.startBulk(OPERATOR, ORDER, 'k');
    const again = await useCases.startBulk(
      OPERATOR,
      { ...ORDER, filter: { ...ORDER.filter } },
      'k',
    );
    expect(again).toMatchObject({ replayed: true, bulk: { id: first.bulk.id, done: 3 } });
    const others = [
      await useCases.startBulk(OPERATOR, ORDER, 'l'),
      await useCases.startBulk({ ...OPERATOR, userId: 'another' }, ORDER, 'k'),
      await useCases.startBulk(OPERATOR, ORDER, null),
    ];
    expect(new Set([first, ...others].map(({ bulk }) => bulk.id)).size).toBe(4);
    expect(others.map(({ replayed }) => replayed)).toEqual([false, false, false]);
  });

  it.each<Partial<{ action: 'FAIL'; reason: string; filter: BulkFilter }>>([
    { action: 'FAIL' },
    { reason: 'something else' },
    { filter: { ...BULK.filter, symbol: 'IBM' } },
  ])('is rejected when its key was used for something else: %j', async (other) => {
    const { useCases } = rigOf();
    await useCases.startBulk(OPERATOR, ORDER, 'k');
    await expect(useCases.startBulk(OPERATOR, { ...ORDER, ...other }, 'k')).rejects.toMatchObject({
      code: 'IDEMPOTENCY_KEY_REUSED',
    });
  });
});

describe('a dry run', () => {
  it('tells how many there are and the first ten, and records nothing', async () => {
    const { useCases, happened } = rigOf();
    const { matched, orderIds } = await useCases.previewBulk(BULK.filter);
    expect({ matched, count: orderIds.length }).toEqual({ matched: 25, count: 10 });
    expect(happened).toEqual([]);
  });
});

describe('stopping a bulk operation', () => {
  it('records who and why before it is told', async () => {
    const { useCases, happened } = rigOf();
    expect(await useCases.stopBulk(OPERATOR, BULK_ID, 'wrong symbol')).toMatchObject({
      id: BULK_ID,
    });
    expect(happened).toEqual([`recordBulkStop user/${OPERATOR.userId} wrong symbol`, 'stopBulk']);
  });

  it('changes nothing about one that has ended, and finds none that is not there', async () => {
    const { useCases, happened } = rigOf({ ended: true });
    expect(await useCases.stopBulk(OPERATOR, BULK_ID, 'x')).toMatchObject({ status: 'COMPLETED' });
    await expect(
      useCases.stopBulk(OPERATOR, '0198cccc-0000-7000-8000-00000000ffff', 'x'),
    ).rejects.toMatchObject({
      code: 'BULK_OPERATION_NOT_FOUND',
    });
    expect(happened).toEqual([]);
  });
});
