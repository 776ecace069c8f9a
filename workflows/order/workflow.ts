import {
  ActivityFailure,
  ApplicationFailure,
  allHandlersFinished,
  CancellationScope,
  CancelledFailure,
  condition,
  isCancellation,
  setCurrentDetails,
  setHandler,
} from '@temporalio/workflow';
import type { OrderSubmission } from '../../contracts/orders.ts';
import type { ExecutedSteps, OrderProgress } from '../../contracts/workflow-messages.ts';
import { describeLife } from './describe.ts';
import { abandon, cancel, executionReports, progress } from './messages.ts';
import { OrderLife } from './order-life.ts';
import { nextRefreshMs } from './refresh-schedule.ts';
import { type Steps, stepsOf } from './steps.ts';

/**
 * An order's life, from the decision to accept it until it is closed. Id `order/<orderId>`. Returns where the order ended; fails with
 * `ACCEPT_BY_PASSED` or `ABANDONED` when nobody decided on it, and then nothing was written. A Temporal cancellation means: cancel the order.
 */
export async function order(submission: OrderSubmission): Promise<OrderProgress> {
  const life = new OrderLife(submission);
  takeMessages(life);
  CancellationScope.current().cancelRequested.catch(() => life.requestCancel('temporal'));
  return CancellationScope.nonCancellable(() => live(life, stepsOf(submission)));
}

/** An order that the venue fills at once passes through here with a single wait: every promise costs the worker a stack trace. */
async function live(life: OrderLife, steps: Steps): Promise<OrderProgress> {
  const executed = await steps.executeLocally();
  advance(life, executed === null ? await executeDurably(life, steps) : decidedOn(executed));
  if (!life.isClosed) await restUntilClosed(life, steps);
  if (!allHandlersFinished()) await condition(allHandlersFinished);
  return life.known;
}

function takeMessages(life: OrderLife): void {
  setCurrentDetails(describeLife(life));
  setHandler(executionReports, (reports) => life.receive(reports), { description: 'what the venue says happened to the order' });
  setHandler(abandon, () => life.abandon(), { description: 'give the order up unless somebody has decided on it' });
  setHandler(progress, () => life.progress, { description: 'where the order stands; null before it is decided' });
  setHandler(cancel, (actor) => carryOutCancel(life, actor), {
    description: 'cancel the order; the argument says for whom',
    validator: (_actor: string) => life.assertCancelable(),
  });
}

async function carryOutCancel(life: OrderLife, actor: string): Promise<OrderProgress> {
  life.requestCancel(actor);
  await condition(() => life.cancelRequestedBy === null || life.isClosed);
  return life.known;
}

/** The stretch with retries, which a cancel or an abandonment interrupts; its one local try before is never cut short. */
async function executeDurably(life: OrderLife, steps: Steps): Promise<OrderProgress> {
  for (;;) {
    const executed = await retryWhileWanted(life, steps);
    if (executed !== null) return decidedOn(executed);
    const standing = await steps.findDecision();
    if (standing === null) throw givenUp(life);
    life.isAbandoned = false;
    if (life.cancelRequestedBy !== null) return standing;
  }
}

function decidedOn({ progress }: ExecutedSteps): OrderProgress {
  if (progress === null) throw ApplicationFailure.nonRetryable('Nobody decided on the order in time', 'ACCEPT_BY_PASSED');
  return progress;
}

/** `null` when somebody wants the order gone. */
async function retryWhileWanted(life: OrderLife, steps: Steps): Promise<ExecutedSteps | null> {
  if (life.wantsOut) return null;
  const retrying = new CancellationScope();
  void condition(() => life.wantsOut).then(() => retrying.cancel());
  try {
    return await retrying.run(() => steps.executeDurably());
  } catch (error) {
    // An attempt that was under way when the cancel came may end with a failure of its own, and is then not tried again.
    if (isCancellation(error) || life.wantsOut) return null;
    throw error instanceof ActivityFailure && error.cause ? error.cause : error;
  }
}

/** Nothing was written, so the workflow may be started again under the same id. */
function givenUp({ isAbandoned }: OrderLife): Error {
  const message = 'The order was given up before anybody decided on it';
  return isAbandoned ? ApplicationFailure.nonRetryable(message, 'ABANDONED') : new CancelledFailure(message);
}

async function restUntilClosed(life: OrderLife, steps: Steps): Promise<void> {
  for (let refreshes = 0; !life.isClosed; ) {
    if (life.hasReports) advance(life, await steps.book(life.takeReports()));
    else if (life.cancelRequestedBy !== null) await cancelOrder(life, steps, life.cancelRequestedBy);
    else {
      const waitMs = nextRefreshMs({ refreshes, nowMs: Date.now(), expiresAt: life.known.expiresAt });
      const isAwake = await condition(() => life.hasReports || life.cancelRequestedBy !== null, waitMs, {
        summary: 'ask the venue if it stays silent',
      });
      if (isAwake) continue;
      advance(life, await steps.refresh());
      refreshes += 1;
    }
  }
}

async function cancelOrder(life: OrderLife, steps: Steps, actor: string): Promise<void> {
  const after = await steps.cancel(actor);
  life.cancelRequestedBy = null;
  advance(life, after);
}

function advance(life: OrderLife, to: OrderProgress): void {
  life.progress = to;
  setCurrentDetails(describeLife(life));
}
