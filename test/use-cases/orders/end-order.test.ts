import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { type Broker, BrokerOutcomeUnknown } from '../../../contracts/broker-session/broker.ts';
import type { OrderStore } from '../../../contracts/orders/order-store.ts';
import { alwaysOpenCalendar } from '../../../domain/market/always-open.ts';
import { cancelAtBroker, type EndOrderDeps } from '../../../use-cases/orders/end-order.ts';
import { orderOf } from '../../api/stub-use-cases.ts';
import { workingOf } from './decision-fixtures.ts';

/** An order that was sent, and a venue that does not know it. */
function rig() {
  let working = workingOf(orderOf({ status: 'PENDING_NEW' }));
  const recorded: string[] = [];
  const orders: Partial<OrderStore> = {
    readWorkingOrder: async () => working,
    recordCancelRequest: async (_orderId, { actor }) => {
      recorded.push(`CANCEL_REQUESTED by ${actor}`);
      working = { ...working, cancelRequestedBy: actor };
    },
    writeOrderChange: async ({ order: change, audit }) => {
      const { restoreStatus, filledNotional, cancelRequestedBy, cancelRequestedAt, ...columns } =
        change;
      recorded.push(audit.action);
      const kept = { restoreStatus, filledNotional, cancelRequestedBy, cancelRequestedAt };
      working = { ...working, ...kept, order: { ...working.order, ...columns } };
      return 'WRITTEN';
    },
  };
  const deps: EndOrderDeps = {
    orders: orders as OrderStore,
    brokers: { of: () => ({ cancelOrder: async () => null }) as Partial<Broker> as Broker },
    workflows: { startOrder: async () => {} },
    breaks: { raiseBreak: async () => true },
    observer: { breakRaised: () => {} },
    calendar: alwaysOpenCalendar,
    clock: () => Date.parse('2026-11-24T14:31:00Z'),
    logger: pino({ enabled: false }),
  };
  return {
    recorded,
    cancel: (mayBeOnItsWay: boolean) =>
      cancelAtBroker(deps, working.order.id, {
        actor: 'client',
        mayBeAtBroker: true,
        mayBeOnItsWay,
      }),
  };
}

describe('the cancel of an order that the venue does not know', () => {
  it('ends it here once nothing can be on its way any more', async () => {
    const { cancel, recorded } = rig();
    expect(await cancel(false)).toMatchObject({ status: 'CANCELED' });
    expect(recorded).toEqual(['CANCEL_REQUESTED by client', 'PENDING_CANCEL', 'CANCELED']);
  });

  it('is asked for again while a request may still arrive there', async () => {
    const { cancel, recorded } = rig();
    await expect(cancel(true)).rejects.toThrow(BrokerOutcomeUnknown);
    expect(recorded).toEqual(['CANCEL_REQUESTED by client', 'PENDING_CANCEL']);
    expect(await cancel(false)).toMatchObject({ status: 'CANCELED' });
    expect(recorded).toEqual(['CANCEL_REQUESTED by client', 'PENDING_CANCEL', 'CANCELED']);
  });
});
