import { assertNever } from '../assert-never.ts';
import { type Decimal, roundPrice, ZERO } from '../money/decimal.ts';

/** FIX Side (54). */
export const SIDES = ['BUY', 'SELL'] as const;
export type Side = (typeof SIDES)[number];

/** FIX OrdType (40). */
export const ORDER_TYPES = ['MARKET', 'LIMIT', 'STOP', 'STOP_LIMIT', 'TRAILING_STOP'] as const;
export type OrderType = (typeof ORDER_TYPES)[number];

/** FIX TimeInForce (59). */
export const TIMES_IN_FORCE = ['DAY', 'GTC', 'IOC', 'FOK', 'OPG', 'CLS'] as const;
export type TimeInForce = (typeof TIMES_IN_FORCE)[number];

/** Those of an order that may rest. */
export const RESTING_TIMES: readonly TimeInForce[] = ['DAY', 'GTC'];

/** The prices that an order may have. */
export const PRICE_NAMES = ['limitPrice', 'stopPrice', 'trailPercent'] as const;
export type PriceName = (typeof PRICE_NAMES)[number];

export interface TypeRules {
  /** Which prices an order of the type has, no more and no less. */
  readonly terms: readonly PriceName[];
  /** As at Alpaca: what waits for a price is no order of the moment or of an auction. */
  readonly timesInForce: readonly TimeInForce[];
  /** What says where it trades: its limit, or else what sets it off. */
  readonly pricedBy: 'LIMIT' | 'TOUCH' | 'STOP' | 'TRAIL';
}

const RULES_OF_TYPE: Readonly<Record<OrderType, TypeRules>> = {
  MARKET: { terms: [], timesInForce: TIMES_IN_FORCE, pricedBy: 'TOUCH' },
  LIMIT: { terms: ['limitPrice'], timesInForce: TIMES_IN_FORCE, pricedBy: 'LIMIT' },
  STOP: { terms: ['stopPrice'], timesInForce: RESTING_TIMES, pricedBy: 'STOP' },
  STOP_LIMIT: {
    terms: ['limitPrice', 'stopPrice'],
    timesInForce: RESTING_TIMES,
    pricedBy: 'LIMIT',
  },
  TRAILING_STOP: { terms: ['trailPercent'], timesInForce: RESTING_TIMES, pricedBy: 'TRAIL' },
};

/** Throws a TypeError for a type that a row or a message of another version brings. */
export const rulesOf = (type: OrderType): TypeRules =>
  RULES_OF_TYPE[type] ?? assertNever(type as never);

/** Statuses in which something can still happen by intent: quantity = filled + leaves. */
export const OPEN_STATUSES = [
  'PENDING_NEW',
  'NEW',
  'PARTIALLY_FILLED',
  'PENDING_CANCEL',
  'PENDING_REPLACE',
  'SUSPENDED',
] as const;

/** Statuses in which nothing is left to trade. A late fill may still be booked. */
export const CLOSED_STATUSES = ['FILLED', 'CANCELED', 'REPLACED', 'REJECTED', 'EXPIRED'] as const;

/**
 * FIX OrdStatus (39); SUSPENDED waits for an operator. PENDING_NEW is accepted by us, not yet by
 * the broker.
 */
export const ORDER_STATUSES = [...OPEN_STATUSES, ...CLOSED_STATUSES] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];

export type OpenStatus = (typeof OPEN_STATUSES)[number];

export function isOpen(status: OrderStatus): status is OpenStatus {
  return OPEN_STATUSES.some((open) => open === status);
}

/** The part of an order that executions move. */
export interface OrderState {
  status: OrderStatus;
  /**
   * The status below PENDING_CANCEL, PENDING_REPLACE or SUSPENDED, to which a rejection or a
   * resumption returns; otherwise `null`.
   */
  restoreStatus: OrderStatus | null;
  /** FIX OrderQty (38), in shares. */
  quantity: Decimal;
  /** FIX CumQty (14), in shares. */
  filledQuantity: Decimal;
  /** Exact Σ quantity × price in USD, 16 decimals. */
  filledNotional: Decimal;
  /**
   * Its stop was reached (FIX ExecType L), by this order or by one whose place it took: it works as
   * MARKET or LIMIT since.
   */
  isTriggered: boolean;
}

/** FIX LeavesQty (151): what may still be filled; 0 when the order is closed. */
export const leavesQuantity = (
  order: Pick<OrderState, 'status' | 'quantity' | 'filledQuantity'>,
): Decimal => (isOpen(order.status) ? order.quantity.minus(order.filledQuantity) : ZERO);

/** FIX AvgPx (6), rounded once to 8 decimals; `null` when nothing is filled. */
export const averageFillPrice = (
  order: Pick<OrderState, 'filledQuantity' | 'filledNotional'>,
): Decimal | null =>
  order.filledQuantity.isZero() ? null : roundPrice(order.filledNotional.div(order.filledQuantity));
