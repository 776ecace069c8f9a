import type { OrderType, Side, TimeInForce } from '../../domain/order/order.ts';
import type { DecimalString, Timestamp } from '../decimal-string.ts';

/** What the venue says of an order (FIX OrdStatus 39). */
export type VenueStatus = 'NEW' | 'PARTIALLY_FILLED' | 'FILLED' | 'CANCELED' | 'REJECTED' | 'EXPIRED' | 'REPLACED';

/** What happened at the venue (FIX ExecType 150). */
export type VenueExecType = 'NEW' | 'TRADE' | 'CANCELED' | 'REJECTED' | 'EXPIRED' | 'REPLACED';

/** FIX ExecutionReport (35=8). `lastQuantity` and `lastPrice` are set for TRADE only. */
export interface ExecutionReport {
  /** Place in the venue's one row of reports; without gaps, from 1. */
  sequence: number;
  brokerExecutionId: string;
  brokerClientOrderId: string;
  execType: VenueExecType;
  orderStatus: VenueStatus;
  lastQuantity: DecimalString | null;
  lastPrice: DecimalString | null;
  cumulativeQuantity: DecimalString;
  leavesQuantity: DecimalString;
  time: Timestamp;
  rejectCode: string | null;
  /** It was also part of an answer to place or cancel. */
  inAnswer: boolean;
}

export interface BrokerOrder {
  brokerClientOrderId: string;
  status: VenueStatus;
  /** FIX OrderQty (38) of this order alone; of a replacement what the original had left. */
  quantity: DecimalString;
  filledQuantity: DecimalString;
  leavesQuantity: DecimalString;
  rejectCode: string | null;
  reports: ExecutionReport[];
}

export interface PlaceOrder {
  brokerClientOrderId: string;
  symbol: string;
  side: Side;
  type: OrderType;
  timeInForce: TimeInForce;
  quantity: DecimalString;
  limitPrice: DecimalString | null;
  stopPrice: DecimalString | null;
  trailPercent: DecimalString | null;
  /** Worst price at which an order without a limit price may trade. */
  protectionPrice: DecimalString | null;
  /** OPG, CLS: when the venue holds the auction. */
  auctionAt: Timestamp | null;
  expiresAt: Timestamp | null;
}

/** What became of a replacement: `accepted` is false when the original was closed before it, and then there is no replacement. */
export interface ReplaceAnswer {
  accepted: boolean;
  original: BrokerOrder;
  replacement: BrokerOrder | null;
}

/**
 * A venue. A refusal is an answer (`status` REJECTED). A call that failed before the venue can have
 * acted throws `BrokerUnavailable`; one whose answer never came throws `BrokerOutcomeUnknown`: ask
 * `getOrder` before sending again.
 */
export interface Broker {
  placeOrder(order: PlaceOrder): Promise<BrokerOrder>;
  /** `accepted` is false when the order was closed already. `null` when the venue does not know the order. */
  cancelOrder(brokerClientOrderId: string): Promise<{ accepted: boolean; order: BrokerOrder } | null>;
  /**
   * FIX OrderCancelReplaceRequest (35=G): in one step the original ends as REPLACED and the replacement works what is left: `replacement.quantity`
   * counts what the original has filled. Repeating it under the replacement's id gives the same answer. `null` when the venue does not know the original.
   */
  replaceOrder(originalBrokerClientOrderId: string, replacement: PlaceOrder): Promise<ReplaceAnswer | null>;
  /** `null` when the venue never got the order. */
  getOrder(brokerClientOrderId: string): Promise<BrokerOrder | null>;
  /** Batches of reports after `afterSequence`, oldest first, then new ones, until `signal` aborts. */
  streamExecutionReports(afterSequence: number, signal: AbortSignal): AsyncIterable<ExecutionReport[]>;
}

/** The venue cannot have acted: no connection was made, or it said so. */
export class BrokerUnavailable extends Error {
  override readonly name: 'BrokerUnavailable' | 'BrokerCircuitOpen' = 'BrokerUnavailable';
}

/** The venue was not asked at all: it has failed so often that calls are let through again a second later. */
export class BrokerCircuitOpen extends BrokerUnavailable {
  override readonly name = 'BrokerCircuitOpen';
}

/** The venue may or may not have acted: the answer was lost or came too late. */
export class BrokerOutcomeUnknown extends Error {
  override readonly name = 'BrokerOutcomeUnknown';
}
