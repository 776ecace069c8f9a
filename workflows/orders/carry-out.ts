import { workflowInfo } from '@temporalio/workflow';
import { readFailure } from '../retry/failure.ts';
import type { Life, Occurrence } from './happened.ts';
import type { Attempt } from './next-action.ts';
import { executeStep, findDecisionStep, isLocal, progressStep, recordStep } from './steps.ts';

/**
 * One attempt of an action; tells what comes of it, success or failure. Without an `async` of its
 * own: most orders wait for nothing else, and every promise costs the worker a stack trace.
 *
 * It begins at the time of the decision for it, and a local activity ends at that time, too,
 * whatever the clock says. A worker that answers a query beside a local activity hands over its end
 * in the next workflow task, and a replay in the same one: the clock has moved on in one of them,
 * and what is due would not be the same.
 */
export function carryOut(life: Life, action: Attempt): Promise<void> {
  const { nowMs } = life.state;
  if (action.do === 'EXECUTE' && mayHaveBeenReleased(life))
    life.tell({ type: 'SENT_UNSEEN' }, nowMs);
  life.tell({ type: 'STEP_BEGUN', action }, nowMs);
  const { state } = life;
  const tellEnd = isLocal(state, action)
    ? (end: Occurrence): void => life.tell(end, life.state.nowMs)
    : life.tell;
  const tellFailure = (error: unknown): void =>
    tellEnd({ type: 'STEP_FAILED', action, failure: readFailure(error) });
  if (action.do === 'EXECUTE')
    return executeStep(state).then(
      (executed) => tellEnd({ type: 'EXECUTED', executed }),
      tellFailure,
    );
  if (action.do === 'FIND_DECISION')
    return findDecisionStep(state).then(
      (decision) => tellEnd({ type: 'DECISION_FOUND', decision }),
      tellFailure,
    );
  if (action.do === 'RECORD') {
    const { record } = action;
    return recordStep(state, record).then(() => tellEnd({ type: 'RECORDED', record }), tellFailure);
  }
  return progressStep(state, action).then(
    (progress) => tellEnd({ type: 'STEP_SUCCEEDED', action, progress }),
    tellFailure,
  );
}

/**
 * Whether the task that runs now may follow one that was lost with its worker. That one leaves
 * nothing in the history, whatever its local activities have done; but the server gives the work to
 * another worker only when the lost task's time is over. `sinceMs` is when the first task for it
 * could begin.
 */
export const mayFollowLostTask = (sinceMs: number, nowMs: number): boolean =>
  nowMs - sinceMs >= workflowInfo().taskTimeoutMs;

/** An attempt to send an order at its time may have been lost. */
function mayHaveBeenReleased({ state: { progress, retries, nowMs } }: Life): boolean {
  const releaseAt = progress?.releaseAt ?? null;
  const isFirst = retries.EXECUTE === undefined;
  return isFirst && releaseAt !== null && mayFollowLostTask(Date.parse(releaseAt), nowMs);
}
