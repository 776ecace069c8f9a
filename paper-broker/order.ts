import type { Decimal } from '../domain/money/decimal.ts';
import type { OrderType, Side, TimeInForce } from '../domain/order/order.ts';

/** FIX OrdStatus (39), as the venue sees the order. */
export type OrderStatus = 'NEW' | 'PARTIALLY_FILLED' | 'FILLED' | 'CANCELED' | 'REJECTED' | 'EXPIRED' | 'REPLACED';

/** FIX ExecType (150). */
export type ExecType = 'NEW' | 'TRADE' | 'CANCELED' | 'REJECTED' | 'EXPIRED' | 'REPLACED';

/** Why the venue refused an order, or ended it by itself. */
export type VenueRejectCode =
  | 'UNKNOWN_SYMBOL'
  | 'INVALID_QUANTITY'
  | 'INVALID_PRICE'
  | 'UNSUPPORTED_ORDER_TYPE'
  | 'VENUE_REFUSED'
  | 'INVALID_AUCTION_TIME'
  | 'AUCTION_OVER'
  | 'AUCTION_REMAINDER_CANCELED'
  | 'FOK_NOT_FILLABLE'
  | 'IOC_REMAINDER_CANCELED';

/** What the client asked for, as it was sent. Quantities in shares and prices in USD as decimal strings. */
export interface OrderTerms {
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly side: Side;
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  readonly quantity: string;
  readonly limitPrice: string | null;
  readonly protectionPrice: string | null;
  readonly stopPrice: string | null;
  readonly trailPercent: string | null;
  readonly auctionAtMs: number | null;
  readonly expiresAtMs: number | null;
}

/** FIX ExecutionReport (35=8). `sequence` is the venue's one row of numbers, without gaps, from 1. Never changed once made. */
export interface Report {
  readonly sequence: number;
  readonly clientOrderId: string;
  readonly execType: ExecType;
  readonly orderStatus: OrderStatus;
  readonly lastQuantity: string | null;
  readonly lastPrice: string | null;
  readonly cumulativeQuantity: string;
  readonly leavesQuantity: string;
  readonly timeMs: number;
  readonly rejectCode: string | null;
  readonly inAnswer: boolean;
}

/** An order at one moment, with all its reports so far. Never changed once made. */
export interface OrderView {
  readonly terms: OrderTerms;
  /** The order that this one took the place of; its `terms.quantity` then counts `carriedQuantity`, what that one had filled. */
  readonly replaces: string | null;
  readonly carriedQuantity: string;
  /** FIX OrderQty (38) of this order alone. */
  readonly quantity: string;
  readonly firstSequence: number;
  /** The stop has been reached. */
  readonly triggered: boolean;
  /** TRAILING_STOP: the best last price since the order came in. */
  readonly waterMark: string | null;
  readonly status: OrderStatus;
  readonly filledQuantity: string;
  readonly leavesQuantity: string;
  readonly rejectCode: string | null;
  readonly reports: readonly Report[];
}

/** An order in the book's memory. `batch` is the journal's batch that holds its last change. */
export interface LiveOrder {
  readonly terms: OrderTerms;
  readonly side: Side;
  readonly firstSequence: number;
  /** The worst price at which it may trade; `null` for a market order without protection. */
  readonly limit: Decimal | null;
  readonly replaces: string | null;
  readonly carried: Decimal;
  /** The price that triggers it; moves with the water mark of a trailing stop. `null` for orders without a stop. */
  stop: Decimal | null;
  readonly trailPercent: Decimal | null;
  triggered: boolean;
  waterMark: Decimal | null;
  status: OrderStatus;
  filled: Decimal;
  leaves: Decimal;
  rejectCode: string | null;
  readonly reports: Report[];
  batch: number;
}

/** How much of one quote has traded; a quote is known by its symbol, sequence and time. */
export interface QuoteUsage {
  readonly symbol: string;
  readonly quoteSequence: number;
  readonly quoteTimeMs: number;
  readonly bidTaken: string;
  readonly askTaken: string;
}

export const isOpen = (status: OrderStatus): boolean => status === 'NEW' || status === 'PARTIALLY_FILLED';

/** Opening (FIX TimeInForce 2) and closing (7): the order trades in one auction and nowhere else. */
export const isForAuction = (terms: OrderTerms): boolean => terms.timeInForce === 'OPG' || terms.timeInForce === 'CLS';

const hasStop = ({ type }: OrderTerms): boolean => type === 'STOP' || type === 'STOP_LIMIT' || type === 'TRAILING_STOP';

/** An order with a stop that was not reached yet: it rests, and nothing of it is for sale. */
export const waitsForStop = (order: LiveOrder): boolean => hasStop(order.terms) && !order.triggered;
