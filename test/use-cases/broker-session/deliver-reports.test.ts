import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { createReportSeals } from '../../../adapters/security/report-seals.ts';
import type { ExecutionReport } from '../../../contracts/broker-session/broker.ts';
import type { ExecutionWorkflows } from '../../../contracts/executions/execution-workflows.ts';
import type { WorkingOrder } from '../../../contracts/orders/order-store.ts';
import type { OrderStatus } from '../../../domain/orders/order.ts';
import {
  type DeliverReportsDeps,
  deliverReports,
} from '../../../use-cases/broker-session/deliver-reports.ts';
import { TEST_SECRETS } from '../../support/service-tokens.ts';
import { ORDER, OTHER_ORDER, reportOf, reportsUpTo, sequencesOf } from './reports.ts';

const seals = createReportSeals([TEST_SECRETS.REPORT_SEAL_SECRET]);

interface World {
  /** Orders whose workflow runs. */
  running?: readonly string[];
  booked?: readonly string[];
  /** Where {@link ORDER} stands in Postgres. */
  status?: OrderStatus;
  /** Orders that are not in Postgres. */
  lost?: readonly string[];
  signal?: (orderId: string) => Promise<void>;
}

const workingOrder = (status: OrderStatus) =>
  ({
    order: {
      accountId: 'account',
      symbol: 'IBM',
      status,
      broker: 'venue',
      quantity: '10',
      filledQuantity: '0',
    },
    restoreStatus: null,
    filledNotional: '0',
  }) as unknown as WorkingOrder;

function deliverIn(world: World) {
  const signals: { orderId: string; sequences: number[] }[] = [];
  const started: { orderId: string | null; sequence: number }[] = [];
  const foundBy: unknown[] = [];
  const deps = {
    orders: {
      findBooked: async (_broker: string, ids: readonly string[]) =>
        new Set(ids.filter((id) => world.booked?.includes(id))),
      readWorkingOrder: async () => (world.status ? workingOrder(world.status) : null),
      readStatuses: async (ids: readonly string[]) =>
        new Map(
          ids.filter((id) => !world.lost?.includes(id)).map((id) => [id, world.status ?? 'FILLED']),
        ),
    },
    histories: { readSubmission: async () => null },
    workflows: {
      reportExecutions: async (orderId: string, reports: readonly ExecutionReport[]) => {
        await world.signal?.(orderId);
        if (!world.running?.includes(orderId)) return 'NOT_RUNNING' as const;
        expect(reports.every((report) => seals.isIntact(orderId, report))).toBe(true);
        signals.push({ orderId, sequences: sequencesOf(reports) });
        return 'DELIVERED' as const;
      },
    },
    executions: {
      startExecution: async (
        ...[orderId, report, order]: Parameters<ExecutionWorkflows['startExecution']>
      ) => {
        foundBy.push(order && { accountId: order.accountId, symbol: order.symbol });
        expect(seals.isIntact(orderId, report)).toBe(true);
        started.push({ orderId, sequence: report.sequence });
      },
    },
    seals,
    logger: pino({ enabled: false }),
  };
  const deliver = (reports: readonly ExecutionReport[]) =>
    deliverReports(deps as unknown as DeliverReportsDeps, 'venue', reports);
  return { deliver, signals, started, foundBy };
}

const saying = (
  execType: Exclude<ExecutionReport['execType'], 'TRADE' | 'TRIGGERED'>,
): ExecutionReport => reportOf(1, { execType, lastQuantity: null, lastPrice: null });

