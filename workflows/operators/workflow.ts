import {
  CancellationScope,
  continueAsNew,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { BulkActivities } from '../../activities/operators/bulk-activities.ts';
import type {
  BulkProgress,
  BulkRequest,
  BulkState,
} from '../../contracts/operators/bulk-operations.ts';
import { BulkLife } from './bulk-life.ts';
import { progress, stop } from './messages.ts';

/** Tried again for as long as it takes. */
const retry = {
  initialInterval: '1 second',
  backoffCoefficient: 2,
  maximumInterval: '1 minute',
} as const;

const { countBulkOrders, listBulkOrders } = proxyActivities<BulkActivities>({
  startToCloseTimeout: '30 seconds',
  retry,
});

/**
 * A worker that is killed in the middle is missed after 10 s. Orders that cannot be asked end up in
 * its result, not as its failure.
 */
const { askBulkOrders } = proxyActivities<BulkActivities>({
  startToCloseTimeout: '5 minutes',
  heartbeatTimeout: '10 seconds',
  retry,
});

/** Keeps a run's history at a few hundred events. */
const PAGES_PER_RUN_MAX = 50;

/**
 * Asks each open order that a filter finds to try again, to end or to cancel itself, page by page,
 * as an operator would one by one. Id `bulk/<id>`. Orders that were submitted after the request are
 * not touched. The signal `stop` and a Temporal cancellation end it after the page that is being
 * asked. `carried` is its own, from one continuation to the next.
 */
export async function bulkOperation(
  request: BulkRequest,
  carried: BulkState | null = null,
): Promise<BulkProgress> {
  const life = new BulkLife(request, carried, Date.now());
  setHandler(progress, () => life.progress, { description: 'how far the operation has come' });
  setHandler(stop, (by) => life.stop(by), {
    description: 'ask no further orders: {"operator": "user/…", "reason": "…"}',
  });
  CancellationScope.current().cancelRequested.catch(() =>
    life.stop({ operator: 'temporal', reason: 'canceled in Temporal' }),
  );
  return CancellationScope.nonCancellable(() => askAll(life));
}

async function askAll(life: BulkLife): Promise<BulkProgress> {
  const { request } = life;
  show(life);
  life.matched ??= await countBulkOrders.executeWithOptions(
    { summary: 'how many the filter finds' },
    [request],
  );
  let isWhole = false;
  while (!isWhole && life.stoppedBy === null) {
    if (life.pagesHere >= PAGES_PER_RUN_MAX || workflowInfo().continueAsNewSuggested) {
      return continueAsNew<typeof bulkOperation>(request, life.carry());
    }
    isWhole = await askNextPage(life);
    show(life);
  }
  const result = life.finish(isWhole, Date.now());
  show(life);
  return result;
}

/** Whether it was the last one. */
async function askNextPage(life: BulkLife): Promise<boolean> {
  const { request, cursor, asked } = life;
  const page = await listBulkOrders.executeWithOptions(
    { summary: `after ${cursor?.submittedAt ?? 'the beginning'}` },
    [request, cursor],
  );
  if (page.orderIds.length > 0) {
    const summary = `${request.action} ${page.orderIds.length} order(s), after ${asked} of ${life.matched}`;
    life.add(await askBulkOrders.executeWithOptions({ summary }, [request, page.orderIds]));
  }
  life.cursor = page.cursor;
  return page.cursor === null;
}

const show = (life: BulkLife): void => setCurrentDetails(life.describe());
