import type {
  AttemptRecord,
  OperatorRequest,
  OrderProgress,
  Replacement,
  Suspension,
} from '../../contracts/orders/workflow-messages.ts';
import { isDue, nameFailing } from '../retry/retry.ts';
import { isClosed, isReleased, type LifeState } from './life-state.ts';
import { expiryDueMs, refreshDueMs } from './refresh-schedule.ts';
import { type ActionName, exhaustedOf, isMending, type Retries, troubleOf } from './retries.ts';

/**
 * What fits into one attempt, also on a slow day: what is booked of an attempt that takes too long
 * stays booked, but its retries have an end.
 */
const BOOKED_AT_ONCE_MAX = 200;

/** One attempt of something that can fail. */
export type Attempt =
  | { do: 'FIND_DECISION' }
  | { do: 'EXECUTE' }
  | { do: 'EXPIRE' }
  | { do: 'REFRESH' }
  | { do: 'RESUME' }
  /** The first `count` of the reports. */
  | { do: 'BOOK'; count: number }
  | { do: 'CANCEL'; actor: string }
  | { do: 'FAIL'; request: OperatorRequest }
  | { do: 'REPLACE'; replacement: Replacement }
  | { do: 'SUSPEND'; suspension: Suspension }
  | { do: 'RECORD'; record: AttemptRecord };

/**
 * What an order's workflow does next. WAIT ends at a time, or with a message; `null` waits for a
 * message alone. GIVE_UP: the workflow fails with what the state says.
 */
export type Action =
  | Attempt
  | { do: 'WAIT'; untilMs: number | null }
  | { do: 'DONE' }
  | { do: 'GIVE_UP' };

/**
 * Decides what is next, in this order: what an operator says; the broker's word; that a person is
 * called; a cancel; the end of its time; a replacement; the way to the broker; a question how it
 * stands. An action that failed waits for its turn and holds up no other, and a cancel does not
 * wait for thousands of fills to be booked: more would follow.
 */
export function nextAction(state: LifeState): Action {
  const { progress, cancelRequestedBy, replacement, reports, nowMs } = state;
  const isReady = (action: ActionName): boolean => isDue(state.retries[action], nowMs);
  if (state.failedWith !== null) return { do: 'GIVE_UP' };
  if (state.declinedFor !== null) return { do: 'DONE' };
  if (progress === null) return undecided(state);
  if (isClosed(state)) return afterClose(state);
  if (state.failRequest) return { do: 'FAIL', request: state.failRequest };
  const cancelFor = isReady('CANCEL') ? cancelRequestedBy : null;
  if (reports.length > 0 && isReady('BOOK') && !(state.isBehind && cancelFor !== null))
    return book(state);

  const exhausted = exhaustedOf(state.retries);
  const unrecorded = exhausted && dueRecord(state);
  if (unrecorded) return unrecorded;
  const isSuspended = progress.status === 'SUSPENDED';
  if (exhausted && !isSuspended && isReady('SUSPEND')) {
    return {
      do: 'SUSPEND',
      suspension: { step: exhausted.step, code: exhausted.code, failures: exhausted.failures },
    };
  }
  if (!exhausted && isSuspended && isReady('RESUME')) return { do: 'RESUME' };
  const begun: ActionName[] = reports.length > 0 ? ['BOOK'] : [];
  if ((exhausted !== null) !== isSuspended) begun.push(exhausted ? 'SUSPEND' : 'RESUME');

  if (cancelFor !== null) return { do: 'CANCEL', actor: cancelFor };
  const isOver = isTimeOver(state);
  if (isOver && isReady('EXPIRE')) return { do: 'EXPIRE' };
  if (cancelRequestedBy !== null) begun.push('CANCEL');
  if (isOver) begun.push('EXPIRE');
  if (isOver || cancelRequestedBy !== null) return recordOrWait(state, begun);
  if (replacement && isReady('REPLACE')) return { do: 'REPLACE', replacement };
  if (!progress.isAcknowledged) {
    if (isReleased(state) && isReady('EXECUTE')) return { do: 'EXECUTE' };
  } else if (state.isBrokerToBeAsked || nowMs >= refreshDueMs(state)) return { do: 'REFRESH' };
  return recordOrWait(state, replacement ? [...begun, 'REPLACE'] : begun);
}

