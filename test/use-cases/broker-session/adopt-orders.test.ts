import { expect, it } from 'vitest';
import type { OrderSubmission } from '../../../contracts/orders/order.ts';
import type { WorkingOrder } from '../../../contracts/orders/order-store.ts';
import { adoptOrphanedOrders } from '../../../use-cases/broker-session/adopt-orders.ts';
import { orderOf } from '../../api/stub-use-cases.ts';

const NOW = '2026-11-24T10:10:00.000Z';

function worldOf({
  open,
  running,
  closedMeanwhile = [],
}: {
  open: string[];
  running: string[];
  closedMeanwhile?: string[];
}) {
  const started: string[] = [];
  const asked: string[][] = [];
  const deps = {
    orders: {
      findUnacknowledged: async () => [],
      findOpen: async (broker: string, before: string) => {
        asked.push([broker, before]);
        return open;
      },
      readWorkingOrder: async (id: string) => {
        const order = orderOf({ id, status: closedMeanwhile.includes(id) ? 'FILLED' : 'NEW' });
        return { order } as WorkingOrder;
      },
    },
    workflows: {
      startOrder: async ({ orderId, isAdopted }: OrderSubmission) => {
        expect(isAdopted).toBe(true);
        started.push(orderId);
      },
      async *listRunning() {
        yield* running;
      },
    },
    clock: () => Date.parse(NOW),
  };
  const adopt = () => adoptOrphanedOrders(deps, 'venue');
  return { adopt, started, asked };
}

it('gives a workflow to each open order that has none, and leaves the others alone', async () => {
  const { adopt, started, asked } = worldOf({ open: ['a', 'b', 'c'], running: ['b', 'z'] });
  expect(await adopt()).toBe(2);
  expect(started).toEqual(['a', 'c']);
  expect(asked).toEqual([['venue', '2026-11-24T10:05:00.000Z']]);
});

it('starts nothing for an order that has closed since it was listed', async () => {
  const { adopt, started } = worldOf({ open: ['a', 'b'], running: [], closedMeanwhile: ['a'] });
  expect(await adopt()).toBe(1);
  expect(started).toEqual(['b']);
});
