import {
  ApplicationFailure,
  condition,
  currentUpdateInfo,
  defineQuery,
  defineUpdate,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { ErrorCode } from '../../contracts/errors.ts';
import {
  type OperatorRequest,
  PROGRESS_QUERY,
  RETRY_NOW_UPDATE,
  type RetryWait,
} from '../../contracts/orders/workflow-messages.ts';
import type { RecordedRetry } from '../../contracts/settlement/settlement.ts';
import { clearAttention, markAttention, markedStep } from './attention.ts';
import { readFailure } from './failure.ts';
import { assertOperator } from './operator-request.ts';
import {
  askAtOnce,
  beginAttempt,
  isDue,
  isFailing,
  nameFailing,
  type Retry,
  type RetryPolicy,
  retryAfter,
  waitOf,
} from './retry.ts';

interface RetryLoopOptions {
  policy: RetryPolicy;
  /** What its steps are called together in `StepFailing`. */
  kind: 'BOOK' | 'SETTLE';
  /** What an update is rejected with when nothing waits. */
  notWaiting: ErrorCode;
  /** A wait begins or ends, or an attempt. */
  onChange(): void;
  /** Writes operators' retries into the audit trail before the next attempt; twice is once. */
  record?(retries: RecordedRetry[]): Promise<void>;
  /** Codes that fail the workflow: waiting mends nothing. */
  final?: ReadonlySet<string>;
}

/**
 * Runs the steps of a workflow one after another, each until it succeeds. Between two attempts it
 * waits by its policy, at last for an operator: one timer each, which an operator's retry ends.
 */
export class RetryLoop {
  /** Null unless an attempt has failed since the last one that did not. */
  retry: Retry | null = null;
  /** What comes before the next attempt; null while one runs. */
  wait: RetryWait | null = null;
  /** The operator who asked for the attempt that runs, is next, or was last. */
  askedBy: OperatorRequest | null = null;
  attempts = 0;
  private unrecorded: RecordedRetry[] = [];
  private readonly options: RetryLoopOptions;

  constructor(options: RetryLoopOptions) {
    this.options = options;
  }

  async untilDone<T>(step: string, attempt: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        const result = await this.attempt(attempt);
        this.retry = null;
        this.attempts += 1;
        clearAttention();
        return result;
      } catch (error) {
        const { code } = readFailure(error);
        if (this.options.final?.has(code)) {
          clearAttention();
          throw error;
        }
        await this.waitAfter(step, code);
      }
    }
  }

  /** An attempt of the step has failed: `code` tells how. Waits for the next one. */
  async waitAfter(step: string, code: string): Promise<void> {
    this.retry = retryAfter(this.retry, { step, code, atMs: Date.now() }, this.options.policy);
    if (this.retry.asked !== 'KEPT_BACK') this.attempts += 1;
    if (!isDue(this.retry, Date.now())) await this.sitOut(this.retry);
  }

  /**
   * Lets the next attempt begin at once; returns when it has ended, or one before it succeeded.
   * Only within an update's handler.
   */
  async ask({ operator, reason }: OperatorRequest): Promise<void> {
    const before = this.attempts + (this.wait === null ? 1 : 0);
    if (this.retry) this.retry = askAtOnce(this.retry, this.options.policy, Date.now());
    this.askedBy = { operator, reason };
    const requestId = currentUpdateInfo()?.id ?? workflowInfo().runId;
    this.unrecorded.push({ operator, reason, requestId });
    await condition(() => this.attempts > before || this.retry === null);
  }

  /**
   * Throws an ApplicationFailure when nothing waits, as an update's validator has to. While the
   * schedule tries again something does: an operator cannot know, and a reset puts his update
   * before the failure that he answered.
   */
  assertWaiting(): void {
    if (this.retry && this.retry.asked !== 'NEXT' && this.retry.asked !== 'UNDER_WAY') return;
    throw ApplicationFailure.nonRetryable(
      'Nothing waits for a retry or an operator',
      this.options.notWaiting,
    );
  }

  private async attempt<T>(attempt: () => Promise<T>): Promise<T> {
    if (this.retry?.asked === 'NO') this.askedBy = null;
    if (this.retry) this.retry = beginAttempt(this.retry);
    const retries = [...this.unrecorded];
    if (retries.length > 0) await this.options.record?.(retries);
    this.unrecorded = this.unrecorded.slice(retries.length);
    return attempt();
  }

  private async sitOut(retry: Retry): Promise<void> {
    this.show(waitOf(retry));
    const { policy, kind } = this.options;
    const stepFailing = isFailing(retry, policy) ? nameFailing(kind, retry.code) : markedStep();
    markAttention({ isNeeded: retry.dueAtMs === null, stepFailing });
    const isAsked = () => this.retry?.asked === 'NEXT';
    if (retry.dueAtMs === null) await condition(isAsked);
    else {
      const summary = `${retry.step} again at ${this.wait?.until}, after ${retry.code}`;
      await condition(isAsked, retry.dueAtMs - Date.now(), { summary });
    }
    markAttention({ isNeeded: false, stepFailing });
    this.show(null);
  }

  private show(wait: RetryWait | null): void {
    this.wait = wait;
    this.options.onChange();
  }
}

/**
 * What operators may ask of a workflow that goes by a {@link RetryLoop}: how it stands, and to try
 * again now, which answers with what came of it.
 */
export function takeRetries<Standing, Answer>(
  loop: RetryLoop,
  standing: () => Standing,
  answer: () => Answer,
): void {
  setHandler(defineQuery<Standing>(PROGRESS_QUERY), standing, {
    description: 'where it stands, and what it waits for',
  });
  setHandler(
    defineUpdate<Answer, [OperatorRequest]>(RETRY_NOW_UPDATE),
    async (request) => {
      await loop.ask(request);
      return answer();
    },
    {
      description: 'try again now: {"operator": "user/…", "reason": "…"}',
      validator: (request: OperatorRequest) => {
        assertOperator(request);
        loop.assertWaiting();
      },
    },
  );
}
