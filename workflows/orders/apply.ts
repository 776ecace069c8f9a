import type { OrderSubmission } from '../../contracts/orders/order.ts';
import type {
  AttemptRecord,
  ExecutedSteps,
  FailedAttempt,
  OrderProgress,
  StepFailureFacts,
} from '../../contracts/orders/workflow-messages.ts';
import { assertNever } from '../../domain/assert-never.ts';
import type { Failure } from '../retry/failure.ts';
import { beginAttempt, nameFailing } from '../retry/retry.ts';
import type { Happened } from './happened.ts';
import { beginLife, isClosed, type LifeState } from './life-state.ts';
import type { Attempt } from './next-action.ts';
import {
  type ActionName,
  exhaustedOf,
  failedAttempt,
  isBookkeeping,
  withAllAsked,
  withFailure,
  withoutRetries,
} from './retries.ts';

const ASK_AGAIN_MS = 2_000;

/** How much the clocks of the database and of Temporal may differ. */
const CLOCK_SKEW_MS = 2_000;

/** So many are kept while the books cannot be written. */
const UNRECORDED_MAX = 100;

/** What is no use any more once an order is closed. */
const OF_OPEN_ORDERS: readonly ActionName[] = ['EXECUTE', 'BOOK', 'CANCEL', 'EXPIRE'];

interface Start {
  nowMs: number;
  /** The run repeats one that was reset, or may repeat a task that was lost. */
  isRepeated: boolean;
  /** What the run before has handed on. */
  carried?: LifeState | undefined;
}

/** What a run begins with. What others had sent to the broker before it is not known to it. */
export function startLife(
  submission: OrderSubmission,
  { nowMs, isRepeated, carried }: Start,
): LifeState {
  const isSentUnseen = isRepeated || (!carried && submission.isAdopted === true);
  // What an older version has carried lacks what is new.
  return apply(
    { ...beginLife(submission, nowMs), ...carried },
    {
      type: isSentUnseen ? 'SENT_UNSEEN' : 'TIMED',
      atMs: nowMs,
    },
  );
}

/**
 * What an order's workflow knows after something has happened. The one place where that changes:
 * pure, and defined for whatever happens in whatever state.
 */
export function apply(before: LifeState, happened: Happened): LifeState {
  const state: LifeState = { ...before, nowMs: happened.atMs };
  switch (happened.type) {
    case 'TIMED':
      return state;
    case 'SENT_UNSEEN':
      return maybeSent(state);
    case 'REPORTS_RECEIVED':
      return {
        ...state,
        reports: [...state.reports, ...happened.reports],
        wasSentTo: true,
        isBrokerToBeAsked: state.isBrokerToBeAsked || !happened.isWhole,
      };
    case 'CANCEL_REQUESTED':
      return cancelRequested(state, happened.actor);
    case 'ABANDONED':
      return abandoned(state);
    case 'REPLACE_REQUESTED':
      return {
        ...state,
        replacement: happened.replacement,
        rejections: { ...state.rejections, replace: null },
      };
    case 'FAIL_REQUESTED':
      return {
        ...state,
        failRequest: happened.request,
        rejections: { ...state.rejections, fail: null },
      };
    case 'RETRY_ASKED':
      return {
        ...state,
        resumedBy: exhaustedOf(state.retries) ? happened.request : state.resumedBy,
        retryAskedBy: happened.request.operator,
        retries: withAllAsked(state.retries, state.nowMs),
      };
    case 'STEP_BEGUN':
      return stepBegun(state, happened.action);
    case 'EXECUTED':
      return stepEnded(executed(state, happened.executed), 'EXECUTE');
    case 'DECISION_FOUND':
      return stepEnded(decisionFound(state, happened.decision), 'FIND_DECISION');
    case 'STEP_SUCCEEDED':
      return stepEnded(stepSucceeded(state, happened), happened.action.do);
    case 'STEP_FAILED':
      return stepFailed(state, happened.action, happened.failure);
    case 'RECORDED':
      return stepEnded(recorded(state, happened.record), 'RECORD');
    default:
      return assertNever(happened);
  }
}

