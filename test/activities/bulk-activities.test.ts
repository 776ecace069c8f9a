import { randomUUID } from 'node:crypto';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createBulkActivities } from '../../activities/bulk-activities.ts';
import { BULK_OPERATION_WORKFLOW } from '../../contracts/bulk-operations.ts';
import { HubError } from '../../contracts/errors.ts';
import { bulkWorkflowId } from '../../contracts/ids.ts';
import { createAskPage } from '../../use-cases/admin/ask-page.ts';
import { BULK, orderOf } from '../api/stub-fixtures.ts';
import { useTemporal } from '../support/services.ts';

/** Failing activities are what this test is about: their warnings say nothing. */
Runtime.install({ logger: new DefaultLogger('ERROR') });

let env: TestWorkflowEnvironment;

beforeAll(async () => {
  env = await TestWorkflowEnvironment.createFromExistingServer(await useTemporal());
});

afterAll(() => env?.teardown());

it('an order whose answer is known is not asked again by the next attempt, and counts once', async () => {
  const asked: string[] = [];
  let isAway = true;
  const cancelOrder = async (orderId: string) => {
    asked.push(orderId);
    if (orderId === 'c' && isAway) {
      isAway = false;
      throw new HubError('TEMPORAL_UNAVAILABLE');
    }
    return 'DONE' as const;
  };
  const refuse = async () => 'REFUSED' as const;
  const activities = createBulkActivities(
    {
      orders: { countOrders: async () => 3, listOrders: async () => ({ orderIds: ['a', 'b', 'c'], cursor: null }) },
      askPage: createAskPage({
        orders: { findOrder: async (id) => ({ ...orderOf({ id, status: 'CANCELED' }), attentionReason: null }) },
        workflows: { cancelOrder, retryOrder: refuse, failOrder: refuse },
        log: { recordRequest: async () => {} },
        logger: pino({ level: 'silent' }),
      }),
    },
    { succeeded: () => {}, failed: () => {} },
  );
  const taskQueue = `operations-${randomUUID()}`;
  const workflowsPath = new URL('../../workflows/index.ts', import.meta.url).pathname;
  const workflowBundle = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });
  const worker = await Worker.create({ connection: env.nativeConnection, taskQueue, workflowBundle, activities });
  const id = randomUUID();
  const result = await worker.runUntil(
    env.client.workflow.execute(BULK_OPERATION_WORKFLOW, { workflowId: bulkWorkflowId(id), taskQueue, args: [{ ...BULK, id }] }),
  );
  expect(result).toMatchObject({ status: 'COMPLETED', matched: 3, done: 3, refused: 0, failed: 0 });
  expect(asked).toEqual(['a', 'b', 'c', 'c']);
});
