import type { Timestamp } from '../decimal-string.ts';
import type { Page } from '../list-cursor.ts';

/**
 * LATE_FILL: a fill that came after its order was closed; it is booked. IMPOSSIBLE_REPORT: what
 * cannot have happened to the order. UNKNOWN_ORDER: the broker reports on an order that is not
 * ours. REPORT_GAP: a sequence that the broker never sent.
 */
export type BreakKind = 'LATE_FILL' | 'IMPOSSIBLE_REPORT' | 'UNKNOWN_ORDER' | 'REPORT_GAP';

/** `key` is the business's name of the break: raising it twice is raising it once. */
export interface BreakReport {
  key: string;
  kind: BreakKind;
  broker: string;
  orderId: string | null;
  brokerExecutionId: string | null;
  details: Record<string, unknown>;
}

export interface Break {
  id: string;
  kind: BreakKind;
  /** Whose word differs from our books. */
  broker: string;
  accountId: string | null;
  orderId: string | null;
  brokerExecutionId: string | null;
  details: Record<string, unknown>;
  raisedAt: Timestamp;
  resolvedAt: Timestamp | null;
  resolvedBy: string | null;
  resolution: string | null;
}

/** Is told of each break that was raised, for metrics and alerts. */
export interface BreakObserver {
  breakRaised(broker: string, kind: BreakKind): void;
}

/** Breaks in Postgres. Throws `HubError('DATABASE_UNAVAILABLE')` when there is no answer. */
export interface Breaks {
  /**
   * `false` when it had been raised before. An order id that is not ours is kept in the details
   * alone.
   */
  raiseBreak(report: BreakReport): Promise<boolean>;
  /** Oldest first; a page after `cursor`. */
  listBreaks(query: {
    status: 'open' | 'resolved' | 'all';
    cursor: string | null;
    limit: number;
  }): Promise<Page<Break>>;
  /** Audited. NOT_FOUND, or ALREADY_RESOLVED, and then nothing changes. */
  resolveBreak(
    id: string,
    by: string,
    resolution: string,
  ): Promise<Break | 'NOT_FOUND' | 'ALREADY_RESOLVED'>;
}
