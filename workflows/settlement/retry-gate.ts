import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import {
  ActivityFailure,
  ApplicationFailure,
  condition,
  currentUpdateInfo,
  isCancellation,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { RecordedRetry, SettlementWaiting } from '../../contracts/settlement.ts';
import { ATTENTION_NEEDED, type OperatorRequest } from '../../contracts/workflow-messages.ts';
import { BOOKING_RETRY_SCHEDULE_MS, nextRetry } from '../../domain/retry/schedules.ts';

const ATTENTION = defineSearchAttributeKey(ATTENTION_NEEDED, SearchAttributeType.BOOL);

interface RetryGateDeps {
  /** Writes operators' retries into the audit trail; twice is once. */
  record: (retries: RecordedRetry[]) => Promise<void>;
  onChange: () => void;
}

/**
 * Where a workflow waits after an attempt that failed: 2 min, 10 min, 30 min, 2 h, then for an operator. Each wait is one timer, which
 * {@link retry} ends early.
 */
export class RetryGate {
  waiting: SettlementWaiting | null = null;
  /** Attempts that failed since the last one that did not. */
  failures = 0;
  /** What operators asked for and the audit trail does not have yet. */
  private unrecorded: RecordedRetry[] = [];
  private attemptsEnded = 0;
  private isWoken = false;
  /** A retry was asked for while the schedule's own attempt was under way: it is the next one. */
  private isAskedMeanwhile = false;
  private readonly deps: RetryGateDeps;

  constructor(deps: RetryGateDeps) {
    this.deps = deps;
  }

  /**
   * Throws an ApplicationFailure when nothing waits, as an update's validator has to. While the schedule tries again something does: an
   * operator cannot know, and a reset puts his update before the failure that he answered.
   */
  assertWaiting(): void {
    if ((this.waiting !== null || this.failures > 0) && !this.isWoken) return;
    throw ApplicationFailure.nonRetryable('Nothing waits for a retry or an operator', 'SETTLEMENT_NOT_WAITING');
  }

  /** Ends the wait; returns when the attempt that follows has ended. Only within an update's handler. */
  async retry({ operator, reason }: OperatorRequest): Promise<void> {
    const requestId = currentUpdateInfo()?.id ?? workflowInfo().runId;
    this.unrecorded.push({ operator, reason, requestId });
    this.isWoken = true;
    this.isAskedMeanwhile = this.waiting === null;
    const before = this.attemptsEnded;
    await condition(() => this.attemptsEnded > before);
  }

  /** Runs one attempt, once the audit trail has who asked for it. */
  async attempt<T>(run: () => Promise<T>): Promise<T> {
    const retries = this.unrecorded;
    try {
      if (retries.length > 0) await this.deps.record(retries);
      this.unrecorded = this.unrecorded.slice(retries.length);
      return await run();
    } finally {
      this.attemptsEnded += 1;
    }
  }

  succeed(): void {
    this.failures = 0;
  }

  /** `failure`: the stable code of what went wrong. */
  async waitAfter(step: string, failure: string): Promise<void> {
    const { isAskedMeanwhile } = this;
    this.failures += 1;
    this.isWoken = false;
    this.isAskedMeanwhile = false;
    if (isAskedMeanwhile) return;
    const next = nextRetry(BOOKING_RETRY_SCHEDULE_MS, this.failures);
    const found = { step, failures: this.failures, lastFailure: failure };
    if (next === 'EXHAUSTED') {
      this.show({ for: 'OPERATOR', until: null, ...found });
      upsertSearchAttributes([{ key: ATTENTION, value: true }]);
      await condition(() => this.isWoken);
      upsertSearchAttributes([{ key: ATTENTION, value: false }]);
    } else {
      this.show({ for: 'RETRY', until: new Date(Date.now() + next.waitMs).toISOString(), ...found });
      await condition(() => this.isWoken, next.waitMs, { summary: `${step}: attempt ${this.failures + 1}, after ${failure}` });
    }
    this.show(null);
  }

  private show(waiting: SettlementWaiting | null): void {
    this.waiting = waiting;
    this.deps.onChange();
  }
}

/** The stable code of a failed activity; a cancellation, and what is no failure of an activity, goes on. */
export function failureCode(error: unknown): string {
  if (!(error instanceof ActivityFailure) || isCancellation(error)) throw error;
  const { cause } = error;
  return (cause instanceof ApplicationFailure ? cause.type : cause?.name) ?? 'UNKNOWN';
}

/** What an operator reads of a wait, in Markdown. */
export function describeWaiting(waiting: SettlementWaiting | null): string[] {
  if (waiting === null) return [];
  const after = `${waiting.failures} failed attempt(s) to ${waiting.step}, the last with ${waiting.lastFailure}`;
  return waiting.for === 'OPERATOR'
    ? [`- **waits for an operator** (update \`retryNow\`) after ${after}`]
    : [`- next attempt at ${waiting.until}, or by the update \`retryNow\`, after ${after}`];
}