/** Whether the order's end is due; a failed attempt at it has a turn of its own. */
function isTimeOver(state: LifeState): boolean {
  const expiryMs = expiryDueMs(state);
  return expiryMs !== null && state.nowMs >= expiryMs;
}

/** The one local try is never cut short: it may have been decided on already. */
function undecided(state: LifeState): Action {
  const { isAbandoned, cancelRequestedBy, undecidedUntilMs: askAgainMs, nowMs } = state;
  const isGivenUp = isAbandoned || (cancelRequestedBy !== null && state.attempts > 0);
  if (isGivenUp && askAgainMs !== null && nowMs < askAgainMs)
    return { do: 'WAIT', untilMs: askAgainMs };
  const action = isGivenUp ? 'FIND_DECISION' : 'EXECUTE';
  return isDue(state.retries[action], nowMs) ? { do: action } : waitFor(state, [action]);
}

/**
 * What was reported meanwhile is booked, and a replacement that was asked for is carried out or
 * rejected, also when the original has ended.
 */
function afterClose(state: LifeState): Action {
  const { retries, replacement, reports, nowMs } = state;
  if (reports.length > 0)
    return isDue(retries.BOOK, nowMs) ? book(state) : recordOrWait(state, ['BOOK']);
  if (replacement)
    return isDue(retries.REPLACE, nowMs)
      ? { do: 'REPLACE', replacement }
      : recordOrWait(state, ['REPLACE']);
  if (recordOf(state) === null) return { do: 'DONE' };
  return recordOrWait(state, []);
}

/** Before a wait the books are told what has failed. */
const recordOrWait = (state: LifeState, actions: readonly ActionName[]): Action =>
  dueRecord(state) ?? waitFor(state, actions);

function dueRecord(state: LifeState): Attempt | null {
  const record = isDue(state.retries.RECORD, state.nowMs) ? recordOf(state) : null;
  return record && { do: 'RECORD', record };
}

/**
 * What the books are to be told of attempts that failed, once nothing is between its quick retries;
 * null when they know it. Of a closed order nothing is tried any more but to book and replace.
 */
function recordOf(state: LifeState): AttemptRecord | null {
  const { unrecorded, recordedTrouble, reports, replacement } = state;
  const isOver = isClosed(state) && reports.length === 0 && replacement === null;
  if (!isOver && isMending(state.retries)) return null;
  const trouble = isOver ? null : troubleOf(state.retries);
  const name = trouble && nameFailing(trouble.step, trouble.code);
  if (unrecorded.length === 0 && name === recordedTrouble) return null;
  return { attempts: unrecorded, trouble };
}

const book = ({ reports }: LifeState): Attempt => ({
  do: 'BOOK',
  count: Math.min(reports.length, BOOKED_AT_ONCE_MAX),
});

/**
 * When the order goes to the broker: at its time, or with the next attempt, whichever is later.
 * `null`: not by itself.
 */
function executeDueMs({ releaseAt }: OrderProgress, retry: Retries['EXECUTE']): number | null {
  if (retry?.dueAtMs === null) return null;
  return Math.max(releaseAt ? Date.parse(releaseAt) : 0, retry?.dueAtMs ?? 0);
}

/**
 * Until the first of: a retry of these actions, the order's release, the end of its time, the next
 * question to the broker.
 */
function waitFor(state: LifeState, actions: readonly ActionName[]): Action {
  const { progress, retries } = state;
  const awaited = recordOf(state) ? [...actions, 'RECORD' as const] : actions;
  const times = awaited.map((action) => retries[action]?.dueAtMs ?? null);
  if (progress !== null && !isClosed(state) && !isTimeOver(state)) {
    times.push(expiryDueMs(state));
    if (state.cancelRequestedBy === null)
      times.push(
        progress.isAcknowledged ? refreshDueMs(state) : executeDueMs(progress, retries.EXECUTE),
      );
  }
  const known = times.filter((time) => time !== null);
  return { do: 'WAIT', untilMs: known.length === 0 ? null : Math.min(...known) };
}
