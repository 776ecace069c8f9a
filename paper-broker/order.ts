import type { Decimal } from '../domain/money/decimal.ts';
import type { OrderType, Side, TimeInForce } from '../domain/orders/order.ts';

/** FIX OrdStatus (39), as the venue sees the order. */
export type OrderStatus =
  | 'NEW'
  | 'PARTIALLY_FILLED'
  | 'FILLED'
  | 'CANCELED'
  | 'REJECTED'
  | 'EXPIRED'
  | 'REPLACED';

/** FIX ExecType (150). */
export type ExecType =
  | 'NEW'
  | 'TRIGGERED'
  | 'TRADE'
  | 'CANCELED'
  | 'REJECTED'
  | 'EXPIRED'
  | 'REPLACED';

/** Why the venue rejected an order, or ended it by itself. */
export type VenueRejectCode =
  | 'UNKNOWN_SYMBOL'
  | 'INVALID_QUANTITY'
  | 'INVALID_PRICE'
  | 'UNSUPPORTED_ORDER_TYPE'
  | 'BROKER_OPTION'
  | 'INVALID_AUCTION_TIME'
  | 'AUCTION_OVER'
  | 'AUCTION_REMAINDER_CANCELED'
  | 'FOK_NOT_FILLABLE'
  | 'IOC_REMAINDER_CANCELED';

/** The numbers that not every order has, by their names here and on the wire. */
export const NUMBER_TERMS = ['limitPrice', 'protectionPrice', 'stopPrice', 'trailPercent'] as const;
export type NumberTerm = (typeof NUMBER_TERMS)[number];

/**
 * What the client asked for, as it was sent. Quantities in shares and prices in USD as decimal
 * strings.
 */
export interface OrderTerms extends Readonly<Record<NumberTerm, string | null>> {
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly side: Side;
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  readonly quantity: string;
  readonly auctionAtMs: number | null;
  readonly expiresAtMs: number | null;
}

/**
 * FIX ExecutionReport (35=8). `sequence` is the venue's one row of numbers, without gaps, from 1.
 * Never changed once made.
 */
export interface Report {
  readonly sequence: number;
  readonly clientOrderId: string;
  readonly execType: ExecType;
  readonly orderStatus: OrderStatus;
  readonly lastQuantity: string | null;
  readonly lastPrice: string | null;
  readonly cumulativeQuantity: string;
  readonly leavesQuantity: string;
  /** TRIGGERED: the stop that was reached, and of a trailing stop the mark that it lay behind. */
  readonly stopPrice: string | null;
  readonly waterMark: string | null;
  readonly timeMs: number;
  readonly rejectCode: string | null;
  readonly inAnswer: boolean;
}

/** What the market has made of an order, beside its fills; kept as one value. */
export interface Standing {
  /**
   * Time priority among orders of one price: the sequence with which the order, or the one whose
   * place it kept, came in.
   */
  readonly arrival: number;
  /** When the stop was reached, also by the order whose place this one took. */
  readonly triggeredAtMs: number | null;
  /** TRAILING_STOP: the best last price since the order came in, or the one whose place it took. */
  readonly waterMark: string | null;
}

/** An order at one moment, with all its reports so far. Never changed once made. */
export interface OrderView extends Standing {
  readonly terms: OrderTerms;
  /**
   * The order that this one took the place of; its `terms.quantity` then counts `carriedQuantity`,
   * what that one had filled.
   */
  readonly replaces: string | null;
  readonly carriedQuantity: string;
  /** FIX OrderQty (38) of this order alone. */
  readonly quantity: string;
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
  readonly replaces: string | null;
  readonly carried: Decimal;
  readonly arrival: number;
  /**
   * The price that triggers it; moves with the water mark of a trailing stop. `null` for orders
   * without a stop.
   */
  stop: Decimal | null;
  readonly trailPercent: Decimal | null;
  triggeredAtMs: number | null;
  waterMark: Decimal | null;
  status: OrderStatus;
  filled: Decimal;
  leaves: Decimal;
  rejectCode: string | null;
  readonly reports: Report[];
  batch: number;
}

/** Where an order stands among those of its price. */
export type Place = Pick<LiveOrder, 'arrival'>;
export const placeOf = ({ arrival }: LiveOrder): Place => ({ arrival });

/** How much of one quote has traded; a quote is known by its symbol, sequence and time. */
export interface QuoteUsage {
  readonly symbol: string;
  readonly quoteSequence: number;
  readonly quoteTimeMs: number;
  readonly bidTaken: string;
  readonly askTaken: string;
}

export const isOpen = (status: OrderStatus): boolean =>
  status === 'NEW' || status === 'PARTIALLY_FILLED';

/**
 * Opening (FIX TimeInForce 2) and closing (7): the order trades in one auction and nowhere else.
 */
export const isForAuction = (terms: OrderTerms): boolean =>
  terms.timeInForce === 'OPG' || terms.timeInForce === 'CLS';

export const hasStop = ({ type }: OrderTerms): boolean =>
  type === 'STOP' || type === 'STOP_LIMIT' || type === 'TRAILING_STOP';

/** An order with a stop that was not reached yet: it rests, and nothing of it is for sale. */
export const waitsForStop = (order: LiveOrder): boolean =>
  hasStop(order.terms) && order.triggeredAtMs === null;
