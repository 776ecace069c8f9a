import { ApplicationFailure } from '@temporalio/workflow';
import type { Timestamp } from '../../contracts/decimal-string.ts';
import type { ExecutionReport } from '../../contracts/ports/broker.ts';
import type { OperatorRequest } from '../../contracts/workflow-messages.ts';
import { BOOKING_RETRY_SCHEDULE_MS, nextRetry, QUICK_RETRIES_MS } from '../../domain/retry/schedules.ts';

/** 1 s, 5 s, 30 s, then 2 min, 10 min, 30 min, 2 h. */
const WAITS_MS = [...QUICK_RETRIES_MS.filter((waitMs) => waitMs > 0), ...BOOKING_RETRY_SCHEDULE_MS];

/** What comes before the next attempt: a time, or a person; then `until` is null. */
export interface BookingWait {
  for: 'RETRY' | 'OPERATOR';
  until: Timestamp | null;
  /** Attempts that failed since the schedule began. */
  failures: number;
  /** Stable code of the last failure. */
  lastFailure: string;
}

/** What the workflow knows of its booking between one attempt and the next. */
export class LateBooking {
  readonly orderId: string | null;
  readonly report: ExecutionReport;
  wait: BookingWait | null = null;
  /** Who asked for the attempt that runs, or is about to. */
  operator: OperatorRequest | null = null;
  attemptsEnded = 0;
  private failures = 0;
  private isRetryWanted = false;

  constructor(orderId: string | null, report: ExecutionReport) {
    this.orderId = orderId;
    this.report = report;
  }

  /** Returns how long to wait; `null` when a person has to come. */
  fail(code: string, nowMs: number): number | null {
    this.failures += 1;
    this.attemptsEnded += 1;
    const next = nextRetry(WAITS_MS, this.failures);
    const waitMs = next === 'EXHAUSTED' ? null : next.waitMs;
    const until = waitMs === null ? null : new Date(nowMs + waitMs).toISOString();
    this.wait = { for: waitMs === null ? 'OPERATOR' : 'RETRY', until, failures: this.failures, lastFailure: code };
    return waitMs;
  }

  succeed(): void {
    this.attemptsEnded += 1;
    this.wait = null;
  }

  assertWaiting(): void {
    if (this.wait === null || this.isRetryWanted) {
      throw ApplicationFailure.nonRetryable('The execution does not wait for an attempt', 'ORDER_NOT_WAITING');
    }
  }

  /** The schedule starts anew with the next attempt. */
  retry(request: OperatorRequest): void {
    this.operator = request;
    this.failures = 0;
    this.isRetryWanted = true;
  }

  get isRetryAsked(): boolean {
    return this.isRetryWanted;
  }

  endWait(): void {
    if (!this.isRetryWanted) this.operator = null;
    this.isRetryWanted = false;
    this.wait = null;
  }
}
