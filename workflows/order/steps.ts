import {
  ActivityCancellationType,
  ActivityFailure,
  ApplicationFailure,
  isCancellation,
  proxyActivities,
  proxyLocalActivities,
} from '@temporalio/workflow';
import type { OrderActivities } from '../../activities/order-activities.ts';
import { describeTerms, type OrderSubmission } from '../../contracts/orders.ts';
import type { ExecutionReport } from '../../contracts/ports/broker.ts';
import type { ExecutedSteps, OrderProgress } from '../../contracts/workflow-messages.ts';

/** One short try inside the workflow task, which it holds: no event but its marker. */
const LOCAL = { scheduleToCloseTimeout: '2 seconds', startToCloseTimeout: '2 seconds', retry: { maximumAttempts: 1 } } as const;

/** The same step with retries that outlive workers and venues. */
const DURABLE = {
  startToCloseTimeout: '10 seconds',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
} as const;

const local = proxyLocalActivities<OrderActivities>(LOCAL);
const durable = proxyActivities<OrderActivities>(DURABLE);

/**
 * The steps of one order. Each runs in the workflow task first; when it fails there or exceeds its bound, it runs again as a normal activity:
 * every step is idempotent, so running twice is running once.
 */
export function stepsOf(submission: OrderSubmission) {
  const { orderId } = submission;
  const stretch = `accept, place, book: ${describeTerms(submission)}`;
  return {
    /** The uninterrupted stretch; `null` when it could not be run to its end in the workflow task. */
    executeLocally: (): Promise<ExecutedSteps | null> =>
      locally(local.executeOrder.executeWithOptions({ ...LOCAL, summary: stretch }, [submission, false])),

    /** The same with retries. It may have reached the venue before, so the venue is asked first. */
    executeDurably: (): Promise<ExecutedSteps> =>
      durable.executeOrder.executeWithOptions({ ...DURABLE, summary: stretch }, [submission, true]),

    book(reports: ExecutionReport[]): Promise<OrderProgress> {
      const summary = `book ${reports.length} report(s)`;
      return locallyOrDurably(
        () => local.bookReports.executeWithOptions({ ...LOCAL, summary }, [orderId, reports]),
        () => durable.bookReports.executeWithOptions({ ...DURABLE, summary }, [orderId, reports]),
      );
    },
    cancel(actor: string): Promise<OrderProgress> {
      const summary = `cancel for ${actor}`;
      return locallyOrDurably(
        () => local.cancelOrder.executeWithOptions({ ...LOCAL, summary }, [orderId, actor]),
        () => durable.cancelOrder.executeWithOptions({ ...DURABLE, summary }, [orderId, actor]),
      );
    },
    /** `null`: nobody has decided on the order. */
    findDecision(): Promise<OrderProgress | null> {
      return durable.findDecision.executeWithOptions({ ...DURABLE, summary: 'has anybody decided on it?' }, [orderId]);
    },
    refresh(): Promise<OrderProgress> {
      return durable.refreshOrder.executeWithOptions({ ...DURABLE, summary: 'ask the venue how the order stands' }, [orderId]);
    },
  };
}

export type Steps = ReturnType<typeof stepsOf>;

async function locallyOrDurably<T>(tryLocally: () => Promise<T>, runDurably: () => Promise<T>): Promise<T> {
  return (await locally(tryLocally())) ?? runDurably();
}

/** `null` when a normal activity has to do it. */
const locally = <T>(step: Promise<T>): Promise<T | null> =>
  step.catch((error: unknown) => {
    if (isCancellation(error) || isFinal(error)) throw error;
    return null;
  });

/** What no retry mends. A local activity throws the failure itself, a normal one wraps it. */
function isFinal(error: unknown): boolean {
  const failure = error instanceof ActivityFailure ? error.cause : error;
  return failure instanceof ApplicationFailure && failure.nonRetryable === true;
}