const maybeSent = (state: LifeState): LifeState => ({
  ...state,
  wasSentTo: true,
  givenUpAtMs: state.nowMs,
});

/** Nothing else is tried any more that would bring the order to the broker. */
function cancelRequested(state: LifeState, actor: string): LifeState {
  if (isClosed(state)) return state;
  const retries = withoutRetries(state.retries, ['EXECUTE']);
  return { ...state, cancelRequestedBy: state.cancelRequestedBy ?? actor, retries };
}

/**
 * With a key, another request may have been told that the order is accepted: then it goes on.
 * Without one, the only client there is was told to send a new order: this one must not trade.
 */
function abandoned(state: LifeState): LifeState {
  const given = { ...state, isAbandoned: true };
  return state.submission.idempotency === null ? cancelRequested(given, 'abandoned') : given;
}

/** The broker, or our books, have spoken. */
function advanced(before: LifeState, progress: OrderProgress): LifeState {
  const state = { ...before, progress, heardAtMs: before.nowMs };
  if (isClosed(state)) {
    const retries = withoutRetries(state.retries, OF_OPEN_ORDERS);
    return { ...state, retries, cancelRequestedBy: null };
  }
  if (!progress.isAcknowledged) return state;
  return { ...state, retries: withoutRetries(state.retries, ['EXECUTE']) };
}

/**
 * A cancel that the books know of goes on: a message does not outlive every reset, and a new
 * workflow was never told of any.
 */
function withPendingCancel(state: LifeState): LifeState {
  const { status, cancelRequestedBy } = state.progress ?? {};
  if (cancelRequestedBy) return cancelRequested(state, cancelRequestedBy);
  return status === 'PENDING_CANCEL' ? cancelRequested(state, 'system') : state;
}

function stepBegun(before: LifeState, action: Attempt): LifeState {
  const retry = isRetried(action.do) ? before.retries[action.do] : undefined;
  const state = retry
    ? { ...before, retries: { ...before.retries, [action.do]: beginAttempt(retry) } }
    : before;
  if (action.do === 'BOOK') return { ...state, isBehind: state.reports.length > action.count };
  if (action.do !== 'REFRESH') return state;
  const refreshes = state.refreshes + 1;
  return { ...state, isBrokerToBeAsked: false, refreshes, heardAtMs: state.nowMs };
}

/** An operator's retryNow does not count bookkeeping as an attempt. */
const stepEnded = (state: LifeState, action: Attempt['do']): LifeState => ({
  ...state,
  retries: isRetried(action) ? withoutRetries(state.retries, [action]) : state.retries,
  attempts: state.attempts + (isRetried(action) && isBookkeeping(action) ? 0 : 1),
});

function executed(state: LifeState, { place, progress, declinedFor }: ExecutedSteps): LifeState {
  if (declinedFor) return { ...state, declinedFor };
  if (progress === null) {
    const message = 'Nobody decided on the order in time';
    return { ...state, failedWith: { code: 'ACCEPT_BY_PASSED', message } };
  }
  const wasSentTo = state.wasSentTo || place !== null;
  return withPendingCancel(advanced({ ...state, wasSentTo }, progress));
}

/**
 * An attempt that was given up here may still decide, and go on to the broker: nobody can be sure
 * before the accept-by time has passed. A decision after that is not written.
 */
function decisionFound(state: LifeState, decision: OrderProgress | null): LifeState {
  if (decision !== null) return { ...state, progress: decision, isAbandoned: false };
  if (state.nowMs < Date.parse(state.submission.acceptBy) + CLOCK_SKEW_MS)
    return { ...state, undecidedUntilMs: state.nowMs + ASK_AGAIN_MS };
  const message = 'The order was given up before anybody decided on it';
  return { ...state, failedWith: { code: 'ABANDONED', message } };
}

