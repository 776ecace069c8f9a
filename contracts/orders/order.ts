import { PRICE_NAMES } from '../../domain/orders/order.ts';
import type { DecimalString, Timestamp } from '../decimal-string.ts';
import { type NamesWith, pickFields } from '../fields.ts';
import { ORDER_FIELDS, type Order, TERM_NAMES, type TermName } from './order-fields.ts';

export type { AuditEvent, Execution, Order } from './order-fields.ts';

/** What a client asks for. Quantities in shares, prices in USD. */
export interface OrderTerms extends Omit<Pick<Order, TermName>, 'quantity' | 'clientOrderId'> {
  /** Shares; null when `notional` says how much. Exactly one of the two is set. */
  quantity: DecimalString | null;
  /** The order's id where there is none. */
  clientOrderId: string | null;
}

/** The terms that not every order has, of one that has none of them. */
export const NO_TERMS = Object.fromEntries(
  TERM_NAMES.filter((name) => 'nullable' in ORDER_FIELDS[name]).map((name) => [name, null]),
) as Readonly<Record<TermName & NamesWith<typeof ORDER_FIELDS, { nullable: true }>, null>>;

/** `BUY 10 AAPL LIMIT 205.75 DAY`: an order's terms as operators read them. */
export function describeTerms(terms: Omit<OrderTerms, 'clientOrderId'>): string {
  const {
    side,
    quantity,
    notional,
    symbol,
    type,
    stopPrice,
    trailPercent,
    limitPrice,
    timeInForce,
  } = terms;
  const amount = quantity ?? `$${notional}`;
  const trail = trailPercent === null ? null : `${trailPercent}%`;
  return [side, amount, symbol, type, stopPrice, trail, limitPrice, timeInForce]
    .filter((word) => word !== null)
    .join(' ');
}

/** The terms that a replacement may change. */
export const REPLACE_NAMES = [
  'quantity',
  ...PRICE_NAMES,
  'timeInForce',
  'clientOrderId',
] as const satisfies readonly TermName[];

/**
 * What a replacement changes of an open order; what is absent stays as it is. `quantity` counts
 * what the original has filled (FIX OrderQty 38).
 */
export type ReplaceTerms = {
  [Name in (typeof REPLACE_NAMES)[number]]?: NonNullable<OrderTerms[Name]>;
};

/**
 * Input of the order workflow and of the decision to accept: ids and facts, never personal data.
 */
export interface OrderSubmission extends OrderTerms {
  orderId: string;
  accountId: string;
  /** Key under which the first answer is kept, and the SHA-256 of the request it belongs to. */
  idempotency: { key: string; fingerprint: string } | null;
  /** Of the request that it came with (`X-Request-Id`). */
  requestId?: string | undefined;
  submittedAt: Timestamp;
  /** A decision later than this is none: nothing is written, and the same key may be sent again. */
  acceptBy: Timestamp;
  /** The order was decided on elsewhere, and may have been sent: the broker is asked first. */
  isAdopted?: true;
}

/**
 * What starts the workflow of an order that is decided on: its idempotency key and accept-by time
 * no longer matter.
 */
export function resubmissionOf(order: Order): OrderSubmission {
  return {
    ...pickFields(order, TERM_NAMES),
    notional: null,
    orderId: order.id,
    accountId: order.accountId,
    idempotency: null,
    submittedAt: order.submittedAt,
    acceptBy: order.submittedAt,
    isAdopted: true,
  };
}

const FIRST_QUESTION_MS = { min: 15 * 60_000, max: 60 * 60_000 } as const;

/**
 * Between 15 and 60 minutes, by the last digits of the order's id: thousands that came together
 * must not ask together, ahead of new orders.
 */
export function firstQuestionAfterMs(orderId: string): number {
  const { min, max } = FIRST_QUESTION_MS;
  const share = Number.parseInt(orderId.slice(-4), 16) / 0x1_0000;
  return Number.isNaN(share) ? min : Math.floor(min + share * (max - min));
}
