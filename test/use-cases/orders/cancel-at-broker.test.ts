import { describe, expect, it } from 'vitest';
import { type Broker, BrokerOutcomeUnknown } from '../../../contracts/ports/broker.ts';
import type { OrderStore, WorkingOrder } from '../../../contracts/ports/order-store.ts';
import type { OrderStatus } from '../../../domain/order/order.ts';
import { createCancelAtBroker } from '../../../use-cases/orders/cancel-at-broker.ts';
import { progressOf } from '../../../use-cases/orders/order-progress.ts';
import { orderOf } from '../../api/stub-use-cases.ts';

const STATUS_AFTER: Partial<Record<string, OrderStatus>> = { PENDING_CANCEL: 'PENDING_CANCEL', CANCELED: 'CANCELED' };

/** An order that was sent, and a venue that does not know it. */
function rig() {
  const working = {
    order: orderOf({ status: 'PENDING_NEW' }),
    restoreStatus: null,
    filledNotional: '0',
    revision: 1,
  } as Partial<WorkingOrder> as WorkingOrder;
  const recorded: string[] = [];
  const cancelAtBroker = createCancelAtBroker({
    orders: { readWorkingOrder: async () => working } as Partial<OrderStore> as OrderStore,
    broker: { cancelOrder: async () => null } as Partial<Broker> as Broker,
    recordEvent: async (_id, { event }) => {
      recorded.push(event.execType);
      working.order.status = STATUS_AFTER[event.execType] ?? working.order.status;
      return progressOf(working);
    },
    bookReports: async () => progressOf(working),
    clock: () => Date.parse('2026-11-24T14:31:00Z'),
  });
  return { recorded, cancel: (mayBeOnItsWay: boolean) => cancelAtBroker(working.order.id, 'client', true, mayBeOnItsWay) };
}

describe('the cancel of an order that the venue does not know', () => {
  it('ends it here once nothing can be on its way any more', async () => {
    const { cancel, recorded } = rig();
    expect(await cancel(false)).toMatchObject({ status: 'CANCELED' });
    expect(recorded).toEqual(['PENDING_CANCEL', 'CANCELED']);
  });

  it('is asked for again while a request may still arrive there', async () => {
    const { cancel, recorded } = rig();
    await expect(cancel(true)).rejects.toThrow(BrokerOutcomeUnknown);
    expect(recorded).toEqual(['PENDING_CANCEL']);
    expect(await cancel(false)).toMatchObject({ status: 'CANCELED' });
  });
});