function stepSucceeded(
  before: LifeState,
  { action, progress }: { action: Attempt; progress: OrderProgress },
): LifeState {
  const state = advanced(before, progress);
  switch (action.do) {
    case 'BOOK':
      return withPendingCancel({ ...state, reports: state.reports.slice(action.count) });
    case 'REFRESH':
      return withPendingCancel(state);
    case 'CANCEL':
      return { ...state, cancelRequestedBy: null };
    case 'REPLACE':
      return { ...state, replacement: null };
    case 'EXPIRE':
      return { ...state, expiryAskedAtMs: state.nowMs };
    case 'FAIL':
      return { ...state, failRequest: null };
    case 'RESUME':
      return { ...state, resumedBy: null };
    default:
      return state;
  }
}

/**
 * Who waits for the outcome of a replacement or of an operator's end learns of its failure; what no
 * retry mends ends the workflow, and all else is tried again.
 */
function stepFailed(before: LifeState, action: Attempt, failure: Failure): LifeState {
  const { code, message } = failure;
  const isFinal = failure.class === 'FINAL';
  if (action.do === 'FAIL') {
    const rejections = { ...before.rejections, fail: code };
    return stepEnded({ ...before, failRequest: null, rejections }, 'FAIL');
  }
  if (action.do === 'REPLACE' && isFinal) {
    const rejections = { ...before.rejections, replace: code };
    return stepEnded({ ...before, replacement: null, rejections }, 'REPLACE');
  }
  const state = action.do === 'EXECUTE' ? executeFailed(before, failure) : before;
  if (isFinal) return { ...state, failedWith: { code, message } };
  if (!isRetried(action.do) || (action.do === 'EXECUTE' && isSeenToOtherwise(state)))
    return stepEnded(state, action.do);
  const { step = null } = failure.facts as Partial<StepFailureFacts>;
  const retries = withFailure(state.retries, action.do, { step, code, atMs: state.nowMs });
  const isKeptBack = retries[action.do]?.asked === 'KEPT_BACK';
  const wasAsked = state.retries[action.do]?.asked === 'UNDER_WAY';
  const attempt = { atMs: state.nowMs, askedBy: wasAsked ? state.retryAskedBy : null };
  return {
    ...(isKeptBack ? state : stepEnded(state, action.do)),
    ...{ retries, ...unrecordedWith(state, failedAttempt(retries, action.do, attempt)) },
  };
}

const unrecordedWith = (state: LifeState, failed: readonly FailedAttempt[]) =>
  failed.length > 0 && { unrecorded: [...state.unrecorded, ...failed].slice(-UNRECORDED_MAX) };

const recorded = (state: LifeState, { attempts, trouble }: AttemptRecord): LifeState => ({
  ...state,
  unrecorded: state.unrecorded.slice(attempts.length),
  recordedTrouble: trouble && nameFailing(trouble.step, trouble.code),
});

/**
 * Where it stood before the attempt is news when nothing is known yet, and when the books have it
 * as acknowledged: a run that was reset may have been told less.
 */
function executeFailed(before: LifeState, { class: failureClass, facts }: Failure): LifeState {
  const { step = null, progress = null } = facts as Partial<StepFailureFacts>;
  const mayHaveArrived = step !== 'ACCEPT' && !(step === 'PLACE' && failureClass === 'TRANSIENT');
  const state = mayHaveArrived ? maybeSent(before) : before;
  return withPendingCancel(
    progress?.isAcknowledged && state.progress?.isAcknowledged === false
      ? advanced(state, progress)
      : { ...state, progress: state.progress ?? progress },
  );
}

/**
 * What the broker has confirmed is only asked for again; what is to be canceled is not brought
 * there any more.
 */
const isSeenToOtherwise = ({ progress, cancelRequestedBy }: LifeState): boolean =>
  progress !== null && (progress.isAcknowledged || cancelRequestedBy !== null);

/** REFRESH is asked again by its schedule, FAIL by the operator: neither has a retry. */
const isRetried = (action: Attempt['do']): action is ActionName =>
  action !== 'REFRESH' && action !== 'FAIL';
