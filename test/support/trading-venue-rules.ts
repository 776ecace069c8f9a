import { Decimal } from '../../domain/money/decimal.ts';
import { isOpen, type OrderStatus } from '../../domain/orders/order.ts';
import type { InvariantSql, Violation } from './trading-violation.ts';

interface HubOrder {
  id: string;
  symbol: string;
  side: string;
  quantity: string;
  status: OrderStatus;
  reject_code: string | null;
  filled_quantity: string;
  new_at: Date | null;
  replaces: string | null;
}

interface BrokerOrder {
  client_order_id: string;
  symbol: string;
  side: string;
  /**
   * Of a replacement what it was asked for, which counts `carried_quantity`: what its original had
   * filled.
   */
  quantity: string;
  carried_quantity: string;
  status: OrderStatus;
  filled_quantity: string;
  replaces: string | null;
}

/** One fill in either book; `order` is our order's id. */
interface Trade {
  execution_id: string;
  order: string;
  quantity: string;
  price: string;
}

const same = (a: string, b: string): boolean => new Decimal(a).eq(b);

/**
 * Where the hub's orders and executions differ from the venue's. Two databases cannot be read in
 * one snapshot: nothing may be on its way.
 */
export async function compareWithVenue(
  hubSql: InvariantSql,
  venueSql: InvariantSql,
): Promise<Violation[]> {
  const hubOrders = await hubSql.unsafe<HubOrder[]>(
    'select id, symbol, side, quantity, status, reject_code, filled_quantity, new_at, replaces from orders',
  );
  const hubTrades = await hubSql.unsafe<Trade[]>(
    'select broker_execution_id as execution_id, order_id as "order", quantity, price from executions',
  );
  const venueOrders = await venueSql.unsafe<BrokerOrder[]>(
    'select client_order_id, symbol, side, quantity, carried_quantity, status, filled_quantity, replaces from orders',
  );
  const venueTrades = await venueSql.unsafe<Trade[]>(`
    select 'PB-' || v.venue_id || '-' || r.sequence as execution_id, r.client_order_id as "order",
      r.last_quantity::text as quantity, r.last_price::text as price
    from execution_reports r, venue v where r.exec_type = 'TRADE'`);
  return [...compareOrders(hubOrders, venueOrders), ...compareTrades(hubTrades, venueTrades)];
}

function compareOrders(
  hubOrders: readonly HubOrder[],
  venueOrders: readonly BrokerOrder[],
): Violation[] {
  const ours = new Map(hubOrders.map((order) => [order.id, order]));
  const atVenue = new Map<string, BrokerOrder>();
  const broken: Violation[] = [];
  for (const theirs of venueOrders) {
    const id = theirs.client_order_id;
    const order = ours.get(id);
    if (!order)
      broken.push({ rule: 'the venue has only orders of ours', detail: theirs.client_order_id });
    else broken.push(...compareOrder(order, theirs));
    atVenue.set(id, theirs);
  }
  for (const { id, status, new_at: acknowledgedAt } of hubOrders) {
    if (acknowledgedAt === null || atVenue.has(id)) continue;
    broken.push({ rule: 'what the venue acknowledged is at the venue', detail: `${id} ${status}` });
  }
  return broken;
}

function compareOrder(ours: HubOrder, theirs: BrokerOrder): Violation[] {
  const detail = `${ours.id}: ${JSON.stringify(ours)} at the venue ${JSON.stringify(theirs)}`;
  const broken: Violation[] = [];
  const isSameQuantity = same(
    ours.quantity,
    new Decimal(theirs.quantity).minus(theirs.carried_quantity).toFixed(),
  );
  if (ours.symbol !== theirs.symbol || ours.side !== theirs.side || !isSameQuantity) {
    broken.push({ rule: 'an order is the same in both books', detail });
  }
  if (theirs.replaces !== null && theirs.replaces !== ours.replaces) {
    broken.push({ rule: 'an order replaces the same order in both books', detail });
  }
  const isRejectedByUs = ours.status === 'REJECTED' && ours.reject_code !== 'BROKER_REJECTED';
  const isEndDifferent =
    ours.status !== theirs.status && !(isOpen(ours.status) && isOpen(theirs.status));
  if (isRejectedByUs || isEndDifferent || !same(ours.filled_quantity, theirs.filled_quantity)) {
    broken.push({ rule: 'an order stands the same in both books', detail });
  }
  return broken;
}

function compareTrades(hubTrades: readonly Trade[], venueTrades: readonly Trade[]): Violation[] {
  const rule = 'each trade of the venue is one execution of ours';
  const booked = new Map(hubTrades.map((trade) => [trade.execution_id, trade]));
  const broken: Violation[] = [];
  for (const theirs of venueTrades) {
    const ours = booked.get(theirs.execution_id);
    booked.delete(theirs.execution_id);
    if (
      ours &&
      ours.order === theirs.order &&
      same(ours.quantity, theirs.quantity) &&
      same(ours.price, theirs.price)
    )
      continue;
    broken.push({
      rule,
      detail: `${JSON.stringify(theirs)} is booked as ${JSON.stringify(ours ?? null)}`,
    });
  }
  for (const ours of booked.values())
    broken.push({ rule, detail: `${JSON.stringify(ours)} is not the venue's` });
  return broken;
}
