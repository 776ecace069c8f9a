import type { OrderStatus } from '../../domain/orders/order.ts';
import type { ExecType } from '../../domain/orders/transition.ts';
import type { DecimalString, Timestamp } from '../decimal-string.ts';
import type { OrderSubmission } from './order.ts';
import type {
  DecidedHubFields,
  Execution,
  HappenedFields,
  HubFields,
  Order,
} from './order-fields.ts';
import type { AttemptRecord } from './workflow-messages.ts';

/** What a decision to accept stands on, read in one round trip. */
export interface SubmissionContext {
  /** The order, when somebody has decided already. */
  decided: Order | null;
  /** The kept first answer of the idempotency key. */
  firstAnswer: { fingerprint: string; order: Order } | null;
  clientOrderIdTaken: boolean;
  /** Open orders of the account. */
  openOrders: number;
  account: {
    status: 'ACTIVE' | 'RESTRICTED';
    buyingPower: DecimalString;
    shortingAllowed: boolean;
  };
  position: { quantity: DecimalString; heldQuantity: DecimalString };
  instrument: { tradable: boolean; fractionable: boolean; broker: string } | null;
  /**
   * The instrument's own sessions around the submission, each in place of the calendar's of its
   * date; without trading when it opens as it closes.
   */
  sessionOverrides: { date: string; opensAtMs: number; closesAtMs: number }[];
}

export interface OrderHold {
  kind: 'CASH' | 'SHARES';
  /** USD a share; null for SHARES. */
  price: DecimalString | null;
  /** USD or shares. */
  amount: DecimalString;
}

/** A transfer with the business key that makes posting it twice the same as once. */
export interface LedgerTransfer {
  key: string;
  code: string;
  debit: string;
  credit: string;
  asset: string;
  amount: DecimalString;
}

export interface AuditEntry {
  /** `user/<id>`, `system`, `broker`. */
  actor: string;
  action: string;
  details: Record<string, unknown>;
}

export interface AcceptanceWrite extends DecidedHubFields {
  submission: OrderSubmission;
  order: Order;
  hold: OrderHold | null;
  transfers: LedgerTransfer[];
  audit: AuditEntry;
}

/**
 * WRITTEN: the decision is ours. DECIDED: somebody was first. LAPSED: acceptBy has passed.
 * CONFLICT: decide again on what holds now.
 */
export type AcceptanceOutcome =
  | 'WRITTEN'
  | 'DECIDED'
  | 'LAPSED'
  | 'CLIENT_ORDER_ID_REUSED'
  | 'CONFLICT';

/**
 * An order with all that a change of it needs, read in one round trip. Versions guard the write.
 */
export interface WorkingOrder extends HubFields {
  order: Order;
  /** What its executions have moved, in USD. */
  filledCash: DecimalString;
  version: number;
  hold: (OrderHold & { remaining: DecimalString }) | null;
  /** `version` 0: there is no row yet. */
  position: {
    quantity: DecimalString;
    costBasis: DecimalString;
    realizedPnl: DecimalString;
    version: number;
  };
}

/** Who asks for a cancel; the facts go into the audit trail with it. */
export interface CancelRequest {
  actor: string;
  facts: {
    reason?: string | undefined;
    bulkId?: string | undefined;
    requestId?: string | undefined;
  };
}

/** One change of an order with everything that belongs to it: written whole or not at all. */
export interface OrderChange {
  orderId: string;
  accountId: string;
  symbol: string;
  expectedVersion: number;
  order: HappenedFields;
  holdRemaining: DecimalString | null;
  buyingPowerChange: DecimalString;
  heldQuantityChange: DecimalString;
  position: {
    expectedVersion: number;
    quantity: DecimalString;
    averagePrice: DecimalString;
    costBasis: DecimalString;
    realizedPnl: DecimalString;
    status: 'ACTIVE' | 'CLOSED';
    positionType: 'LONG' | 'SHORT';
    lastTradeAt: Timestamp;
  } | null;
  execution: Omit<Execution, 'orderId' | 'symbol' | 'settlementStatus'> | null;
  transfers: LedgerTransfer[];
  audit: AuditEntry & { action: ExecType };
}

/**
 * An order takes another's place: the original's end and the replacement's hold, written whole or
 * not at all.
 */
export interface ReplacementWrite {
  original: OrderChange;
  replacement: {
    orderId: string;
    accountId: string;
    symbol: string;
    expectedVersion: number;
    quantity: DecimalString;
    /**
     * When and where the stop was reached by the order whose place it takes; null when it was not.
     */
    trigger: {
      at: Timestamp;
      stopPrice: DecimalString | null;
      waterMark: DecimalString | null;
    } | null;
    /** USD or shares; null when nothing is held. */
    holdAmount: DecimalString | null;
    buyingPowerChange: DecimalString;
    heldQuantityChange: DecimalString;
    transfers: LedgerTransfer[];
    audit: AuditEntry;
  };
}

export type OrderChangeOutcome = 'WRITTEN' | 'ALREADY_BOOKED' | 'CONFLICT';

/**
 * Orders in Postgres, as the order path sees them. Every call is one round trip and throws
 * `HubError('DATABASE_UNAVAILABLE')` when there is no answer.
 */
export interface OrderStore {
  /** `null` when there is no such account. */
  readSubmission(submission: OrderSubmission): Promise<SubmissionContext | null>;
  /**
   * CONFLICT also when the account has `openOrdersMax` open orders by then: none for a replacement,
   * which adds none.
   */
  writeAcceptance(write: AcceptanceWrite, openOrdersMax?: number): Promise<AcceptanceOutcome>;
  readWorkingOrder(orderId: string): Promise<WorkingOrder | null>;
  /**
   * Records that an open order is to be canceled, for whoever carries it out: its workflow, or the
   * one that takes its place after a reset. A closed order stays as it is.
   */
  recordCancelRequest(orderId: string, request: CancelRequest): Promise<void>;
  /** Recording the same again changes nothing. */
  recordAttempts(orderId: string, record: AttemptRecord): Promise<void>;
  /**
   * Open orders of a broker that somebody asked to cancel before that time, and that nobody sees to:
   * neither PENDING_CANCEL nor with an operator. The oldest requests, 500 at most.
   */
  findForgottenCancels(
    broker: string,
    before: Timestamp,
  ): Promise<{ orderId: string; actor: string }[]>;
  writeOrderChange(change: OrderChange): Promise<OrderChangeOutcome>;
  writeReplacement(write: ReplacementWrite): Promise<OrderChangeOutcome>;
  /** The order that is to take this one's place and is not decided on by the broker yet. */
  findPendingReplacement(orderId: string): Promise<WorkingOrder | null>;
  /** Those of the broker's execution ids that are booked. */
  findBooked(broker: string, brokerExecutionIds: readonly string[]): Promise<Set<string>>;
  /**
   * Where the order stood when the fill was booked; `null` while it is not booked. Says the same
   * however often it is asked.
   */
  statusBefore(orderId: string, brokerExecutionId: string): Promise<OrderStatus | null>;
  /**
   * Ids of the broker's open orders that were submitted before the instant; replacements only once
   * they have their original's place.
   */
  findOpen(broker: string, before: Timestamp): Promise<string[]>;
  /** How those of the orders stand that are in the books. */
  readStatuses(orderIds: readonly string[]): Promise<Map<string, OrderStatus>>;
  /**
   * Accepted orders that should be at the broker of this name since before the instant and that it
   * has not acknowledged; at most `limit`.
   */
  findUnacknowledged(broker: string, before: Timestamp, limit: number): Promise<OrderSubmission[]>;
}
