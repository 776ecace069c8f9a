import { setTimeout as sleep } from 'node:timers/promises';
import { ApplicationFailure, Context } from '@temporalio/activity';
import type { WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker, type WorkflowBundle } from '@temporalio/worker';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { BrokerSessionActivities } from '../../../activities/broker-session/broker-session-activities.ts';
import { brokerSessionWorkflowId } from '../../../contracts/ids.ts';
import { BROKER_SESSION_WORKFLOW } from '../../../contracts/orders/workflow-messages.ts';
import { BROKER_SESSION_TASK_QUEUE } from '../../../contracts/task-queues.ts';
import { useTimeSkipping } from '../../support/time-skipping.ts';
import { useWorkflowBundle } from '../../support/workflow-bundle.ts';

/**
 * More than 500 readings leave, and far less than the 51,200 events at which Temporal ends a
 * workflow.
 */
const EVENTS_MAX = 4_000;

let env: TestWorkflowEnvironment;
let workflowBundle: WorkflowBundle;

beforeAll(async () => {
  workflowBundle = await useWorkflowBundle();
  env = await useTimeSkipping();
});
afterAll(() => env?.teardown());

/**
 * Runs the session of a broker of its own, over a reader that does as `read` says, counted from 1,
 * while `body` runs.
 */
async function withSession(
  broker: string,
  read: (reading: number) => Promise<void>,
  body: (handle: WorkflowHandleWithFirstExecutionRunId, readings: () => number) => Promise<void>,
): Promise<void> {
  let readings = 0;
  const activities: BrokerSessionActivities = {
    pumpExecutionReports: () => {
      readings += 1;
      return read(readings);
    },
  };
  const { nativeConnection: connection } = env;
  const worker = await Worker.create({
    connection,
    taskQueue: BROKER_SESSION_TASK_QUEUE,
    workflowBundle,
    activities,
  });
  await worker.runUntil(async () => {
    const workflowId = brokerSessionWorkflowId(broker);
    const handle = await env.client.workflow.start(BROKER_SESSION_WORKFLOW, {
      workflowId,
      taskQueue: BROKER_SESSION_TASK_QUEUE,
      args: [broker],
    });
    await body(handle, () => readings);
    await env.client.workflow.getHandle(workflowId).terminate();
  });
}

/** Reads until the worker stops. */
async function readOn(): Promise<void> {
  const { cancellationSignal } = Context.current();
  for (;;) {
    Context.current().heartbeat();
    await sleep(200, undefined, { signal: cancellationSignal });
  }
}

it('goes on in a new run before its history grows without bound', async () => {
  await withSession(
    'restless',
    async (reading) => (reading > 500 ? readOn() : undefined),
    async (handle, readings) => {
      await expect.poll(readings, { timeout: 50_000 }).toBe(501);
      const first = env.client.workflow.getHandle(handle.workflowId, handle.firstExecutionRunId);
      expect((await first.describe()).status.name).toBe('CONTINUED_AS_NEW');
      expect((await first.describe()).historyLength).toBeLessThan(EVENTS_MAX);
      expect((await env.client.workflow.getHandle(handle.workflowId).describe()).status.name).toBe(
        'RUNNING',
      );
    },
  );
});

it('reads again after a failure that no retry mends', async () => {
  await withSession(
    'failing',
    async (reading) => {
      if (reading <= 2) throw ApplicationFailure.nonRetryable('not found', 'NOT_FOUND');
      await readOn();
    },
    async (handle, readings) => {
      await expect.poll(readings, { timeout: 50_000 }).toBe(3);
      expect((await handle.describe()).status.name).toBe('RUNNING');
    },
  );
});
