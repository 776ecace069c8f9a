import { randomUUID } from 'node:crypto';
import { ApplicationFailure } from '@temporalio/activity';
import type { WorkflowHandle } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { BulkActivities } from '../../../activities/operators/bulk-activities.ts';
import { bulkWorkflowId } from '../../../contracts/ids.ts';
import {
  BULK_OPERATION_WORKFLOW,
  type BulkProgress,
  type BulkRequest,
  STOP_SIGNAL,
} from '../../../contracts/operators/bulk-operations.ts';
import { PROGRESS_QUERY } from '../../../contracts/orders/workflow-messages.ts';
import { BULK } from '../../api/stub-fixtures.ts';
import '../../support/quiet-runtime.ts';
import { createSharedWorker, type SharedWorker } from '../../support/shared-worker.ts';
import { useTimeSkipping } from '../../support/time-skipping.ts';
import { useWorkflowBundle } from '../../support/workflow-bundle.ts';
import { readPage } from '../../support/workflow-page.ts';

let env: TestWorkflowEnvironment;
let shared: SharedWorker;

beforeAll(async () => {
  env = await useTimeSkipping();
  shared = await createSharedWorker(env, await useWorkflowBundle());
});

afterAll(async () => {
  await shared?.stop();
  await env?.teardown();
});

const requestOf = (): BulkRequest => {
  const { action, filter, operator, reason, requestedAt } = BULK;
  return { id: randomUUID(), action, filter, operator, reason, requestedAt };
};

async function withBulk<T>(
  activities: Partial<BulkActivities>,
  body: (handle: WorkflowHandle, request: BulkRequest) => Promise<T>,
) {
  const request = requestOf();
  const workflow = {
    type: BULK_OPERATION_WORKFLOW,
    workflowId: bulkWorkflowId(request.id),
    args: [request],
  };
  return shared.run(activities, workflow, (handle) => body(handle, request));
}

const progressOf = (handle: WorkflowHandle): Promise<BulkProgress> =>
  handle.query<BulkProgress>(PROGRESS_QUERY);

/**
 * `pages` pages of two orders, of which one is done and one rejected; before a page is asked
 * `onPage` may wait or throw.
 */
function inPages(pages: number, onPage: (page: number) => Promise<void> = async () => {}) {
  const asked: string[] = [];
  const activities: Partial<BulkActivities> = {
    countBulkOrders: async () => 2 * pages,
    async listBulkOrders(_request, after) {
      const page = after === null ? 1 : Number(after.orderId) + 1;
      const orderIds = page > pages ? [] : [`${page}a`, `${page}b`];
      return {
        orderIds,
        cursor: page < pages ? { submittedAt: BULK.requestedAt, orderId: String(page) } : null,
      };
    },
    async askBulkOrders(_request, orderIds) {
      await onPage(Number.parseInt(orderIds[0] ?? '', 10));
      asked.push(...orderIds);
      return { done: 1, pending: 0, rejected: 1, failed: 0, failures: [] };
    },
  };
  return { activities, asked };
}

/** Holds the page `at` until it is let go. */
function gateAt(at: number) {
  const gate = { isReached: false, open: () => {} };
  const opened = new Promise<void>((resolve) => {
    gate.open = resolve;
  });
  const onPage = async (page: number) => {
    if (page !== at) return;
    gate.isReached = true;
    await opened;
  };
  return { gate, onPage };
}

const untilReached = (gate: { isReached: boolean }) =>
  vi.waitFor(() => expect(gate.isReached).toBe(true), { timeout: 20_000, interval: 20 });

