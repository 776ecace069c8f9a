import { randomUUID } from 'node:crypto';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createBulkActivities } from '../../../activities/operators/bulk-activities.ts';
import { HubError } from '../../../contracts/errors.ts';
import { bulkWorkflowId } from '../../../contracts/ids.ts';
import { BULK_OPERATION_WORKFLOW } from '../../../contracts/operators/bulk-operations.ts';
import { BULK, orderOf } from '../../api/stub-fixtures.ts';
import '../../support/quiet-runtime.ts';
import { useTemporal } from '../../support/services.ts';
import { useWorkflowBundle } from '../../support/workflow-bundle.ts';

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
  const reject = async () => 'REJECTED' as const;
  const activities = createBulkActivities(
    {
      reader: {
        countBulkOrders: async () => 3,
        listBulkOrders: async () => ({ orderIds: ['a', 'b', 'c'], cursor: null }),
        findOrder: async (id) => ({
          ...orderOf({ id, status: 'CANCELED' }),
          attentionReason: null,
          trouble: null,
        }),
      },
      workflows: { cancelOrder, retryOrder: reject, failOrder: reject },
      log: { recordRequest: async () => {} },
      logger: pino({ level: 'silent' }),
    },
    { succeeded: () => {}, failed: () => {}, declined: () => {} },
  );
  const taskQueue = `operations-${randomUUID()}`;
  const worker = await Worker.create({
    connection: env.nativeConnection,
    taskQueue,
    workflowBundle: await useWorkflowBundle(),
    activities,
  });
  const id = randomUUID();
  const result = await worker.runUntil(
    env.client.workflow.execute(BULK_OPERATION_WORKFLOW, {
      workflowId: bulkWorkflowId(id),
      taskQueue,
      args: [{ ...BULK, id }],
    }),
  );
  expect(result).toMatchObject({
    status: 'COMPLETED',
    matched: 3,
    done: 3,
    rejected: 0,
    failed: 0,
  });
  expect(asked).toEqual(['a', 'b', 'c', 'c']);
});