describe('delivering reports', () => {
  it('signals each order once with its reports in their order', async () => {
    const { deliver, signals } = deliverIn({ running: [ORDER, OTHER_ORDER] });
    await deliver([reportOf(1), reportOf(2, { brokerClientOrderId: OTHER_ORDER }), reportOf(3)]);
    expect(signals).toEqual([
      { orderId: ORDER, sequences: [1, 3] },
      { orderId: OTHER_ORDER, sequences: [2] },
    ]);
  });

  it('cuts the reports of one order into signals that the server takes, in their order', async () => {
    const { deliver, signals } = deliverIn({ running: [ORDER] });
    await deliver(reportsUpTo(1_200));
    expect(signals.map(({ sequences }) => sequences.length)).toEqual([500, 500, 200]);
    expect(signals.flatMap(({ sequences }) => sequences)).toEqual(sequencesOf(reportsUpTo(1_200)));
  });

  it('serves ten orders at once and no more', async () => {
    let underWay = 0;
    let underWayMax = 0;
    const idOf = (index: number) => `0403b9a7-6d97-5966-b70f-${String(index).padStart(12, '0')}`;
    const ids = Array.from({ length: 60 }, (_, index) => idOf(index));
    const signal = async () => {
      underWay += 1;
      underWayMax = Math.max(underWayMax, underWay);
      await sleep(1);
      underWay -= 1;
    };
    const { deliver, signals } = deliverIn({ running: ids, signal });
    await deliver(ids.map((id, index) => reportOf(index + 1, { brokerClientOrderId: id })));
    expect(signals).toHaveLength(60);
    expect(underWayMax).toBe(10);
  });

  it('fails when an order cannot be told, and begins with no further one', async () => {
    let calls = 0;
    const signal = async () => {
      calls += 1;
      await sleep(1);
      throw new Error('no Temporal');
    };
    const ids = Array.from(
      { length: 60 },
      (_, index) => `0403b9a7-6d97-5966-b70f-${String(index).padStart(12, '0')}`,
    );
    const { deliver } = deliverIn({ signal });
    await expect(
      deliver(ids.map((id, index) => reportOf(index + 1, { brokerClientOrderId: id }))),
    ).rejects.toThrow('no Temporal');
    await sleep(20);
    expect(calls).toBe(10);
  });

  it('gives a fill that found no workflow one of its own', async () => {
    const { deliver, started, foundBy } = deliverIn({ status: 'CANCELED' });
    await deliver([reportOf(1), reportOf(2)]);
    const { accountId, symbol } = workingOrder('CANCELED').order;
    expect(foundBy).toEqual([
      { accountId, symbol },
      { accountId, symbol },
    ]);
    expect(started).toEqual([
      { orderId: ORDER, sequence: 1 },
      { orderId: ORDER, sequence: 2 },
    ]);
  });

  it('drops a fill that is booked', async () => {
    const { deliver, started } = deliverIn({ status: 'FILLED', booked: ['x1'] });
    await deliver([reportOf(1), reportOf(2)]);
    expect(started).toEqual([{ orderId: ORDER, sequence: 2 }]);
  });

  it.each([
    ['NEW', 'FILLED'],
    ['NEW', 'CANCELED'],
    ['CANCELED', 'CANCELED'],
    ['EXPIRED', 'EXPIRED'],
    ['REJECTED', 'REJECTED'],
    ['REPLACED', 'REPLACED'],
  ] as const)('drops %s of an order that is %s: it says nothing new', async (execType, status) => {
    const { deliver, started } = deliverIn({ status });
    await deliver([saying(execType)]);
    expect(started).toEqual([]);
  });

  it.each([
    ['CANCELED', 'FILLED'],
    ['EXPIRED', 'CANCELED'],
    ['REJECTED', 'FILLED'],
    ['REPLACED', 'CANCELED'],
  ] as const)(
    'gives %s of an order that is %s a workflow: the two contradict',
    async (execType, status) => {
      const { deliver, started } = deliverIn({ status });
      await deliver([saying(execType)]);
      expect(started).toEqual([{ orderId: ORDER, sequence: 1 }]);
    },
  );

  it.each([
    ['NEW', 'PENDING_NEW'],
    ['CANCELED', 'NEW'],
  ] as const)(
    'gives %s of an order that is %s a workflow: nobody else would write it',
    async (execType, status) => {
      const { deliver, started } = deliverIn({ status });
      await deliver([saying(execType)]);
      expect(started).toEqual([{ orderId: ORDER, sequence: 1 }]);
    },
  );

  it('gives reports of orders that are not ours a workflow each, without an order', async () => {
    const { deliver, started, signals } = deliverIn({ running: [ORDER] });
    await deliver([reportOf(1, { brokerClientOrderId: 'somebody-else' }), reportOf(2)]);
    expect(started).toEqual([{ orderId: null, sequence: 1 }]);
    expect(signals).toEqual([{ orderId: ORDER, sequences: [2] }]);
  });

  it('gives each report of an order that is not in the books a workflow, though its own runs', async () => {
    const { deliver, started, signals } = deliverIn({ lost: [ORDER], running: [ORDER] });
    await deliver([saying('NEW'), reportOf(2)]);
    expect(started).toEqual([
      { orderId: ORDER, sequence: 1 },
      { orderId: ORDER, sequence: 2 },
    ]);
    expect(signals).toEqual([]);
  });

  it('gives an end that another broker tells of an order a workflow, though it has ended', async () => {
    const { deliver, started } = deliverIn({ status: 'CANCELED' });
    await deliver([{ ...saying('CANCELED'), broker: 'second' }]);
    expect(started).toEqual([{ orderId: ORDER, sequence: 1 }]);
  });
});
