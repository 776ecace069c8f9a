import type { OrderStatus, OrderType, Side, TimeInForce } from '../domain/order/order.ts';
import type { DecimalString, Timestamp } from './decimal-string.ts';
import type { RejectCode } from './errors.ts';

/** What a client asks for. Quantities in shares, prices in USD. */
export interface OrderTerms {
  symbol: string;
  side: Side;
  type: OrderType;
  timeInForce: TimeInForce;
  /** Shares; null when `notional` says how much. Exactly one of the two is set. */
  quantity: DecimalString | null;
  /** USD with two decimals; the decision turns it into shares at the quote. */
  notional: DecimalString | null;
  /** LIMIT and STOP_LIMIT. */
  limitPrice: DecimalString | null;
  /** STOP and STOP_LIMIT (FIX StopPx 99). */
  stopPrice: DecimalString | null;
  /** TRAILING_STOP: how far the stop trails behind the best price, in percent. */
  trailPercent: DecimalString | null;
  clientOrderId: string | null;
}

/** Which prices an order of each type has, no more and no less. */
export const PRICES_OF_TYPE: Readonly<Record<OrderType, readonly ('limitPrice' | 'stopPrice' | 'trailPercent')[]>> = {
  MARKET: [],
  LIMIT: ['limitPrice'],
  STOP: ['stopPrice'],
  STOP_LIMIT: ['limitPrice', 'stopPrice'],
  TRAILING_STOP: ['trailPercent'],
};

/** `BUY 10 AAPL LIMIT 205.75 DAY`: an order's terms as operators read them. */
export function describeTerms(terms: Omit<OrderTerms, 'clientOrderId'>): string {
  const { side, quantity, notional, symbol, type, stopPrice, trailPercent, limitPrice, timeInForce } = terms;
  const amount = quantity ?? `$${notional}`;
  const trail = trailPercent === null ? null : `${trailPercent}%`;
  return [side, amount, symbol, type, stopPrice, trail, limitPrice, timeInForce].filter((word) => word !== null).join(' ');
}

/** What a replacement changes of an open order; what is absent stays as it is. `quantity` counts what the original has filled (FIX OrderQty 38). */
export interface ReplaceTerms {
  quantity?: DecimalString;
  limitPrice?: DecimalString;
  stopPrice?: DecimalString;
  trailPercent?: DecimalString;
  timeInForce?: TimeInForce;
  clientOrderId?: string;
}

/** Input of the order workflow and of the decision to accept: ids and facts, never personal data. */
export interface OrderSubmission extends OrderTerms {
  orderId: string;
  accountId: string;
  /** Key under which the first answer is kept, and the SHA-256 of the request it belongs to. */
  idempotency: { key: string; fingerprint: string } | null;
  submittedAt: Timestamp;
  /** A decision later than this is none: nothing is written, and the same key may be sent again. */
  acceptBy: Timestamp;
  /** The order was decided on elsewhere, and may have been sent: the venue is asked first. */
  isTakenUp?: true;
  /** How long it rests before its workflow asks the venue about it, see {@link firstQuestionAfterMs}. Unset in workflows of before: 15 minutes. */
  askVenueAfterMs?: number;
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
  /** Shares. Of a notional order what it came to at the quote; `"0"` when it was refused before that. */
  quantity: DecimalString;
  notional: DecimalString | null;
  limitPrice: DecimalString | null;
  stopPrice: DecimalString | null;
  trailPercent: DecimalString | null;
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
  /** When it goes to the venue; null: at once. */
  releaseAt: Timestamp | null;
  expiresAt: Timestamp | null;
  /** The order whose place this one takes, and the one that took this one's. */
  replaces: string | null;
  replacedBy: string | null;
  submittedAt: Timestamp;
  updatedAt: Timestamp;
  newAt: Timestamp | null;
  filledAt: Timestamp | null;
  canceledAt: Timestamp | null;
  expiredAt: Timestamp | null;
  rejectedAt: Timestamp | null;
  suspendedAt: Timestamp | null;
  replacedAt: Timestamp | null;
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
  'notional',
  'limitPrice',
  'stopPrice',
  'trailPercent',
  'status',
  'filledQuantity',
  'leavesQuantity',
  'averageFillPrice',
  'marketPriceAtSubmission',
  'marketDataTimestamp',
  'rejectCode',
  'rejectFacts',
  'releaseAt',
  'expiresAt',
  'replaces',
  'replacedBy',
  'submittedAt',
  'updatedAt',
  'newAt',
  'filledAt',
  'canceledAt',
  'expiredAt',
  'rejectedAt',
  'suspendedAt',
  'replacedAt',
] as const satisfies readonly (keyof Order)[];

/** What starts the workflow of an order that is decided on: its idempotency key and accept-by time no longer matter. */
export function resubmissionOf(order: Order): OrderSubmission {
  const { id, accountId, clientOrderId, symbol, side, type, timeInForce, quantity, limitPrice, stopPrice, trailPercent, submittedAt } =
    order;
  const terms = { symbol, side, type, timeInForce, quantity, notional: null, limitPrice, stopPrice, trailPercent, clientOrderId };
  return {
    ...terms,
    orderId: id,
    accountId,
    idempotency: null,
    submittedAt,
    acceptBy: submittedAt,
    isTakenUp: true,
    askVenueAfterMs: firstQuestionAfterMs(id),
  };
}

const FIRST_QUESTION_MS = { min: 15 * 60_000, max: 60 * 60_000 } as const;

/** Between 15 and 60 minutes, by the last digits of the order's id: thousands that came together must not ask together, ahead of new orders. */
export function firstQuestionAfterMs(orderId: string): number {
  const { min, max } = FIRST_QUESTION_MS;
  const share = Number.parseInt(orderId.slice(-4), 16) / 0x1_0000;
  return Number.isNaN(share) ? min : Math.floor(min + share * (max - min));
}

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
  /** The market's dates on which it was traded and on which cash and shares change hands, `YYYY-MM-DD`. */
  tradeDate: string;
  settlementDate: string;
  /** IN_REPAIR: it could not be settled on its day and has a workflow of its own. */
  settlementStatus: 'PENDING' | 'SETTLED' | 'IN_REPAIR';
}

/** One step of an order's audit trail. */
export interface AuditEvent {
  sequence: number;
  actor: string;
  action: string;
  details: Record<string, unknown>;
  occurredAt: Timestamp;
}
