import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { orderWorkflowId } from '../../contracts/ids.ts';
import { waitUntil } from '../../dev/wait-until.ts';
import { buyLimit } from '../support/e2e-client.ts';
import { type OwnE2eStack, startE2eStack, type Trader } from '../support/e2e-stack.ts';
import { type Prometheus, startPrometheus } from '../support/prometheus.ts';
import { openRunbook, type Runbook } from '../support/runbook.ts';

// A real Prometheus on alerts/: one order rests, nobody trades, and what befalls the system calls
// for help by itself. The other alerts: test/alerts/alert-rules.test.ts.

const CALLED_MS_MAX = 180_000;
const CALM_MS = 10_000;

let e2e: OwnE2eStack;
let trader: Trader;
let prometheus: Prometheus;
let runbook: Runbook;
let orderId: string;

beforeAll(async () => {
  e2e = await startE2eStack();
  trader = await e2e.createTrader();
  runbook = await openRunbook(e2e);
  const { body } = await trader.submit(buyLimit('IBM', '10', '115.00'));
  orderId = body.id;
  await trader.waitForOrder(orderId, ({ status }) => status === 'NEW', CALLED_MS_MAX);
  const { apiMetrics, workersMetrics, marketDataMetrics, paperBrokerMetrics } = e2e.stack.urls;
  prometheus = await startPrometheus({
    9461: apiMetrics,
    9462: marketDataMetrics,
    9463: paperBrokerMetrics,
    9464: workersMetrics,
  });
  await until(
    async () => (await prometheus.ask('hub_broker_session_heard_age_seconds')) !== null,
    'the broker is not heard',
  );
});
afterAll(async () => {
  runbook?.close();
  await prometheus?.stop();
  await e2e?.stop();
});

const until = (isSo: () => Promise<boolean>, message: string) =>
  waitUntil(isSo, { timeoutMs: CALLED_MS_MAX, everyMs: 500, message });

const untilCalled = () => until(async () => (await prometheus.firing()).length > 0, 'no alert');
const untilCalm = () => until(async () => (await prometheus.firing()).length === 0, 'no end');

it('calls nobody while all is well', async () => {
  await untilCalm();
  const endMs = Date.now() + CALM_MS;
  while (Date.now() < endMs) {
    expect(await prometheus.firing()).toEqual([]);
    await sleep(500);
  }
  expect(await prometheus.ask('count(up == 1)')).toBe(4);
  expect(await prometheus.ask('min(hub_reading_up)')).toBe(1);
});

it('calls for a workflow that was terminated by hand, until somebody asks its order', async () => {
  await e2e.temporal.workflow.getHandle(orderWorkflowId(orderId)).terminate('by hand');
  await untilCalled();
  expect(await prometheus.firing()).toEqual(['WorkflowsEnded']);
  const listed = async () => (await runbook.run('ended-workflows')).includes(orderId);
  await until(listed, 'the ended workflow is not listed');
  // Whoever asks has it adopted, and is told that it waits for nothing.
  await runbook.shell(
    `curl -s -X POST $HUB/v1/admin/orders/${orderId}/retry -H "authorization: Bearer $TOKEN" -H 'content-type: application/json' -d '{"reason":"its workflow was ended"}'`,
  );
  await untilCalm();
});

it('calls for a venue that hangs, and is calm when it was killed and is back', async () => {
  await e2e.stack.processes['paper-broker']?.kill('SIGSTOP');
  const heardBefore = await prometheus.ask('hub_broker_session_heard_age_seconds');
  expect(heardBefore).toBeLessThan(30);
  await until(
    async () => (await prometheus.firing()).includes('BrokerAway'),
    'nobody is called for the venue',
  );
  await runbook.run('restart-process', { process: 'paper-broker' });
  await e2e.stack.processes['paper-broker']?.restart();
  await untilCalm();
});

it('lists what an operator is told to look at', async () => {
  expect(await runbook.run('open-orders')).toContain(orderId);
  await runbook.run('rejected-orders');
  expect(JSON.parse(await runbook.run('settlements'))).toHaveProperty('items');
});
