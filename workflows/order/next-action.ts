import type { OperatorRequest, Replacement, Suspension } from '../../contracts/workflow-messages.ts';
import type { OrderLife } from './order-life.ts';
import { expiryDueMs, refreshDueMs } from './refresh-schedule.ts';
import type { ActionName } from './retries.ts';

/** One attempt of something that can fail. */
export type Attempt =
  | { do: 'FIND_DECISION' | 'EXECUTE' | 'BOOK' | 'EXPIRE' | 'REFRESH' | 'RESUME' }
  | { do: 'CANCEL'; actor: string }
  | { do: 'FAIL'; request: OperatorRequest }
  | { do: 'REPLACE'; replacement: Replacement }
  | { do: 'SUSPEND'; suspension: Suspension };

/** What an order's workflow does next. WAIT ends at a time, or with a message; `null` waits for a message alone. */
export type Action = Attempt | { do: 'WAIT'; untilMs: number | null } | { do: 'DONE' };

/**
 * Decides what is next, in this order: what an operator says; the venue's word; that a person is called; a cancel; the end of its time;
 * a replacement; the way to the venue; a question how it stands. An action that failed waits for its turn and holds up no other, and a cancel
 * does not wait for thousands of fills to be booked: more would follow.
 */
export function nextAction(life: OrderLife, nowMs: number): Action {
  const { progress, retries } = life;
  const isReady = (action: ActionName): boolean => retries.isReady(action, nowMs);
  if (progress === null) {
    // The one local try is never cut short: it may have been decided on already.
    if (life.isAbandoned || (life.wantsOut && life.attempts > 0)) {
      const askAgainMs = life.undecidedUntilMs;
      if (askAgainMs !== null && nowMs < askAgainMs) return { do: 'WAIT', untilMs: askAgainMs };
      return isReady('FIND_DECISION') ? { do: 'FIND_DECISION' } : waitFor(life, ['FIND_DECISION']);
    }
    return isReady('EXECUTE') ? { do: 'EXECUTE' } : waitFor(life, ['EXECUTE']);
  }
  if (life.isClosed) return afterClose(life, isReady);
  if (life.failRequest) return { do: 'FAIL', request: life.failRequest };
  const cancelFor = isReady('CANCEL') ? life.cancelRequestedBy : null;
  if (life.hasReports && isReady('BOOK') && !(life.isBehind && cancelFor !== null)) return { do: 'BOOK' };

  const { exhausted } = retries;
  const isSuspended = progress.status === 'SUSPENDED';
  if (exhausted && !isSuspended && isReady('SUSPEND')) {
    return { do: 'SUSPEND', suspension: { step: exhausted.step, code: exhausted.code, failures: exhausted.failures } };
  }
  if (!exhausted && isSuspended && isReady('RESUME')) return { do: 'RESUME' };
  const begun: ActionName[] = life.hasReports ? ['BOOK'] : [];
  if ((exhausted !== null) !== isSuspended) begun.push(exhausted ? 'SUSPEND' : 'RESUME');

  if (cancelFor !== null) return { do: 'CANCEL', actor: cancelFor };
  const expiryMs = expiryDueMs(life);
  const isOver = expiryMs !== null && nowMs >= expiryMs;
  if (isOver && isReady('EXPIRE')) return { do: 'EXPIRE' };
  if (life.cancelRequestedBy !== null) begun.push('CANCEL');
  if (isOver) begun.push('EXPIRE');
  if (isOver || life.cancelRequestedBy !== null) return waitFor(life, begun);
  if (life.replacement && isReady('REPLACE')) return { do: 'REPLACE', replacement: life.replacement };
  if (!progress.isAcknowledged) {
    if (life.isReleased(nowMs) && isReady('EXECUTE')) return { do: 'EXECUTE' };
  } else if (life.isVenueToBeAsked || nowMs >= refreshDueMs(life)) return { do: 'REFRESH' };
  return waitFor(life, life.replacement ? [...begun, 'REPLACE'] : begun);
}

/** What was reported meanwhile is booked, and a replacement that was asked for is settled, also when the original has ended. */
function afterClose(life: OrderLife, isReady: (action: ActionName) => boolean): Action {
  if (life.booksAfterClose && life.hasReports) return isReady('BOOK') ? { do: 'BOOK' } : waitFor(life, ['BOOK']);
  if (!life.replacement) return { do: 'DONE' };
  return isReady('REPLACE') ? { do: 'REPLACE', replacement: life.replacement } : waitFor(life, ['REPLACE']);
}

/** When the order goes to the venue: at its time, or with the next attempt, whichever is later. `null`: not by itself. */
function executeDueMs({ progress, retries }: OrderLife): number | null {
  const retryMs = retries.dueAtMs('EXECUTE');
  if (retryMs === null && retries.hasFailed('EXECUTE')) return null;
  const releaseMs = progress?.releaseAt ? Date.parse(progress.releaseAt) : null;
  return releaseMs === null ? retryMs : Math.max(releaseMs, retryMs ?? releaseMs);
}

/** Until the first of: a retry of these actions, the order's release, the end of its time, the next question to the venue. */
function waitFor(life: OrderLife, actions: readonly ActionName[]): Action {
  const times: (number | null)[] = actions.map((action) => life.retries.dueAtMs(action));
  const { progress } = life;
  if (progress !== null && !life.isClosed && !life.retries.hasFailed('EXPIRE')) {
    times.push(expiryDueMs(life));
    if (life.cancelRequestedBy === null) times.push(progress.isAcknowledged ? refreshDueMs(life) : executeDueMs(life));
  }
  const known = times.filter((time) => time !== null);
  return { do: 'WAIT', untilMs: known.length === 0 ? null : Math.min(...known) };
}
