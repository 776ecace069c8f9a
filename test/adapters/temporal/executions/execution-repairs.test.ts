import { randomUUID } from 'node:crypto';
import { ApplicationFailure } from '@temporalio/activity';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createExecutionRepairs } from '../../../../adapters/temporal/executions/execution-repairs.ts';
import type { ExecutionReport } from '../../../../contracts/broker-session/broker.ts';
import type { ExecutionRepairs } from '../../../../contracts/executions/execution-workflows.ts';
import { executionWorkflowId } from '../../../../contracts/ids.ts';
import { EXECUTION_WORKFLOW } from '../../../../contracts/orders/workflow-messages.ts';
import { bind } from '../../../../use-cases/bind.ts';
import {
  listWaiting,
  retryExecution,
} from '../../../../use-cases/executions/execution-use-cases.ts';
import { OPERATOR, ORDER_ID } from '../../../api/stub-fixtures.ts';
import '../../../support/quiet-runtime.ts';
import { useTemporal } from '../../../support/services.ts';
import { createSharedWorker, type SharedWorker } from '../../../support/shared-worker.ts';
import { useQuickWorkflowBundle } from '../../../support/workflow-bundle.ts';

const CURSOR_SECRET = 'a-secret-of-the-tests-with-32-bytes-or-more';

let client: Client;
let connection: Connection;
let native: NativeConnection;
let shared: SharedWorker;
let repairs: ExecutionRepairs;

beforeAll(async () => {
  const { address, namespace } = await useTemporal();
  connection = await Connection.connect({ address });
  native = await NativeConnection.connect({ address });
  client = new Client({ connection, namespace });
  const bundle = await useQuickWorkflowBundle();
  shared = await createSharedWorker({ client, nativeConnection: native }, bundle);
  repairs = createExecutionRepairs(client, CURSOR_SECRET);
});

afterAll(async () => {
  await shared?.stop();
  await connection?.close();
  await native?.close();
});

/** A workflow that cannot book until it is healed and, all its waits used up, waits for a person. */
async function withWaiting(
  body: (report: ExecutionReport, heal: () => void) => Promise<void>,
): Promise<void> {
  let isHealed = false;
  const bookLateExecution = async () => {
    if (!isHealed) throw ApplicationFailure.create({ type: 'DATABASE_UNAVAILABLE' });
    return 'LATE_FILL';
  };
  const report = reportOf(`x-${randomUUID()}`);
  const workflow = {
    type: EXECUTION_WORKFLOW,
    workflowId: executionWorkflowId(report.broker, report.brokerExecutionId),
    args: [ORDER_ID, report],
  };
  await shared.run({ bookLateExecution }, workflow, async () => {
    await waitForOperator(report);
    await body(report, () => {
      isHealed = true;
    });
  });
}

const waitForOperator = (report: ExecutionReport): Promise<void> =>
  expect
    .poll(async () => (await repairs.findExecution(report))?.waiting?.for, { timeout: 30_000 })
    .toBe('OPERATOR');

const reportOf = (brokerExecutionId: string): ExecutionReport => ({
  broker: 'paper-broker',
  sequence: 7,
  brokerExecutionId,
  brokerClientOrderId: ORDER_ID,
  execType: 'TRADE',
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
    const admin = bind(
      { workflows: repairs, log, newId: randomUUID },
      { listWaiting, retryExecution },
    );
    await withWaiting(async (report, heal) => {
      const { broker, brokerExecutionId } = report;
      const named = { broker, brokerExecutionId };
      const find = async () => {
        const { items } = await admin.listWaiting({ limit: 200, cursor: null });
        return items.find((execution) => execution.brokerExecutionId === brokerExecutionId);
      };
      await expect.poll(find, { timeout: 20_000 }).toMatchObject({
        ...{ broker, orderId: ORDER_ID, execType: 'TRADE', quantity: '10', price: '205.75' },
        waiting: { for: 'OPERATOR', failures: 6, lastFailure: 'DATABASE_UNAVAILABLE' },
      });
      const retry = () => admin.retryExecution(OPERATOR, named, 'the disk is replaced');
      expect(await retry()).toEqual({
        ...named,
        status: 'WAITING',
        lastFailure: 'DATABASE_UNAVAILABLE',
      });
      await waitForOperator(report);
      heal();
      expect(await retry()).toEqual({ ...named, status: 'BOOKED', lastFailure: null });
      const request = { operator: `user/${OPERATOR.userId}`, reason: 'the disk is replaced' };
      expect(recorded).toEqual(Array(2).fill([named, ORDER_ID, request]));
      await expect(retry()).rejects.toMatchObject({ code: 'EXECUTION_NOT_FOUND' });
      await expect.poll(find, { timeout: 20_000 }).toBeUndefined();
    });
  });

  it('that is not there is not found', async () => {
    const log = {
      recordExecutionRetry: () => Promise.reject(new Error('nothing is to be recorded')),
    };
    const admin = bind(
      { workflows: repairs, log, newId: randomUUID },
      { listWaiting, retryExecution },
    );
    const nobody = { broker: 'paper-broker', brokerExecutionId: 'x-nobody' };
    await expect(admin.retryExecution(OPERATOR, nobody, 'x')).rejects.toMatchObject({
      code: 'EXECUTION_NOT_FOUND',
    });
  });
});
