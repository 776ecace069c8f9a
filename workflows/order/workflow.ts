import {
  ActivityFailure,
  allHandlersFinished,
  CancellationScope,
  CancelledFailure,
  condition,
  continueAsNew,
  patched,
  setCurrentDetails,
  workflowInfo,
} from '@temporalio/workflow';
import type { OrderSubmission } from '../../contracts/orders.ts';
import type { OrderProgress } from '../../contracts/workflow-messages.ts';
import { markAttention } from './attention.ts';
import { carryOut, firstStretch } from './carry-out.ts';
import { describeLife, describeWait } from './describe.ts';
import { mayFollowLostTask } from './lost-task.ts';
import { nextAction } from './next-action.ts';
import { type CarriedLife, OrderLife } from './order-life.ts';
import { type Steps, stepsOf } from './steps.ts';
import { takeMessages } from './take-messages.ts';

/**
 * An order's life, from the decision to accept it until it is closed. Id `order/<orderId>`. Returns where the order ended; fails with
 * `ACCEPT_BY_PASSED` or `ABANDONED` when nobody decided on it, and then nothing was written. A Temporal cancellation means: cancel the order.
 * `carried` is its own, from one run to the next: an order with thousands of fills has a chain of them, and no history without bounds.
 */
export async function order(submission: OrderSubmission, carried?: CarriedLife): Promise<OrderProgress> {
  const { runId, originalExecutionRunId, startTime } = workflowInfo();
  const nowMs = Date.now();
  const isRepeated = runId !== originalExecutionRunId || (!carried && mayFollowLostTask(startTime.getTime(), nowMs));
  const life = new OrderLife(submission, { nowMs, isRepeated, carried });
  setCurrentDetails(describeLife(life));
  takeMessages(life);
  return CancellationScope.nonCancellable(() => live(life, stepsOf(life), carried !== undefined));
}

/** An order that the venue fills at once passes through here with a single wait: every promise costs the worker a stack trace. */
async function live(life: OrderLife, steps: Steps, isContinued: boolean): Promise<OrderProgress> {
  try {
    // Given up before it began, as after a reset: its client was told to send another.
    const isGivenUp = life.isAbandoned && patched('given-up-before-it-began');
    if (!isContinued && !isGivenUp) await firstStretch(life, steps);
    for (;;) {
      const carried = carryOverWhenLong(life);
      if (carried) await continueAsNew<typeof order>(life.submission, carried);
      life.nowMs = Date.now();
      const action = nextAction(life, life.nowMs);
      if (action.do === 'DONE' && !goesOnForReports(life)) break;
      if (action.do === 'WAIT') await wait(life, action.untilMs);
      else if (action.do !== 'DONE') await carryOut(life, steps, action);
    }
  } catch (error) {
    throw endOf(life, error);
  }
  markAttention(life);
  if (!allHandlersFinished()) await condition(allHandlersFinished);
  return life.known;
}

/** A fill can be reported while the step runs that ends the order. */
function goesOnForReports(life: OrderLife): boolean {
  life.booksAfterClose = life.hasReports && patched('book-after-close');
  return life.booksAfterClose;
}

/**
 * `null`: this run goes on. The server finds a history long from 4,096 events or 4 MB on, and would end the workflow at 51,200. What has
 * just come in is left to the next run: the shorter this task, the less can come in meanwhile, which would make the server refuse it.
 */
function carryOverWhenLong(life: OrderLife): CarriedLife | null {
  if (!workflowInfo().continueAsNewSuggested || !allHandlersFinished()) return null;
  const carried = life.carryOver();
  // Asked last: the answer is an event.
  return carried && patched('continue-as-new') ? carried : null;
}

/** Until the time has come, or a message or an operator changes what is next. */
async function wait(life: OrderLife, untilMs: number | null): Promise<void> {
  markAttention(life);
  setCurrentDetails(describeLife(life));
  const isNews = () => {
    const next = nextAction(life, life.nowMs);
    return next.do !== 'WAIT' || next.untilMs !== untilMs;
  };
  if (untilMs === null) await condition(isNews);
  else await condition(isNews, Math.max(untilMs - Date.now(), 1), { summary: describeWait(life) });
}

/** Nothing was written, so the workflow may be started again under the same id. */
function endOf({ isAbandoned, progress }: OrderLife, error: unknown): unknown {
  const cause = error instanceof ActivityFailure && error.cause ? error.cause : error;
  const wasCanceled = progress === null && !isAbandoned && cause instanceof Error && 'type' in cause && cause.type === 'ABANDONED';
  return wasCanceled ? new CancelledFailure(cause.message) : cause;
}
