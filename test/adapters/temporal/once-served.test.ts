import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ensureBrokerSession } from '../../../adapters/temporal/broker-session/broker-session.ts';
import { onceServed } from '../../../adapters/temporal/once-served.ts';
import { guardTemporal } from '../../../adapters/temporal/temporal-errors.ts';
import { brokerSessionWorkflowId } from '../../../contracts/ids.ts';
import { useTemporal } from '../../support/services.ts';

let connection: Connection;
let client: Client;

beforeAll(async () => {
  connection = await Connection.connect({ address: (await useTemporal()).address });
  client = new Client({ connection, namespace: `later-${randomUUID()}` });
});
afterAll(() => connection?.close());

const ensure = () => ensureBrokerSession(client, 'paper-broker');

it('takes a server that does not know the namespace yet for one that is away', async () => {
  await expect(guardTemporal(ensure)).rejects.toMatchObject({ code: 'TEMPORAL_UNAVAILABLE' });
});

it('calls again until the namespace is there', async () => {
  const ensured = onceServed(ensure);
  await connection.workflowService.registerNamespace({
    namespace: client.options.namespace,
    workflowExecutionRetentionPeriod: { seconds: 86_400 } as never,
  });
  await ensured;
  const session = client.workflow.getHandle(brokerSessionWorkflowId('paper-broker'));
  expect((await session.describe()).status.name).toBe('RUNNING');
});

it('passes on at once what a server that serves the namespace says', async () => {
  let calls = 0;
  const called = onceServed(async () => {
    calls += 1;
    throw new Error('no');
  });
  await expect(called).rejects.toThrow('no');
  expect(calls).toBe(1);
});
