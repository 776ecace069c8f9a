import type { Decimal } from '../domain/money/decimal.ts';
import type { OrderType, Side, TimeInForce } from '../domain/order/order.ts';

/** FIX OrdStatus (39), as the venue sees the order. */
export type OrderStatus = 'NEW' | 'PARTIALLY_FILLED' | 'FILLED' | 'CANCELED' | 'REJECTED' | 'EXPIRED';

/** FIX ExecType (150). */
export type ExecType = 'NEW' | 'TRADE' | 'CANCELED' | 'REJECTED' | 'EXPIRED';

/** Why the venue refused an order, or ended it by itself. */
export type VenueRejectCode =
  | 'UNKNOWN_SYMBOL'
  | 'INVALID_QUANTITY'
  | 'INVALID_PRICE'
  | 'UNSUPPORTED_ORDER_TYPE'
  | 'VENUE_REFUSED'
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
  readonly firstSequence: number;
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
