import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createWorkflowMonitor } from '../../../adapters/temporal/workflow-monitor.ts';
import type { WorkflowMonitor } from '../../../contracts/operators/backlog.ts';
import { ORDER_WORKFLOW, STEP_FAILING } from '../../../contracts/orders/workflow-messages.ts';
import {
  ensureNamespace,
  ensureSearchAttributes,
} from '../../../dev/services/temporal-namespace.ts';
import { useTemporal } from '../../support/services.ts';

const FAILING = defineSearchAttributeKey(STEP_FAILING, SearchAttributeType.KEYWORD);
const VISIBLE = { timeout: 20_000, interval: 100 };

/** A namespace of its own: what is asked for is asked of all workflows. */
const namespace = `troubles-${randomUUID()}`;
let connection: Connection;
let client: Client;
let monitor: WorkflowMonitor;

beforeAll(async () => {
  const { address } = await useTemporal();
  await ensureNamespace(address, namespace);
  await ensureSearchAttributes(address, namespace);
  connection = await Connection.connect({ address });
  client = new Client({ connection, namespace });
  monitor = createWorkflowMonitor(client);
});
afterAll(() => connection?.close());

/** A workflow that no worker takes. */
const start = (type: string, stepFailing?: string, workflowId = `order/it's ${randomUUID()}`) =>
  client.workflow.start(type, {
    workflowId,
    taskQueue: `nobody-${randomUUID()}`,
    ...(stepFailing && {
      typedSearchAttributes: [{ key: FAILING, value: stepFailing }],
    }),
  });

it('counts by type, step and code what does not get on, and nothing that has ended', async () => {
  await start(ORDER_WORKFLOW);
  await start(ORDER_WORKFLOW, 'PLACE BrokerUnavailable');
  await start(ORDER_WORKFLOW, 'PLACE BrokerUnavailable');
  await start('settlement', 'SETTLE REJECTED');
  const ended = await start(ORDER_WORKFLOW, 'BOOK PostgresError');
  await ended.terminate();
  const read = async () => (await monitor.readFailingSteps()).toSorted((a, b) => b.count - a.count);
  await expect.poll(read, VISIBLE).toEqual([
    { workflowType: 'order', step: 'PLACE', code: 'BrokerUnavailable', count: 2 },
    { workflowType: 'settlement', step: 'SETTLE', code: 'REJECTED', count: 1 },
  ]);
});

it('tells of what was terminated, unless another run goes on for it', async () => {
  const lost = await start('execution');
  const adopted = await start(ORDER_WORKFLOW);
  await lost.terminate('by hand');
  await adopted.terminate('by hand');
  const read = async () =>
    (await monitor.readEndedUnfinished()).map(({ workflowType }) => workflowType);
  await expect.poll(read, VISIBLE).toEqual(expect.arrayContaining(['execution', 'order']));
  const before = (await monitor.readEndedUnfinished()).find((one) => one.workflowType === 'order');
  await start(ORDER_WORKFLOW, undefined, adopted.workflowId);
  const left = async () =>
    (await monitor.readEndedUnfinished()).find((one) => one.workflowType === 'order')?.count ?? 0;
  await expect.poll(left, VISIBLE).toBe((before?.count ?? 0) - 1);
});
