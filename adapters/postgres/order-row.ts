import type { RejectCode } from '../../contracts/errors.ts';
import type { Order } from '../../contracts/orders.ts';
import { Decimal, formatCash, formatDecimal } from '../../domain/money/decimal.ts';
import {
  averageFillPrice,
  leavesQuantity,
  type OrderStatus,
  type OrderType,
  type Side,
  type TimeInForce,
} from '../../domain/order/order.ts';
import { toTimestamp, toTimestampOrNull } from './timestamp.ts';

/** What {@link toOrder} reads: ``sql<OrderRow[]>`select ${sql(ORDER_COLUMNS)} from orders` ``. */
export const ORDER_COLUMNS = [
  'id',
  'account_id',
  'client_order_id',
  'symbol',
  'side',
  'type',
  'time_in_force',
  'quantity',
  'notional',
  'limit_price',
  'stop_price',
  'trail_percent',
  'status',
  'filled_quantity',
  'filled_notional',
  'market_price_at_submission',
  'market_data_timestamp',
  'reject_code',
  'reject_facts',
  'release_at',
  'expires_at',
  'replaces',
  'replaced_by',
  'submitted_at',
  'updated_at',
  'new_at',
  'filled_at',
  'canceled_at',
  'expired_at',
  'rejected_at',
  'suspended_at',
  'replaced_at',
] as const;

/** A row of `orders` as the driver gives it: numerics as text, timestamps as text or `Date`. CHECK constraints hold its words to the domain's. */
export interface OrderRow {
  id: string;
  account_id: string;
  client_order_id: string;
  symbol: string;
  side: Side;
  type: OrderType;
  time_in_force: TimeInForce;
  quantity: string;
  notional: string | null;
  limit_price: string | null;
  stop_price: string | null;
  trail_percent: string | null;
  status: OrderStatus;
  filled_quantity: string;
  filled_notional: string;
  market_price_at_submission: string | null;
  market_data_timestamp: string | Date | null;
  reject_code: RejectCode | null;
  reject_facts: Record<string, string> | null;
  release_at: string | Date | null;
  expires_at: string | Date | null;
  replaces: string | null;
  replaced_by: string | null;
  submitted_at: string | Date;
  updated_at: string | Date;
  new_at: string | Date | null;
  filled_at: string | Date | null;
  canceled_at: string | Date | null;
  expired_at: string | Date | null;
  rejected_at: string | Date | null;
  suspended_at: string | Date | null;
  replaced_at: string | Date | null;
}

const formatOrNull = (value: Decimal | null): string | null => (value === null ? null : formatDecimal(value));

const canonicalOrNull = (text: string | null): string | null => (text === null ? null : formatDecimal(new Decimal(text)));

/** The order as clients see it. `leavesQuantity` is zero once the order is closed. */
export function toOrder(row: OrderRow): Order {
  const quantity = new Decimal(row.quantity);
  const filledQuantity = new Decimal(row.filled_quantity);
  const filledNotional = new Decimal(row.filled_notional);
  return {
    id: row.id,
    clientOrderId: row.client_order_id,
    accountId: row.account_id,
    symbol: row.symbol,
    side: row.side,
    type: row.type,
    timeInForce: row.time_in_force,
    quantity: formatDecimal(quantity),
    notional: row.notional === null ? null : formatCash(new Decimal(row.notional)),
    limitPrice: canonicalOrNull(row.limit_price),
    stopPrice: canonicalOrNull(row.stop_price),
    trailPercent: canonicalOrNull(row.trail_percent),
    status: row.status,
    filledQuantity: formatDecimal(filledQuantity),
    leavesQuantity: formatDecimal(leavesQuantity({ status: row.status, quantity, filledQuantity })),
    averageFillPrice: formatOrNull(averageFillPrice({ filledQuantity, filledNotional })),
    marketPriceAtSubmission: canonicalOrNull(row.market_price_at_submission),
    marketDataTimestamp: toTimestampOrNull(row.market_data_timestamp),
    rejectCode: row.reject_code,
    rejectFacts: row.reject_facts,
    releaseAt: toTimestampOrNull(row.release_at),
    expiresAt: toTimestampOrNull(row.expires_at),
    replaces: row.replaces,
    replacedBy: row.replaced_by,
    submittedAt: toTimestamp(row.submitted_at),
    updatedAt: toTimestamp(row.updated_at),
    newAt: toTimestampOrNull(row.new_at),
    filledAt: toTimestampOrNull(row.filled_at),
    canceledAt: toTimestampOrNull(row.canceled_at),
    expiredAt: toTimestampOrNull(row.expired_at),
    rejectedAt: toTimestampOrNull(row.rejected_at),
    suspendedAt: toTimestampOrNull(row.suspended_at),
    replacedAt: toTimestampOrNull(row.replaced_at),
  };
}
