import { randomUUID } from 'node:crypto';
import { ApplicationFailure } from '@temporalio/activity';
import { Client, Connection } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType, TypedSearchAttributes } from '@temporalio/common';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker, type WorkflowBundle } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createExecutionRepairs } from '../../../adapters/temporal/execution-repairs.ts';
import { executionWorkflowId } from '../../../contracts/ids.ts';
import type { ExecutionReport } from '../../../contracts/ports/broker.ts';
import type { ExecutionRepairs } from '../../../contracts/ports/execution-workflows.ts';
import { ATTENTION_NEEDED, EXECUTION_WORKFLOW } from '../../../contracts/workflow-messages.ts';
import { createExecutionAdmin } from '../../../use-cases/executions/execution-admin.ts';
import { OPERATOR, ORDER_ID } from '../../api/stub-fixtures.ts';
import { useTemporal } from '../../support/services.ts';

Runtime.install({ logger: new DefaultLogger('ERROR') });

const ATTENTION = defineSearchAttributeKey(ATTENTION_NEEDED, SearchAttributeType.BOOL);

let client: Client;
let connection: Connection;
let native: NativeConnection;
let workflowBundle: WorkflowBundle;
let repairs: ExecutionRepairs;

beforeAll(async () => {
  const { address, namespace } = await useTemporal();
  connection = await Connection.connect({ address });
  native = await NativeConnection.connect({ address });
  client = new Client({ connection, namespace });
  const workflowsPath = new URL('../../../workflows/index.ts', import.meta.url).pathname;
  workflowBundle = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });
  repairs = createExecutionRepairs(client);
});

afterAll(async () => {
  await connection?.close();
  await native?.close();
});

/** A workflow that cannot book until it is healed and now waits for half a minute; it is marked as one for operators from the start. */
async function withWaiting(body: (report: ExecutionReport, heal: () => void) => Promise<void>): Promise<void> {
  let isHealed = false;
  const bookLateExecution = async () => {
    if (!isHealed) throw ApplicationFailure.create({ type: 'DATABASE_UNAVAILABLE' });
    return 'LATE_FILL';
  };
  const taskQueue = `executions-${randomUUID()}`;
  const worker = await Worker.create({ connection: native, taskQueue, workflowBundle, activities: { bookLateExecution } });
  await worker.runUntil(async () => {
    const report = reportOf(`x-${randomUUID()}`);
    await client.workflow.start(EXECUTION_WORKFLOW, {
      workflowId: executionWorkflowId(report.brokerExecutionId),
      taskQueue,
      args: [ORDER_ID, report],
      typedSearchAttributes: new TypedSearchAttributes([{ key: ATTENTION, value: true }]),
    });
    const failures = async () => (await repairs.findExecution(report.brokerExecutionId))?.waiting?.failures;
    await expect.poll(failures, { timeout: 30_000 }).toBe(3);
    await body(report, () => {
      isHealed = true;
    });
  });
}

const reportOf = (brokerExecutionId: string): ExecutionReport => ({
  sequence: 7,
  brokerExecutionId,
  brokerClientOrderId: `${ORDER_ID}.1`,
  execType: 'TRADE',
  orderStatus: 'FILLED',
  lastQuantity: '10',
  lastPrice: '205.75',
  cumulativeQuantity: '10',
  leavesQuantity: '0',
  time: '2026-11-24T14:31:00.000Z',
  rejectCode: null,
  inAnswer: false,
});

describe('an execution that could not be booked', () => {
  it('is listed with what it is and waits for, and is booked by an operator’s retry, which is recorded first', async () => {
    const recorded: unknown[] = [];
    const log = { recordExecutionRetry: async (...args: unknown[]) => void recorded.push(args) };
    const admin = createExecutionAdmin({ workflows: repairs, log, newId: randomUUID });
    await withWaiting(async ({ brokerExecutionId }, heal) => {
      const find = async () => {
        const { items } = await admin.listWaiting({ limit: 200, cursor: null });
        return items.find((execution) => execution.brokerExecutionId === brokerExecutionId);
      };
      await expect.poll(find, { timeout: 20_000 }).toMatchObject({
        ...{ orderId: ORDER_ID, execType: 'TRADE', quantity: '10', price: '205.75' },
        waiting: { for: 'RETRY', failures: 3, lastFailure: 'DATABASE_UNAVAILABLE' },
      });
      const retry = () => admin.retryExecution(OPERATOR, brokerExecutionId, 'the disk is replaced');
      expect(await retry()).toEqual({ brokerExecutionId, status: 'WAITING', lastFailure: 'DATABASE_UNAVAILABLE' });
      heal();
      expect(await retry()).toEqual({ brokerExecutionId, status: 'BOOKED', lastFailure: null });
      const request = { operator: `user/${OPERATOR.userId}`, reason: 'the disk is replaced' };
      expect(recorded).toEqual(Array(2).fill([brokerExecutionId, ORDER_ID, request]));
      await expect(retry()).rejects.toMatchObject({ code: 'EXECUTION_NOT_FOUND' });
      await expect.poll(find, { timeout: 20_000 }).toBeUndefined();
    });
  });

  it('that is not there is not found', async () => {
    const log = { recordExecutionRetry: () => Promise.reject(new Error('nothing is to be recorded')) };
    const admin = createExecutionAdmin({ workflows: repairs, log, newId: randomUUID });
    await expect(admin.retryExecution(OPERATOR, 'x-nobody', 'x')).rejects.toMatchObject({ code: 'EXECUTION_NOT_FOUND' });
  });
});
