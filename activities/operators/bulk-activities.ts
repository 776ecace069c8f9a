import { activityInfo, Context, heartbeat } from '@temporalio/activity';
import {
  ASK_ATTEMPTS_MAX,
  type BulkCursor,
  type BulkPage,
  type BulkPageResult,
  type BulkRequest,
} from '../../contracts/operators/bulk-operations.ts';
import type { OperatorReader } from '../../contracts/operators/operator-reader.ts';
import type { StepObserver } from '../../contracts/step-observer.ts';
import {
  type AskedOrder,
  type AskPageDeps,
  askPage,
  type PageAttempt,
} from '../../use-cases/operators/ask-page.ts';
import { createActivityRunner } from '../failures.ts';

/**
 * What is lost of a page's outcomes when its worker is killed is asked again; a page is some
 * seconds of the orders' workers.
 */
const PAGE_SIZE = 100;

/**
 * Often enough that a killed worker is missed within the heartbeat timeout of 10 s, and a slow
 * order is not.
 */
const HEARTBEAT_EVERY_MS = 2_000;

export interface BulkActivitiesDeps extends AskPageDeps {
  reader: Pick<OperatorReader, 'countBulkOrders' | 'listBulkOrders' | 'findOrder'>;
}

/**
 * The steps of a bulk operation as Temporal activities; failures leave as ApplicationFailure with
 * the stable code as their type. A page is listed apart from being asked: an attempt that follows a
 * killed one asks the same orders, closed ones included, and so loses no count.
 */
export function createBulkActivities(deps: BulkActivitiesDeps, observer: StepObserver) {
  const run = createActivityRunner(observer);
  return {
    countBulkOrders: (request: BulkRequest): Promise<number> =>
      run('countBulkOrders', () => deps.reader.countBulkOrders(request)),

    listBulkOrders: (request: BulkRequest, after: BulkCursor | null): Promise<BulkPage> =>
      run('listBulkOrders', () => deps.reader.listBulkOrders(request, after, PAGE_SIZE)),

    /**
     * Throws while some orders cannot be asked, but for the last attempt, which counts them as
     * failed.
     */
    askBulkOrders: (request: BulkRequest, orderIds: string[]): Promise<BulkPageResult> =>
      run('askBulkOrders', () =>
        withHeartbeats((attempt) => askPage(deps, request, orderIds, attempt)),
      ),
  };
}

export type BulkActivities = ReturnType<typeof createBulkActivities>;

/** The heartbeats carry what is known from one attempt to the next. */
async function withHeartbeats<T>(body: (attempt: PageAttempt) => Promise<T>): Promise<T> {
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
