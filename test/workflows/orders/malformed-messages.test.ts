import { randomUUID } from 'node:crypto';
import { type WorkflowHandle, WorkflowUpdateFailedError } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExecutionReport } from '../../../contracts/broker-session/broker.ts';
import type { ReplaceTerms } from '../../../contracts/orders/order.ts';
import {
  CANCEL_UPDATE,
  EXECUTION_REPORTS_SIGNAL,
  FAIL_UPDATE,
  PROGRESS_QUERY,
  REPLACE_UPDATE,
  REQUEST_CANCEL_SIGNAL,
  RETRY_NOW_UPDATE,
} from '../../../contracts/orders/workflow-messages.ts';
import { assertReplacement, readReports } from '../../../workflows/orders/read-messages.ts';
import {
  CANCELED,
  createOrderWorkflowRig,
  executed,
  FILLED,
  type OrderWorkflowRig,
} from '../../support/order-workflow-rig.ts';

const fill: ExecutionReport = {
  broker: 'paper-broker',
  sequence: 7,
  brokerExecutionId: 'x1',
  brokerClientOrderId: 'o',
  execType: 'TRADE',
  lastQuantity: '10',
  lastPrice: '199.99',
  cumulativeQuantity: '10',
  leavesQuantity: '0',
  time: '2026-11-24T14:31:00.000Z',
  rejectCode: null,
  inAnswer: false,
};
const acknowledgement: ExecutionReport = {
  ...fill,
  execType: 'NEW',
  lastQuantity: null,
  lastPrice: null,
};
const replacement = {
  orderId: randomUUID(),
  terms: { limitPrice: '201.00' },
  idempotency: null,
  requestedAt: fill.time,
};

describe('reports', () => {
  it('are read when they are whole', () => {
    expect(readReports([acknowledgement, fill])).toEqual({
      reports: [acknowledgement, fill],
      isWhole: true,
    });
    expect(readReports([])).toEqual({ reports: [], isWhole: true });
  });

  it.each([undefined, null, 5, 'garbage', {}, fill])('are not found in %j', (sent) => {
    expect(readReports(sent)).toEqual({ reports: [], isWhole: false });
  });

  it.each([
    null,
    'fill',
    {},
    { ...fill, sequence: '7' },
    { ...fill, broker: undefined },
    { ...fill, broker: '' },
    { ...fill, brokerExecutionId: '' },
    { ...fill, brokerClientOrderId: undefined },
    { ...fill, execType: 'BUST' },
    { ...fill, lastQuantity: null },
    { ...fill, lastQuantity: '-10' },
    { ...fill, lastQuantity: '1e3' },
    { ...fill, lastPrice: 199.99 },
    { ...fill, lastPrice: '0' },
    { ...fill, cumulativeQuantity: undefined },
    { ...fill, leavesQuantity: '-1' },
    { ...fill, time: 'yesterday' },
    { ...fill, rejectCode: 7 },
  ])('are left out when they are as %j, and the others stay', (sent) => {
    expect(readReports([sent, acknowledgement])).toEqual({
      reports: [acknowledgement],
      isWhole: false,
    });
  });
});

describe('a replacement', () => {
  it.each<ReplaceTerms>([{}, { quantity: '20', timeInForce: 'GTC', clientOrderId: 'mine' }])(
    'may have the terms %j',
    (terms) => {
      expect(() =>
        assertReplacement({ ...replacement, terms, idempotency: { key: 'k', fingerprint: 'f' } }),
      ).not.toThrow();
    },
  );

  it.each<unknown>([
    undefined,
    'x',
    { ...replacement, orderId: 'x' },
    { ...replacement, terms: null },
    { ...replacement, terms: { limitPrice: 201 } },
    { ...replacement, terms: { quantity: '0' } },
    { ...replacement, terms: { timeInForce: 'SOON' } },
    { ...replacement, idempotency: undefined },
    { ...replacement, idempotency: { key: 'k' } },
    { ...replacement, requestedAt: 'now' },
  ])('is rejected when it is %j', (sent) => {
    expect(() => assertReplacement(sent)).toThrow('no replacement');
  });
});

async function expectMalformed(
  handle: WorkflowHandle,
  update: string,
  ...args: unknown[]
): Promise<void> {
  const error = await handle
    .executeUpdate<unknown, [unknown]>(update, { args: args as [unknown] })
    .catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(WorkflowUpdateFailedError);
  expect(error).toMatchObject({ cause: { type: 'VALIDATION_FAILED' } });
}

const failedTasksOf = async (handle: WorkflowHandle): Promise<number> =>
  ((await handle.fetchHistory()).events ?? []).filter(
    (event) => event.workflowTaskFailedEventAttributes,
  ).length;

describe('an order', () => {
  let rig: OrderWorkflowRig;
  beforeAll(async () => {
    rig = await createOrderWorkflowRig('real');
  });
  afterAll(() => rig?.stop());

  it.each([
    [5],
    ['garbage'],
    [[null]],
    [[{ execType: 'TRADE' }]],
    [[{ ...fill, lastQuantity: '-10' }]],
  ])('that is told %j as reports books nothing of it and asks the venue', async (sent) => {
    const activities = { executeOrder: async () => executed({}), refreshOrder: async () => FILLED };
    await rig.withOrder(activities, async (handle) => {
      await handle.signal(EXECUTION_REPORTS_SIGNAL, sent);
      expect(await handle.result()).toEqual(FILLED);
      expect(await failedTasksOf(handle)).toBe(0);
    });
  });

  it('books the reports that came with one that cannot be read', async () => {
    const booked: string[] = [];
    const bookReports = async ({ reports }: { reports: ExecutionReport[] }) => {
      booked.push(...reports.map(({ brokerExecutionId }) => brokerExecutionId));
      return FILLED;
    };
    await rig.withOrder({ executeOrder: async () => executed({}), bookReports }, async (handle) => {
      await handle.signal(EXECUTION_REPORTS_SIGNAL, ['garbage', fill]);
      expect(await handle.result()).toEqual(FILLED);
    });
    expect(booked).toEqual(['x1']);
  });

  it('rejects updates that say nothing it could act on, and goes on as if they had not been sent', async () => {
    const cancelOrder = async () => CANCELED;
    await rig.withOrder({ executeOrder: async () => executed({}), cancelOrder }, async (handle) => {
      for (const args of [[], [''], [5], [null]])
        await expectMalformed(handle, CANCEL_UPDATE, ...args);
      for (const args of [[], ['x'], [{ ...replacement, terms: undefined }]])
        await expectMalformed(handle, REPLACE_UPDATE, ...args);
      for (const args of [[], ['olga'], [{ operator: 'user/olga' }]]) {
        await expectMalformed(handle, RETRY_NOW_UPDATE, ...args);
        await expectMalformed(handle, FAIL_UPDATE, ...args);
      }
      expect(await handle.query(PROGRESS_QUERY)).toMatchObject({ status: 'NEW', waiting: null });
      expect(await handle.executeUpdate(CANCEL_UPDATE, { args: ['client'] })).toEqual(CANCELED);
      expect(await failedTasksOf(handle)).toBe(0);
    });
  });

  it('is canceled also by a signal that does not say for whom', async () => {
    const actors: string[] = [];
    const cancelOrder = async ({ actor }: { actor: string }) => {
      actors.push(actor);
      return CANCELED;
    };
    await rig.withOrder({ executeOrder: async () => executed({}), cancelOrder }, async (handle) => {
      await handle.signal(REQUEST_CANCEL_SIGNAL);
      expect(await handle.result()).toEqual(CANCELED);
    });
    expect(actors).toEqual(['unknown']);
  });
});