describe('a bulk operation', () => {
  it('asks page after page, and answers with what came of it', async () => {
    const { activities, asked } = inPages(3);
    await withBulk(activities, async (handle, request) => {
      const result: BulkProgress = await handle.result();
      expect(result).toMatchObject({
        ...request,
        status: 'COMPLETED',
        matched: 6,
        done: 3,
        rejected: 3,
        pending: 0,
        failed: 0,
        stoppedBy: null,
      });
      expect(Date.parse(result.endedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(result.startedAt));
      expect(asked).toEqual(['1a', '1b', '2a', '2b', '3a', '3b']);
      expect(await progressOf(handle)).toEqual(result);
    });
  });

  it('asks nobody when the filter finds nothing', async () => {
    const { activities, asked } = inPages(0);
    await withBulk(activities, async (handle) => {
      expect(await handle.result()).toMatchObject({ status: 'COMPLETED', matched: 0, done: 0 });
      expect(asked).toEqual([]);
    });
  });

  it('tells how far it is while it runs', async () => {
    const { gate, onPage } = gateAt(2);
    await withBulk(inPages(3, onPage).activities, async (handle) => {
      await untilReached(gate);
      expect(await progressOf(handle)).toMatchObject({
        status: 'RUNNING',
        matched: 6,
        done: 1,
        rejected: 1,
        endedAt: null,
      });
      expect(await readPage(handle)).toContain('asked 2 of 6 order(s)');
      gate.open();
      await handle.result();
    });
  });

  it('counts a page once, however often its activity is tried', async () => {
    const failures = new Map([
      [1, 2],
      [3, 6],
    ]);
    const { activities, asked } = inPages(3, async (page) => {
      const left = failures.get(page) ?? 0;
      failures.set(page, left - 1);
      if (left > 0) throw ApplicationFailure.create({ type: 'TEMPORAL_UNAVAILABLE' });
    });
    await withBulk(activities, async (handle) => {
      expect(await handle.result()).toMatchObject({ status: 'COMPLETED', done: 3, rejected: 3 });
      expect(asked).toHaveLength(6);
    });
  });

  it('waits for a database that is away, for as long as it is', async () => {
    let tries = 0;
    const { activities } = inPages(1);
    const countBulkOrders = async () => {
      tries += 1;
      if (tries < 40) throw ApplicationFailure.create({ type: 'DATABASE_UNAVAILABLE' });
      return 2;
    };
    await withBulk({ ...activities, countBulkOrders }, async (handle) => {
      expect(await handle.result()).toMatchObject({ status: 'COMPLETED', matched: 2, done: 1 });
    });
  });

  it('names at most ten of the orders that could not be asked', async () => {
    const { activities } = inPages(4);
    const failing: BulkActivities['askBulkOrders'] = async (_request, orderIds) => {
      const failures = ['x', 'y', 'z'].map((name) => ({
        orderId: `${orderIds[0]}${name}`,
        code: 'NOT_RUNNING',
      }));
      return { done: 0, pending: 1, rejected: 0, failed: 3, failures };
    };
    await withBulk({ ...activities, askBulkOrders: failing }, async (handle) => {
      const result: BulkProgress = await handle.result();
      expect(result).toMatchObject({ failed: 12, pending: 4 });
      expect(result.failures).toHaveLength(10);
      expect(result.failures[0]).toEqual({ orderId: '1ax', code: 'NOT_RUNNING' });
    });
  });

  it('goes on in a new run of itself before its history is long, with all that it has counted', async () => {
    const { activities, asked } = inPages(120);
    await withBulk(activities, async (handle, request) => {
      const { firstExecutionRunId } = handle as { firstExecutionRunId?: string };
      const result: BulkProgress = await handle.result();
      expect(result).toMatchObject({
        ...request,
        status: 'COMPLETED',
        matched: 240,
        done: 120,
        rejected: 120,
      });
      expect(new Set(asked).size).toBe(240);
      const first = env.client.workflow.getHandle(handle.workflowId, firstExecutionRunId);
      expect((await first.describe()).status.name).toBe('CONTINUED_AS_NEW');
      expect((await first.fetchHistory()).events?.length).toBeLessThan(700);
    });
  });
});

describe('a bulk operation that is stopped', () => {
  it('ends after the page that is being asked, and says who stopped it and why', async () => {
    const { gate, onPage } = gateAt(2);
    const { activities, asked } = inPages(5, onPage);
    await withBulk(activities, async (handle) => {
      await untilReached(gate);
      await handle.signal(STOP_SIGNAL, { operator: 'user/olga', reason: 'wrong symbol' });
      await handle.signal(STOP_SIGNAL, { operator: 'user/late', reason: 'too' });
      expect(await progressOf(handle)).toMatchObject({
        status: 'RUNNING',
        stoppedBy: { operator: 'user/olga' },
      });
      gate.open();
      const stoppedBy = { operator: 'user/olga', reason: 'wrong symbol' };
      expect(await handle.result()).toMatchObject({
        status: 'CANCELED',
        matched: 10,
        done: 2,
        rejected: 2,
        stoppedBy,
      });
      expect(asked).toHaveLength(4);
    });
  });

  it('ends as well when it is canceled in Temporal, or told so by hand without a word', async () => {
    const stops = [
      (handle: WorkflowHandle) => handle.cancel(),
      (handle: WorkflowHandle) => handle.signal(STOP_SIGNAL),
    ];
    for (const stop of stops) {
      const { gate, onPage } = gateAt(1);
      await withBulk(inPages(3, onPage).activities, async (handle) => {
        await untilReached(gate);
        await stop(handle);
        gate.open();
        expect(await handle.result()).toMatchObject({ status: 'CANCELED', done: 1, rejected: 1 });
      });
    }
  });

  it('is completed when the page that was being asked was the last', async () => {
    const { gate, onPage } = gateAt(2);
    await withBulk(inPages(2, onPage).activities, async (handle) => {
      await untilReached(gate);
      await handle.signal(STOP_SIGNAL, { operator: 'user/olga', reason: 'late' });
      gate.open();
      expect(await handle.result()).toMatchObject({ status: 'COMPLETED', done: 2 });
    });
  });
});
