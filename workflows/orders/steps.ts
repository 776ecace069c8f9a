import {
  ActivityCancellationType,
  proxyActivities,
  proxyLocalActivities,
} from '@temporalio/workflow';
import type { OfOrder, OrderActivities } from '../../activities/orders/order-activities.ts';
import { describeTerms, type OrderSubmission } from '../../contracts/orders/order.ts';
import type {
  AttemptRecord,
  ExecutedSteps,
  OrderProgress,
} from '../../contracts/orders/workflow-messages.ts';
import { assertNever } from '../../domain/assert-never.ts';
import { isReleased, type LifeState, mayBeAtBroker, mayBeOnItsWay } from './life-state.ts';
import type { Attempt } from './next-action.ts';

/** One short try inside the workflow task, which it holds: no event but its marker. */
const LOCAL = {
  scheduleToCloseTimeout: '2 seconds',
  startToCloseTimeout: '2 seconds',
  retry: { maximumAttempts: 1 },
} as const;

/**
 * One try as a normal activity: the workflow itself decides on the next one, so that it sees every
 * failure.
 */
const DURABLE = {
  startToCloseTimeout: '10 seconds',
  retry: { maximumAttempts: 1 },
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
} as const;

const local = proxyLocalActivities<OrderActivities>(LOCAL);
const durable = proxyActivities<OrderActivities>(DURABLE);

const locally = (summary: string) => ({ ...LOCAL, summary });
const durably = (summary: string) => ({ ...DURABLE, summary });

// One attempt of each step of an order. What starts with the workflow or a signal runs in the
// workflow task at first; when it fails there or exceeds its bound, the next attempt is a normal
// activity. What an update asks for is a normal activity from the start: only the end of the
// workflow task makes the update durable. Every step is idempotent: twice is once.

/** Whether the attempt runs in the workflow task: at first, and where one local try is enough. */
export function isLocal({ retries }: LifeState, action: Attempt): boolean {
  if (action.do === 'EXECUTE' || action.do === 'BOOK') return retries[action.do] === undefined;
  return action.do === 'REFRESH';
}

/** The stretch that waits for nobody. */
export function executeStep(state: LifeState): Promise<ExecutedSteps> {
  const { submission, progress, retries } = state;
  const summary = `accept, place, book: ${describeTerms(submission)}`;
  const askFirst = retries.EXECUTE !== undefined || mayBeAtBroker(state);
  const isDecided = progress !== null;
  const request = { submission, askFirst, isDecided, isReleased: isDecided && isReleased(state) };
  return isLocal(state, { do: 'EXECUTE' })
    ? local.executeOrder.executeWithOptions(locally(summary), [request])
    : durable.executeOrder.executeWithOptions(durably(summary), [request]);
}

/** What the step is for: the order, and the request that it came with. */
const ofOrder = ({ orderId, requestId }: OrderSubmission): OfOrder => ({ orderId, requestId });

/** `null`: nobody has decided on the order. */
export const findDecisionStep = ({ submission }: LifeState): Promise<OrderProgress | null> =>
  durable.findDecision.executeWithOptions(durably('has anybody decided on it?'), [
    ofOrder(submission),
  ]);

export const recordStep = ({ submission }: LifeState, record: AttemptRecord): Promise<void> =>
  durable.recordAttempts.executeWithOptions(durably('write down what failed'), [
    { ...ofOrder(submission), record },
  ]);

/** Every other step answers with where the order stands after it. */
export function progressStep(
  state: LifeState,
  action: Exclude<Attempt, { do: 'EXECUTE' | 'FIND_DECISION' | 'RECORD' }>,
): Promise<OrderProgress> {
  const of = ofOrder(state.submission);
  const at = { ...of, mayBeAtBroker: mayBeAtBroker(state) };
  switch (action.do) {
    case 'BOOK':
      return bookStep(state, action.count);
    case 'CANCEL': {
      const { actor } = action;
      return durable.cancelOrder.executeWithOptions(durably(`cancel for ${actor}`), [
        { ...at, actor, mayBeOnItsWay: mayBeOnItsWay(state) },
      ]);
    }
    case 'REPLACE': {
      const { replacement } = action;
      const summary = `replace by ${replacement.orderId}`;
      return durable.replaceOrder.executeWithOptions(durably(summary), [{ ...at, replacement }]);
    }
    case 'EXPIRE':
      return durable.expireOrder.executeWithOptions(durably('its time is over: how did it end?'), [
        at,
      ]);
    case 'FAIL': {
      const { request } = action;
      const summary = `end it for ${request.operator}`;
      return durable.failOrder.executeWithOptions(durably(summary), [{ ...at, request }]);
    }
    case 'SUSPEND': {
      const { suspension } = action;
      const summary = `call an operator: ${suspension.step} ${suspension.code}`;
      return durable.suspendOrder.executeWithOptions(durably(summary), [{ ...of, suspension }]);
    }
    case 'RESUME': {
      const { resumedBy: request } = state;
      const summary = `resume for ${request?.operator ?? 'the broker has spoken'}`;
      return durable.resumeOrder.executeWithOptions(durably(summary), [{ ...of, request }]);
    }
    case 'REFRESH':
      // Asked again later in any case, so one local try is enough.
      return local.refreshOrder.executeWithOptions(locally('ask the broker how the order stands'), [
        of,
      ]);
    default:
      return assertNever(action);
  }
}

function bookStep(state: LifeState, count: number): Promise<OrderProgress> {
  const summary = `book ${count} report(s)`;
  const request = { ...ofOrder(state.submission), reports: state.reports.slice(0, count) };
  return isLocal(state, { do: 'BOOK', count })
    ? local.bookReports.executeWithOptions(locally(summary), [request])
    : durable.bookReports.executeWithOptions(durably(summary), [request]);
}
