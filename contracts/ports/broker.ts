import type { OrderType, Side, TimeInForce } from '../../domain/order/order.ts';
import type { DecimalString, Timestamp } from '../decimal-string.ts';

/** What the venue says of an order (FIX OrdStatus 39). */
export type VenueStatus = 'NEW' | 'PARTIALLY_FILLED' | 'FILLED' | 'CANCELED' | 'REJECTED' | 'EXPIRED';

/** What happened at the venue (FIX ExecType 150). */
export type VenueExecType = 'NEW' | 'TRADE' | 'CANCELED' | 'REJECTED' | 'EXPIRED';

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
  /** Worst price at which a MARKET order may trade. */
  protectionPrice: DecimalString | null;
  expiresAt: Timestamp | null;
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
  /** `null` when the venue never got the order. */
  getOrder(brokerClientOrderId: string): Promise<BrokerOrder | null>;
  /** Batches of reports after `afterSequence`, oldest first, then new ones, until `signal` aborts. */
  streamExecutionReports(afterSequence: number, signal: AbortSignal): AsyncIterable<ExecutionReport[]>;
}

/** The venue cannot have acted: no connection was made, the circuit was open, or it said so. */
export class BrokerUnavailable extends Error {
  override readonly name = 'BrokerUnavailable';
}

/** The venue may or may not have acted: the answer was lost or came too late. */
export class BrokerOutcomeUnknown extends Error {
  override readonly name = 'BrokerOutcomeUnknown';
}
