import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker, type WorkflowBundle } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BulkActivities } from '../../../../activities/operators/bulk-activities.ts';
import { createBulkWorkflows } from '../../../../adapters/temporal/operators/bulk-workflows.ts';
import { bulkWorkflowId } from '../../../../contracts/ids.ts';
import type { BulkRequest } from '../../../../contracts/operators/bulk-operations.ts';
import type { BulkWorkflows } from '../../../../contracts/operators/bulk-workflows.ts';
import { OPERATIONS_TASK_QUEUE } from '../../../../contracts/task-queues.ts';
import { ensureNamespace } from '../../../../dev/services/temporal-namespace.ts';
import { BULK } from '../../../api/stub-fixtures.ts';
import '../../../support/quiet-runtime.ts';
import { useTemporal } from '../../../support/services.ts';
import { useWorkflowBundle } from '../../../support/workflow-bundle.ts';

const CURSOR_SECRET = 'a-secret-of-the-tests-with-32-bytes-or-more';

/** A namespace of its own: the queue and the list are the same for all. */
const namespace = `bulk-${randomUUID()}`;
let client: Client;
let connection: Connection;
let native: NativeConnection;
let workflowBundle: WorkflowBundle;
let bulks: BulkWorkflows;

beforeAll(async () => {
  const { address } = await useTemporal();
  await ensureNamespace(address, namespace);
  connection = await Connection.connect({ address });
  native = await NativeConnection.connect({ address });
  client = new Client({ connection, namespace });
  workflowBundle = await useWorkflowBundle();
  bulks = createBulkWorkflows(client, CURSOR_SECRET);
});

afterAll(async () => {
  await connection?.close();
  await native?.close();
});

const requestOf = (over: Partial<BulkRequest> = {}): BulkRequest => {
  const { action, filter, operator, reason, requestedAt } = BULK;
  return { id: randomUUID(), action, filter, operator, reason, requestedAt, ...over };
};

/**
 * An operation of action FAIL has one page that is asked without an end; any other has nothing to
 * do.
 */
async function withWorker(body: () => Promise<void>): Promise<void> {
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const activities: BulkActivities = {
    countBulkOrders: async () => 1,
    listBulkOrders: async ({ action }) => ({
      orderIds: action === 'FAIL' ? ['a'] : [],
      cursor: null,
    }),
    askBulkOrders: async () => {
      await ended;
      return { done: 1, pending: 0, rejected: 0, failed: 0, failures: [] };
    },
  };
  const worker = await Worker.create({
    connection: native,
    namespace,
    taskQueue: OPERATIONS_TASK_QUEUE,
    workflowBundle,
    activities,
  });
  await worker.runUntil(async () => {
    await body();
    end();
  });
}

const untilEnded = (id: string) => client.workflow.getHandle(bulkWorkflowId(id)).result();

describe('bulk operations in Temporal', () => {
  it('are started once for an id, say what they are, and are read while they run and after', async () => {
    await withWorker(async () => {
      const [done, running] = [requestOf(), requestOf({ action: 'FAIL' })];
      expect(await bulks.startBulk(done)).toBe('STARTED');
      await untilEnded(done.id);
      expect(await bulks.startBulk(done)).toBe('EXISTS');
      expect(await bulks.startBulk(running)).toBe('STARTED');
      expect(await bulks.startBulk(running)).toBe('EXISTS');
      expect(await bulks.findBulk(done.id)).toMatchObject({
        ...done,
        status: 'COMPLETED',
        matched: 1,
      });
      await expect
        .poll(() => bulks.findBulk(running.id))
        .toMatchObject({ ...running, status: 'RUNNING', matched: 1, endedAt: null });
      expect(await bulks.findBulk(randomUUID())).toBeNull();
      const { staticSummary } = await client.workflow
        .getHandle(bulkWorkflowId(running.id))
        .describe()
        .then(async (found) => ({
          staticSummary: await found.staticSummary(),
        }));
      expect(staticSummary).toBe('FAIL open orders of AAPL');

      await bulks.stopBulk(running.id, { operator: 'user/olga', reason: 'wrong symbol' });
      expect(await bulks.findBulk(running.id)).toMatchObject({
        stoppedBy: { operator: 'user/olga', reason: 'wrong symbol' },
      });
      await bulks.stopBulk(done.id, { operator: 'user/olga', reason: 'late' });
      expect(await bulks.findBulk(done.id)).toMatchObject({ status: 'COMPLETED', stoppedBy: null });

      await client.workflow.getHandle(bulkWorkflowId(running.id)).terminate('by force');
      expect(await bulks.findBulk(running.id)).toMatchObject({
        status: 'FAILED',
        endedAt: expect.any(String),
      });
    });
  });

  it('are listed page by page, each once', async () => {
    await withWorker(async () => {
      const requests = Array.from({ length: 5 }, () => requestOf());
      for (const request of requests) {
        await bulks.startBulk(request);
        await untilEnded(request.id);
      }
      const listAll = async () => {
        const seen: string[] = [];
        let cursor: string | null = null;
        do {
          const page: Awaited<ReturnType<BulkWorkflows['listBulks']>> = await bulks.listBulks({
            limit: 2,
            cursor,
          });
          expect(page.items.length).toBeLessThanOrEqual(2);
          seen.push(...page.items.map(({ id }) => id));
          ({ nextCursor: cursor } = page);
        } while (cursor !== null);
        return seen;
      };
      const ids = requests.map(({ id }) => id).reverse();
      await expect
        .poll(async () => (await listAll()).slice(0, 5), { timeout: 20_000 })
        .toEqual(ids);
      const seen = await listAll();
      expect(new Set(seen).size).toBe(seen.length);
      for (const cursor of ['nonsense', 'cGFnZS94']) {
        await expect(bulks.listBulks({ limit: 2, cursor })).rejects.toMatchObject({
          code: 'VALIDATION_FAILED',
        });
      }
    });
  });

  it('are started without a worker, and cannot be read until there is one', async () => {
    const request = requestOf();
    expect(await bulks.startBulk(request)).toBe('STARTED');
    await expect(bulks.findBulk(request.id)).rejects.toMatchObject({
      code: 'TEMPORAL_UNAVAILABLE',
    });
    await withWorker(async () => {
      await untilEnded(request.id);
      expect(await bulks.findBulk(request.id)).toMatchObject({ status: 'COMPLETED' });
    });
  });
});
