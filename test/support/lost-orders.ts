import type { Database } from '../../adapters/postgres/database.ts';
import { createOrderStore } from '../../adapters/postgres/orders/order-store.ts';
import type { PlaceOrder } from '../../contracts/broker-session/broker.ts';
import type { OrderSubmission } from '../../contracts/orders/order.ts';
import { restoreOrder } from '../../use-cases/orders/restore-order.ts';
import { createFundedAccount } from './accounts.ts';
import { readBooks } from './books.ts';
import { createOrderStepsRig, orderSubmission } from './order-steps-rig.ts';
import type { Script } from './scripted-broker.ts';

export const LIMIT = { type: 'LIMIT', timeInForce: 'GTC', limitPrice: '100' } as const;
/** Long over: what is restored was sent before the books that lack it were. */
const LONG_AGO = { acceptBy: '2026-11-24T14:30:10.000Z', submittedAt: '2026-11-24T14:30:00.000Z' };

/** A venue and a Temporal that know orders of which the books over a database know nothing. */
export async function createLostOrders(database: Database, cash = '10000.00') {
  const rig = createOrderStepsRig(createOrderStore(database));
  const { accountId } = await createFundedAccount(database.sql, { cash });
  async function lose(
    script: Script,
    over: Partial<OrderSubmission> = {},
    atVenue: Partial<PlaceOrder> = {},
  ): Promise<OrderSubmission> {
    const submission = orderSubmission(accountId, { ...LONG_AGO, ...over });
    rig.remembered.set(submission.orderId, submission);
    rig.venue.script(script);
    await rig.venue.broker.placeOrder(placementAtVenue(submission, atVenue));
    return submission;
  }
  return {
    ...rig,
    accountId,
    lose,
    restore: (orderId: string) => restoreOrder(rig.deps, 'paper-broker', orderId),
    books: () => readBooks(database.sql, accountId),
  };
}

export const placementAtVenue = (
  { orderId, notional: _, idempotency: _key, clientOrderId: _client, ...terms }: OrderSubmission,
  over: Partial<PlaceOrder> = {},
): PlaceOrder => ({
  ...terms,
  quantity: terms.quantity ?? '0',
  brokerClientOrderId: orderId,
  protectionPrice: terms.limitPrice === null ? '105.00' : null,
  auctionAt: null,
  expiresAt: null,
  ...over,
});
