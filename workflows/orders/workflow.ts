import {
  ApplicationFailure,
  allHandlersFinished,
  CancellationScope,
  CancelledFailure,
  condition,
  continueAsNew,
  patched,
  setCurrentDetails,
  workflowInfo,
} from '@temporalio/workflow';
import type { OrderSubmission } from '../../contracts/orders/order.ts';
import type { OrderProgress } from '../../contracts/orders/workflow-messages.ts';
import { clearAttention, markAttention, markedStep, showsTroubles } from '../retry/attention.ts';
import { apply, startLife } from './apply.ts';
import { carryOut, mayFollowLostTask } from './carry-out.ts';
import { describeLife, describeTimer } from './describe.ts';
import type { Life } from './happened.ts';
import { canContinue, isUndecided, type LifeState } from './life-state.ts';
import { markEnd } from './mark-end.ts';
import { nextAction } from './next-action.ts';
import { exhaustedOf, failingStepOf } from './retries.ts';
import { takeMessages } from './take-messages.ts';

/**
 * An order's life, from the decision to accept it until it is closed. Id `order/<orderId>`. Returns
 * where the order ended, or `null` for a request that is no order: it was declined, or nobody
 * decided on it; nothing was written then. A Temporal cancellation means: cancel the order. `carried` is its own, from one run to the next: an order
 * with thousands of fills has a chain of them, and no history without bounds.
 */
export async function order(
  submission: OrderSubmission,
  carried?: LifeState,
): Promise<OrderProgress | null> {
  const { runId, originalExecutionRunId, startTime } = workflowInfo();
  const nowMs = Date.now();
  const isRepeated =
    runId !== originalExecutionRunId || (!carried && mayFollowLostTask(startTime.getTime(), nowMs));
  const life = createLife(startLife(submission, { nowMs, isRepeated, carried }));
  setCurrentDetails(describeLife(life.state));
  takeMessages(life);
  return CancellationScope.nonCancellable(() => live(life));
}

function createLife(begun: LifeState): Life {
  let state = begun;
  return {
    get state() {
      return state;
    },
    get seen() {
      return apply(state, { type: 'TIMED', atMs: Date.now() });
    },
    tell(occurrence, atMs = Date.now()) {
      state = apply(state, { ...occurrence, atMs });
    },
  };
}

async function live(life: Life): Promise<OrderProgress | null> {
  life.tell({ type: 'TIMED' });
  for (;;) {
    if (isLong() && canContinue(life.state))
      await continueAsNew<typeof order>(life.state.submission, life.state);
    const action = nextAction(life.state);
    switch (action.do) {
      case 'DONE':
        return end(life);
      case 'GIVE_UP':
        return giveUp(life.state);
      case 'RECORD':
        if (showsTroubles()) await carryOut(life, action);
        else life.tell({ type: 'RECORDED', record: action.record });
        break;
      case 'WAIT':
        await wait(life, action.untilMs);
        life.tell({ type: 'TIMED' });
        break;
      default:
        await carryOut(life, action);
    }
  }
}

/**
 * The server finds a history long from 4,096 events or 4 MB on, and would end the workflow at
 * 51,200. What has just come in is left to the next run: the shorter this task, the less can come
 * in meanwhile, which would make the server reject it.
 */
const isLong = (): boolean => workflowInfo().continueAsNewSuggested && allHandlersFinished();

/** Until the time has come, or a message or an operator changes what is next. */
async function wait(life: Life, untilMs: number | null): Promise<void> {
  const { state } = life;
  mark(state);
  setCurrentDetails(describeLife(state));
  const isNews = () => {
    const next = nextAction(life.state);
    return next.do !== 'WAIT' || next.untilMs !== untilMs;
  };
  if (untilMs === null) await condition(isNews);
  else
    await condition(isNews, Math.max(untilMs - Date.now(), 1), {
      summary: describeTimer(state, untilMs),
    });
}

const mark = ({ retries }: LifeState): void =>
  markAttention({
    isNeeded: exhaustedOf(retries) !== null,
    stepFailing: failingStepOf(retries, markedStep()),
  });

/**
 * Who still waits for an answer gets it, except of a request that was declined: that is no order,
 * and whoever asks anything of it learns that the workflow has ended.
 */
async function end(life: Life): Promise<OrderProgress | null> {
  setCurrentDetails(describeLife(life.state));
  markEnd(life.state);
  if (life.state.declinedFor !== null) {
    clearAttention();
    return null;
  }
  mark(life.state);
  if (!allHandlersFinished()) await condition(allHandlersFinished);
  return life.state.progress;
}

/**
 * That nobody decided on a request is no failure: its client was told so, and may send it again.
 * What no retry mends is one. The workflow may be started again under the same id either way.
 */
function giveUp(state: LifeState): null {
  setCurrentDetails(describeLife(state));
  clearAttention();
  const { failedWith, isAbandoned } = state;
  const { code = 'UNKNOWN', message = '' } = failedWith ?? {};
  // Nobody but Temporal asked for an end.
  if (code === 'ABANDONED' && !isAbandoned) throw new CancelledFailure(message);
  if (isUndecided(state) && patched('undecided-completes-2026-12')) {
    markEnd(state);
    return null;
  }
  throw ApplicationFailure.nonRetryable(message, code);
}
