import { ApplicationFailure, patched } from '@temporalio/workflow';
import type { ExecutedSteps, OrderProgress } from '../../contracts/workflow-messages.ts';
import { assertNever } from '../../domain/assert-never.ts';
import { type AttemptFailure, failureOf } from './failure.ts';
import { mayFollowLostTask } from './lost-task.ts';
import type { Attempt } from './next-action.ts';
import type { OrderLife } from './order-life.ts';
import type { ActionName } from './retries.ts';
import type { Steps } from './steps.ts';

const ASK_AGAIN_MS = 2_000;

/** What fits into one attempt, also on a slow day: what is booked of an attempt that takes too long stays booked, but its retries have an end. */
const BOOKED_AT_ONCE_MAX = 200;

/** Every order's first attempt; without an `async` of its own, since most orders wait for nothing else. */
export const firstStretch = (life: OrderLife, steps: Steps): Promise<void> => {
  life.attempts = 1;
  return steps.execute(true, false).then(
    (executed) => noteExecuted(life, executed),
    (error: unknown) => noteFailure(life, { do: 'EXECUTE' }, failureOf(error), error),
  );
};

/** One attempt of an action. What comes of it, success or failure, is the life's; only what no retry mends is thrown. */
export async function carryOut(life: OrderLife, steps: Steps, action: Attempt): Promise<void> {
  if (isRetried(action.do)) life.retries.begun(action.do);
  try {
    await attempt(life, steps, action);
    if (isRetried(action.do)) life.retries.settled(action.do);
  } catch (error) {
    noteFailure(life, action, failureOf(error), error);
  }
  if (isRetried(action.do) && life.retries.isKeptBack(action.do)) return;
  if (action.do !== 'SUSPEND' && action.do !== 'RESUME') life.attempts += 1;
}

async function attempt(life: OrderLife, steps: Steps, action: Attempt): Promise<void> {
  switch (action.do) {
    case 'EXECUTE':
      return execute(life, steps);
    case 'BOOK':
      return book(life, steps);
    case 'FIND_DECISION':
      life.progress = await steps.findDecision();
      if (life.progress === null) return noteUndecided(life);
      life.isAbandoned = false;
      return;
    case 'CANCEL':
      life.advance(await steps.cancel(action.actor), Date.now());
      life.cancelRequestedBy = null;
      return;
    case 'REPLACE':
      life.advance(await steps.replace(action.replacement), Date.now());
      life.replacement = null;
      return;
    case 'EXPIRE':
      life.advance(await steps.expire(), Date.now());
      life.expiryAskedAtMs = Date.now();
      return;
    case 'REFRESH':
      life.isVenueToBeAsked = false;
      life.refreshes += 1;
      life.heardAtMs = Date.now();
      return learn(life, await steps.refresh());
    case 'FAIL':
      life.advance(await steps.fail(action.request), Date.now());
      life.failRequest = null;
      return;
    case 'SUSPEND':
      return life.advance(await steps.suspend(action.suspension), Date.now());
    case 'RESUME':
      life.advance(await steps.resume(life.resumedBy), Date.now());
      life.resumedBy = null;
      return;
    default:
      return assertNever(action);
  }
}

async function execute(life: OrderLife, steps: Steps): Promise<void> {
  const nowMs = Date.now();
  const isFirst = !life.retries.hasFailed('EXECUTE');
  const releaseAt = life.progress?.releaseAt ?? null;
  if (isFirst && releaseAt !== null && mayFollowLostTask(Date.parse(releaseAt), nowMs)) noteSent(life);
  noteExecuted(life, await steps.execute(isFirst, life.progress !== null && life.isReleased(nowMs)));
}

/** An attempt that was given up here may still decide, and go on to the venue: nobody can be sure before the accept-by time has passed. */
function noteUndecided(life: OrderLife): void {
  if (life.isDecisionOver || !patched('await-late-decision')) {
    throw ApplicationFailure.nonRetryable('The order was given up before anybody decided on it', 'ABANDONED');
  }
  life.undecidedUntilMs = Date.now() + ASK_AGAIN_MS;
}

async function book(life: OrderLife, steps: Steps): Promise<void> {
  const isTooMuch = life.reportCount > BOOKED_AT_ONCE_MAX && patched('book-in-parts');
  const reports = life.takeReports(isTooMuch ? BOOKED_AT_ONCE_MAX : life.reportCount);
  try {
    learn(life, await steps.book(!life.retries.hasFailed('BOOK'), reports));
  } catch (error) {
    life.giveBack(reports);
    throw error;
  }
}

function noteExecuted(life: OrderLife, { place, progress }: ExecutedSteps): void {
  learn(life, decided(progress));
  if (place !== null) life.wasSentTo = true;
}

function learn(life: OrderLife, progress: OrderProgress): void {
  life.advance(progress, Date.now());
  resumeCancel(life);
}

/** A cancel that the books say is under way: a Temporal cancellation does not outlive a reset, and a new workflow was never told of any. */
function resumeCancel(life: OrderLife): void {
  if (life.progress?.status !== 'PENDING_CANCEL' || life.cancelRequestedBy !== null) return;
  if (patched('resume-pending-cancel')) life.requestCancel('system');
}

function decided(progress: OrderProgress | null): OrderProgress {
  if (progress === null) throw ApplicationFailure.nonRetryable('Nobody decided on the order in time', 'ACCEPT_BY_PASSED');
  return progress;
}

/** Who waits for the outcome of a replacement or of an operator's end learns of its failure; all else is tried again. */
function noteFailure(life: OrderLife, action: Attempt, failure: AttemptFailure, error: unknown): void {
  if (action.do === 'EXECUTE') {
    if (mayHaveArrived(failure)) noteSent(life);
    life.progress ??= failure.progress;
    resumeCancel(life);
  }
  if (action.do === 'FAIL') {
    life.failRequest = null;
    life.refusals.fail = failure;
    return;
  }
  if (action.do === 'REPLACE' && failure.class === 'FINAL') {
    life.replacement = null;
    life.retries.settled('REPLACE');
    life.refusals.replace = failure;
    return;
  }
  if (failure.class === 'FINAL') throw error;
  if (!isRetried(action.do) || (action.do === 'EXECUTE' && isSeenToOtherwise(life))) return;
  // What an operator asked for while this attempt was under way is the next one: as after a reset, which puts his update before its failure.
  const isHurried = life.retries.isHurried(action.do) && patched('retry-after-the-one-under-way');
  life.retries.failed(action.do, failure, Date.now());
  if (isHurried) life.retries.hurry(Date.now());
}

/** What the venue has confirmed is only asked for again; what is to be canceled is not brought there any more. */
const isSeenToOtherwise = ({ progress, cancelRequestedBy }: OrderLife): boolean =>
  progress !== null && (progress.isAcknowledged || cancelRequestedBy !== null);

function noteSent(life: OrderLife): void {
  life.wasSentTo = true;
  life.givenUpAtMs = Date.now();
}

const mayHaveArrived = ({ class: failureClass, step }: AttemptFailure): boolean =>
  step !== 'ACCEPT' && !(step === 'PLACE' && failureClass === 'TRANSIENT');

/** A question how the order stands is asked again anyway, an operator asks himself. */
const isRetried = (action: Attempt['do']): action is ActionName => action !== 'REFRESH' && action !== 'FAIL';
