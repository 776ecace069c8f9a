import { ActivityCancellationType, proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { OrderActivities } from '../../activities/order-activities.ts';
import { describeTerms } from '../../contracts/orders.ts';
import type { ExecutionReport } from '../../contracts/ports/broker.ts';
import type { ExecutedSteps, OperatorRequest, OrderProgress, Replacement, Suspension } from '../../contracts/workflow-messages.ts';
import type { OrderLife } from './order-life.ts';

/** One short try inside the workflow task, which it holds: no event but its marker. */
const LOCAL = { scheduleToCloseTimeout: '2 seconds', startToCloseTimeout: '2 seconds', retry: { maximumAttempts: 1 } } as const;

/** One try as a normal activity: the workflow itself decides on the next one, so that it sees every failure. */
const DURABLE = {
  startToCloseTimeout: '10 seconds',
  retry: { maximumAttempts: 1 },
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
} as const;

const local = proxyLocalActivities<OrderActivities>(LOCAL);
const durable = proxyActivities<OrderActivities>(DURABLE);

/**
 * One attempt of each step of an order. What starts with the workflow or a signal runs in the workflow task at first; when it fails there or
 * exceeds its bound, the next attempt is a normal activity. What an update asks for is a normal activity from the start: only the end of
 * the workflow task makes the update durable. Every step is idempotent, so running twice is running once.
 */
export function stepsOf(life: OrderLife) {
  const { submission } = life;
  const { orderId } = submission;
  return {
    /** The stretch that waits for nobody. */
    execute(isFirst: boolean, isReleased: boolean): Promise<ExecutedSteps> {
      const summary = `accept, place, book: ${describeTerms(submission)}`;
      const options = { askFirst: !isFirst || life.mayBeAtBroker, isReleased };
      return isFirst
        ? local.executeOrder.executeWithOptions({ ...LOCAL, summary }, [submission, options])
        : durable.executeOrder.executeWithOptions({ ...DURABLE, summary }, [submission, options]);
    },
    book(isFirst: boolean, reports: ExecutionReport[]): Promise<OrderProgress> {
      const summary = `book ${reports.length} report(s)`;
      return isFirst
        ? local.bookReports.executeWithOptions({ ...LOCAL, summary }, [orderId, reports])
        : durable.bookReports.executeWithOptions({ ...DURABLE, summary }, [orderId, reports]);
    },
    cancel(actor: string): Promise<OrderProgress> {
      const { mayBeAtBroker, mayBeOnItsWay } = life;
      const args: Parameters<OrderActivities['cancelOrder']> = [orderId, actor, mayBeAtBroker, mayBeOnItsWay];
      return durable.cancelOrder.executeWithOptions({ ...DURABLE, summary: `cancel for ${actor}` }, args);
    },
    replace(replacement: Replacement): Promise<OrderProgress> {
      const args: Parameters<OrderActivities['replaceOrder']> = [orderId, replacement, life.mayBeAtBroker];
      return durable.replaceOrder.executeWithOptions({ ...DURABLE, summary: `replace by ${replacement.orderId}` }, args);
    },
    expire: (): Promise<OrderProgress> =>
      durable.expireOrder.executeWithOptions({ ...DURABLE, summary: 'its time is over: how did it end?' }, [orderId, life.mayBeAtBroker]),
    fail: (request: OperatorRequest): Promise<OrderProgress> =>
      durable.failOrder.executeWithOptions({ ...DURABLE, summary: `end it for ${request.operator}` }, [
        orderId,
        request,
        life.mayBeAtBroker,
      ]),
    suspend: (suspension: Suspension): Promise<OrderProgress> =>
      durable.suspendOrder.executeWithOptions({ ...DURABLE, summary: `call an operator: ${suspension.step} ${suspension.code}` }, [
        orderId,
        suspension,
      ]),
    resume: (request: OperatorRequest | null): Promise<OrderProgress> =>
      durable.resumeOrder.executeWithOptions({ ...DURABLE, summary: `resume for ${request?.operator ?? 'the venue has spoken'}` }, [
        orderId,
        request,
      ]),
    /** `null`: nobody has decided on the order. */
    findDecision: (): Promise<OrderProgress | null> =>
      durable.findDecision.executeWithOptions({ ...DURABLE, summary: 'has anybody decided on it?' }, [orderId]),
    /** Asked again later in any case, so one local try is enough; the workflows of before the question had a time of its own have it as an activity. */
    refresh(): Promise<OrderProgress> {
      const summary = 'ask the venue how the order stands';
      return submission.askVenueAfterMs === undefined
        ? durable.refreshOrder.executeWithOptions({ ...DURABLE, summary }, [orderId])
        : local.refreshOrder.executeWithOptions({ ...LOCAL, summary }, [orderId]);
    },
  };
}

export type Steps = ReturnType<typeof stepsOf>;
