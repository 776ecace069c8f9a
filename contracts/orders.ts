import type { OrderStatus, OrderType, Side, TimeInForce } from '../domain/order/order.ts';
import type { DecimalString, Timestamp } from './decimal-string.ts';
import type { RejectCode } from './errors.ts';

/** What a client asks for. Quantities in shares, prices in USD. */
export interface OrderTerms {
  symbol: string;
  side: Side;
  type: OrderType;
  timeInForce: TimeInForce;
  quantity: DecimalString;
  limitPrice: DecimalString | null;
  clientOrderId: string | null;
}

/** `BUY 10 AAPL LIMIT 205.75 DAY`: an order's terms as operators read them. */
export const describeTerms = ({ side, quantity, symbol, type, limitPrice, timeInForce }: OrderTerms): string =>
  [side, quantity, symbol, type, ...(limitPrice === null ? [] : [limitPrice]), timeInForce].join(' ');

/** Input of the order workflow and of the decision to accept: ids and facts, never personal data. */
export interface OrderSubmission extends OrderTerms {
  orderId: string;
  accountId: string;
  /** Key under which the first answer is kept, and the SHA-256 of the request it belongs to. */
  idempotency: { key: string; fingerprint: string } | null;
  submittedAt: Timestamp;
  /** A decision later than this is none: nothing is written, and the same key may be sent again. */
  acceptBy: Timestamp;
}

/** An order as clients and operators see it (field names after Alpaca and FIX). */
export interface Order {
  id: string;
  clientOrderId: string;
  accountId: string;
  symbol: string;
  side: Side;
  type: OrderType;
  timeInForce: TimeInForce;
  quantity: DecimalString;
  limitPrice: DecimalString | null;
  status: OrderStatus;
  filledQuantity: DecimalString;
  leavesQuantity: DecimalString;
  /** FIX AvgPx (6), 8 decimals at most; null while nothing is filled. */
  averageFillPrice: DecimalString | null;
  /** The side of the quote that a market order would have traded at when the order was decided. */
  marketPriceAtSubmission: DecimalString | null;
  marketDataTimestamp: Timestamp | null;
  rejectCode: RejectCode | null;
  /** What the refusal rests on, for the reader: `{ required, available }`. */
  rejectFacts: Record<string, string> | null;
  expiresAt: Timestamp | null;
  submittedAt: Timestamp;
  updatedAt: Timestamp;
  newAt: Timestamp | null;
  filledAt: Timestamp | null;
  canceledAt: Timestamp | null;
  expiredAt: Timestamp | null;
  rejectedAt: Timestamp | null;
  suspendedAt: Timestamp | null;
}

/** The fields of an order in the order in which they are always written, so that equal answers are equal text. */
export const ORDER_FIELDS = [
  'id',
  'clientOrderId',
  'accountId',
  'symbol',
  'side',
  'type',
  'timeInForce',
  'quantity',
  'limitPrice',
  'status',
  'filledQuantity',
  'leavesQuantity',
  'averageFillPrice',
  'marketPriceAtSubmission',
  'marketDataTimestamp',
  'rejectCode',
  'rejectFacts',
  'expiresAt',
  'submittedAt',
  'updatedAt',
  'newAt',
  'filledAt',
  'canceledAt',
  'expiredAt',
  'rejectedAt',
  'suspendedAt',
] as const satisfies readonly (keyof Order)[];

/** One fill, booked. `cash` is what it moved, in USD with two decimals. */
export interface Execution {
  id: string;
  orderId: string;
  brokerExecutionId: string;
  symbol: string;
  side: Side;
  quantity: DecimalString;
  price: DecimalString;
  cash: DecimalString;
  executedAt: Timestamp;
}

/** One step of an order's audit trail. */
export interface AuditEvent {
  sequence: number;
  actor: string;
  action: string;
  details: Record<string, unknown>;
  occurredAt: Timestamp;
}
