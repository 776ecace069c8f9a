import { activityInfo, Context, heartbeat } from '@temporalio/activity';
import { ASK_ATTEMPTS_MAX, type BulkCursor, type BulkPage, type BulkPageResult, type BulkRequest } from '../contracts/bulk-operations.ts';
import type { BulkOrders } from '../contracts/ports/bulk-operations.ts';
import type { StepObserver } from '../contracts/ports/step-observer.ts';
import type { AskedOrder, AskPage } from '../use-cases/admin/ask-page.ts';
import { createActivityRunner } from './failures.ts';

/** What is lost of a page's outcomes when its worker is killed is asked again; a page is some seconds of the orders' workers. */
const PAGE_SIZE = 100;

/** Often enough that a killed worker is missed within the heartbeat timeout of 10 s, and a slow order is not. */
const HEARTBEAT_EVERY_MS = 2_000;

/**
 * The steps of a bulk operation as Temporal activities; failures leave as ApplicationFailure with the stable code as their type. A page is
 * listed apart from being asked: an attempt that follows a killed one asks the same orders, closed ones included, and so loses no count.
 */
export function createBulkActivities({ orders, askPage }: { orders: BulkOrders; askPage: AskPage }, observer: StepObserver) {
  const run = createActivityRunner(observer);
  return {
    countBulkOrders: (request: BulkRequest): Promise<number> => run('countBulkOrders', () => orders.countOrders(request)),

    listBulkOrders: (request: BulkRequest, after: BulkCursor | null): Promise<BulkPage> =>
      run('listBulkOrders', () => orders.listOrders(request, after, PAGE_SIZE)),

    /** Throws while some orders cannot be asked, but for the last attempt, which counts them as failed. */
    askBulkOrders: (request: BulkRequest, orderIds: string[]): Promise<BulkPageResult> =>
      run('askBulkOrders', () => withHeartbeats((attempt) => askPage(request, orderIds, attempt))),
  };
}

export type BulkActivities = ReturnType<typeof createBulkActivities>;

/** The heartbeats carry what is known from one attempt to the next. */
async function withHeartbeats<T>(body: (attempt: Parameters<AskPage>[2]) => Promise<T>): Promise<T> {
  const { attempt, heartbeatDetails } = activityInfo();
  let known: readonly AskedOrder[] = Array.isArray(heartbeatDetails) ? heartbeatDetails : [];
  const beat = setInterval(() => heartbeat(known), HEARTBEAT_EVERY_MS);
  try {
    return await body({
      known,
      tell: (asked) => {
        known = asked;
        heartbeat(known);
      },
      isLast: attempt >= ASK_ATTEMPTS_MAX,
      signal: Context.current().cancellationSignal,
    });
  } finally {
    clearInterval(beat);
  }
}
