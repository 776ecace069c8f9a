import type { Side } from '../../domain/orders/order.ts';
import type { DecimalString, Timestamp } from '../decimal-string.ts';
import type { Order, TermName } from '../orders/order-fields.ts';

/** What the broker says of an order (FIX OrdStatus 39). */
export type BrokerOrderStatus =
  | 'NEW'
  | 'PARTIALLY_FILLED'
  | 'FILLED'
  | 'CANCELED'
  | 'REJECTED'
  | 'EXPIRED'
  | 'REPLACED';

/** What happened at the broker (FIX ExecType 150). */
export type BrokerExecType =
  | 'NEW'
  | 'TRIGGERED'
  | 'TRADE'
  | 'CANCELED'
  | 'REJECTED'
  | 'EXPIRED'
  | 'REPLACED';

/**
 * Where the stop of an order lies, in USD; of a trailing stop also the best price that it trails
 * behind: the highest for SELL, the lowest for BUY.
 */
export interface StopStanding {
  stopPrice: DecimalString | null;
  waterMark: DecimalString | null;
}

/** FIX ExecutionReport (35=8). `lastQuantity` and `lastPrice` are set for TRADE only. */
export interface ExecutionReport {
  /** The name of the broker that it was read from; never its own word. */
  broker: string;
  /** Place in the broker's one row of reports; without gaps, from 1. */
  sequence: number;
  /** FIX ExecID (17): unique per broker. */
  brokerExecutionId: string;
  brokerClientOrderId: string;
  execType: BrokerExecType;
  lastQuantity: DecimalString | null;
  lastPrice: DecimalString | null;
  cumulativeQuantity: DecimalString;
  leavesQuantity: DecimalString;
  time: Timestamp;
  rejectCode: string | null;
  /** It was also part of an answer to place or cancel. */
  inAnswer: boolean;
  /** TRIGGERED: the stop that was reached. */
  trigger?: StopStanding;
}

export interface BrokerOrder {
  brokerClientOrderId: string;
  symbol: string;
  side: Side;
  /** Worst price at which an order without a limit price may trade. */
  protectionPrice: DecimalString | null;
  /** FIX OrigClOrdID (41): the order whose place it took. */
  replaces: string | null;
  status: BrokerOrderStatus;
  /** FIX OrderQty (38) of this order alone; of a replacement what the original had left. */
  quantity: DecimalString;
  filledQuantity: DecimalString;
  leavesQuantity: DecimalString;
  rejectCode: string | null;
  /**
   * When and where its stop was reached, by this order or by one whose place it took; `null`: it
   * was not, or there is none.
   */
  trigger: (StopStanding & { at: Timestamp }) | null;
  reports: ExecutionReport[];
}

export const LISTED_STOPS_MAX = 200;

/** The order's terms, in shares, under our id of it. */
export interface PlaceOrder extends Omit<Pick<Order, TermName>, 'notional' | 'clientOrderId'> {
  brokerClientOrderId: string;
  /** Worst price at which an order without a limit price may trade. */
  protectionPrice: DecimalString | null;
  /** OPG, CLS: when the broker holds the auction. */
  auctionAt: Timestamp | null;
  expiresAt: Timestamp | null;
}

/**
 * What became of a replacement: `accepted` is false when the original was closed before it, and
 * then there is no replacement.
 */
export interface ReplaceAnswer {
  accepted: boolean;
  original: BrokerOrder;
  replacement: BrokerOrder | null;
}

/**
 * A broker. A rejection is an answer (`status` REJECTED). A call that failed before the broker can
 * have acted throws `BrokerUnavailable`; one whose answer never came throws `BrokerOutcomeUnknown`:
 * ask `getOrder` before sending again.
 */
export interface Broker {
  placeOrder(order: PlaceOrder): Promise<BrokerOrder>;
  /**
   * `accepted` is false when the order was closed already. `null` when the broker does not know the
   * order.
   */
  cancelOrder(
    brokerClientOrderId: string,
  ): Promise<{ accepted: boolean; order: BrokerOrder } | null>;
  /**
   * FIX OrderCancelReplaceRequest (35=G): in one step the original ends as REPLACED and the
   * replacement works what is left: `replacement.quantity` counts what the original has filled. A
   * trigger that came and a water mark go over; a replacement that moves a stop that was reached is
   * not accepted. Repeating it under the replacement's id gives the same answer. `null` when the
   * broker does not know the original.
   */
  replaceOrder(
    originalBrokerClientOrderId: string,
    replacement: PlaceOrder,
  ): Promise<ReplaceAnswer | null>;
  /** `null` when the broker never got the order. */
  getOrder(brokerClientOrderId: string): Promise<BrokerOrder | null>;
  /**
   * Where the stops of those of the orders lie now that are open there, by their id; at most {@link
   * LISTED_STOPS_MAX}. Fails at once when the broker is away, and is not tried again: what it tells
   * is gone with the next quote.
   */
  listStops(brokerClientOrderIds: readonly string[]): Promise<Map<string, StopStanding>>;
  /**
   * Batches of reports after `afterSequence`, oldest first, then new ones, until `signal` aborts.
   * An empty batch is a sign of life.
   */
  streamExecutionReports(
    afterSequence: number,
    signal: AbortSignal,
  ): AsyncIterable<ExecutionReport[]>;
}

/** The brokers that this process is connected to, by name. */
export interface Brokers {
  /**
   * Where an order is: its calls go there and nowhere else. Throws `BrokerUnavailable` for a name
   * that is not configured, and for null, an order that was routed nowhere.
   */
  of(name: string | null): Broker;
}

/** The broker cannot have acted: no connection was made, or it said so. */
export class BrokerUnavailable extends Error {
  override readonly name: 'BrokerUnavailable' | 'BrokerCircuitOpen' = 'BrokerUnavailable';
}

/**
 * The broker was not asked at all: it has failed so often that calls are let through again a second
 * later.
 */
export class BrokerCircuitOpen extends BrokerUnavailable {
  override readonly name = 'BrokerCircuitOpen';
}

/** The broker may or may not have acted: the answer was lost or came too late. */
export class BrokerOutcomeUnknown extends Error {
  override readonly name = 'BrokerOutcomeUnknown';
}
