import { ApplicationFailure } from '@temporalio/workflow';
import type { ExecutionReport } from '../../contracts/ports/broker.ts';
import type { ExecutionStanding, ExecutionWait } from '../../contracts/ports/execution-workflows.ts';
import type { OperatorRequest } from '../../contracts/workflow-messages.ts';
import { BOOKING_RETRY_SCHEDULE_MS, nextRetry, QUICK_RETRIES_MS } from '../../domain/retry/schedules.ts';

/** 1 s, 5 s, 30 s, then 2 min, 10 min, 30 min, 2 h. */
const WAITS_MS = [...QUICK_RETRIES_MS.filter((waitMs) => waitMs > 0), ...BOOKING_RETRY_SCHEDULE_MS];

/** What the workflow knows of its booking between one attempt and the next. */
export class LateBooking {
  readonly orderId: string | null;
  readonly report: ExecutionReport;
  wait: ExecutionWait | null = null;
  /** Who asked for the attempt that runs, or is about to. */
  operator: OperatorRequest | null = null;
  attemptsEnded = 0;
  private failures = 0;
  private isRetryWanted = false;

  constructor(orderId: string | null, report: ExecutionReport) {
    this.orderId = orderId;
    this.report = report;
  }

  get standing(): ExecutionStanding {
    const { brokerExecutionId, execType, lastQuantity, lastPrice, time } = this.report;
    return { brokerExecutionId, orderId: this.orderId, execType, quantity: lastQuantity, price: lastPrice, time, waiting: this.wait };
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

  /**
   * While the schedule tries again, somebody may still ask for the next attempt: an operator cannot know, and a reset puts his update before
   * the failure that he answered.
   */
  assertWaiting(): void {
    const isTriedAgain = this.attemptsEnded > 0 && this.operator === null;
    if ((this.wait !== null || isTriedAgain) && !this.isRetryWanted) return;
    throw ApplicationFailure.nonRetryable('The execution does not wait for an attempt', 'ORDER_NOT_WAITING');
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
