import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createReportSeals } from '../../adapters/security/report-seals.ts';
import type { ExecutionReport } from '../../contracts/broker-session/broker.ts';
import { orderWorkflowId } from '../../contracts/ids.ts';
import type { SystemStatus } from '../../contracts/operators/system-status.ts';
import type { Order } from '../../contracts/orders/order.ts';
import { EXECUTION_REPORTS_SIGNAL } from '../../contracts/orders/workflow-messages.ts';
import { waitUntil } from '../../dev/wait-until.ts';
import { metricsIn, readAlertRules } from '../support/alert-rules.ts';
import { expectBooksInOrder } from '../support/books-in-order.ts';
import { buyLimit, buyMarket } from '../support/e2e-client.ts';
import { askStanding } from '../support/e2e-rest.ts';
import { type E2eStack, startE2eStack, type Trader } from '../support/e2e-stack.ts';
import { openRunbook, type Runbook } from '../support/runbook.ts';

// What docs/RUNBOOK.md tells an operator to type, typed: each box is run where it is needed, and
// must repair what it says it repairs.

const LONG_MS = 60_000;
/** Longer than the circuit breaker stays open. */
const VENUE_TRIED_AGAIN_MS = 1_500;
const QUICK_WORKERS = fileURLToPath(new URL('../histories/quick-workers.ts', import.meta.url));

let e2e: E2eStack;
let runbook: Runbook;
let trader: Trader;

beforeAll(async () => {
  e2e = await startE2eStack({ workers: QUICK_WORKERS });
  runbook = await openRunbook(e2e);
});
afterAll(async () => {
  runbook.close();
  await e2e.stop();
});
beforeEach(async () => {
  trader = await e2e.createTrader();
});

/** Whoever calls the venue notices within a second that it is back. */
async function healVenue(): Promise<void> {
  await e2e.setFault({ mode: 'NONE' });
  await sleep(VENUE_TRIED_AGAIN_MS);
}

const until = (isSo: () => Promise<boolean>, message: string) =>
  waitUntil(isSo, { timeoutMs: LONG_MS, everyMs: 200, message });

async function rest(): Promise<string> {
  const { body } = await trader.submit(buyLimit('IBM', '10', '115.00'));
  await trader.waitForOrder(body.id, ({ status }) => status === 'NEW', LONG_MS);
  return body.id;
}

/**
 * Submitted while the venue is down; it waits ten minutes for its next attempt when this returns,
 * and the venue is there again.
 */
async function strand(): Promise<string> {
  await e2e.setFault({ mode: 'DOWN' });
  const { body } = await trader.submit(buyMarket('AAPL', '10'));
  await until(
    async () => (await askStanding(e2e, body.id))?.waiting?.failures === 8,
    'the order does not wait',
  );
  await healVenue();
  return body.id;
}

/** Its retries are used up. */
async function suspend(): Promise<string> {
  const orderId = await strand();
  await e2e.setFault({ mode: 'DOWN' });
  await runbook.run('retry-by-update', { orderId });
  await trader.waitForOrder(orderId, ({ status }) => status === 'SUSPENDED', LONG_MS);
  await healVenue();
  return orderId;
}

interface Books {
  status: string;
  executions: number;
  held: string;
  atVenue: number;
}

async function booksOf(orderId: string): Promise<Books> {
  const [row] = await e2e.hub<Omit<Books, 'atVenue'>[]>`
    select status, (select count(*)::int from executions x where x.order_id = o.id) as executions,
      (select trim_scale(remaining)::text from holds h where h.order_id = o.id) as held
    from orders o where o.id = ${orderId}`;
  const atVenue = await e2e.venue`select 1 from orders where client_order_id = ${orderId}`;
  if (!row) throw new Error('there is no such order');
  return { ...row, atVenue: atVenue.length };
}

const FILLED_ONCE: Books = { status: 'FILLED', executions: 1, held: '0', atVenue: 1 };

/** A signal whose payload no worker can decode, and the workflow task that fails for it. */
async function poison(orderId: string): Promise<void> {
  await runbook.shell(
    `temporal workflow signal -w order/${orderId} --name ${EXECUTION_REPORTS_SIGNAL} --input-base64 --input AAEC --input-meta encoding=binary/x`,
  );
  const hasFailed = async () => {
    const { events } = await e2e.temporal.workflow
      .getHandle(orderWorkflowId(orderId))
      .fetchHistory();
    return (events ?? []).some((event) => event.workflowTaskFailedEventAttributes);
  };
  await until(hasFailed, 'no workflow task fails');
}

const runIdOf = async (workflowId: string): Promise<string> =>
  (await e2e.temporal.workflow.getHandle(workflowId).describe()).runId;

async function expectAlive(orderId: string): Promise<void> {
  await until(
    async () => (await askStanding(e2e, orderId).catch(() => null))?.isAcknowledged === true,
    'the order does not go on',
  );
  await runbook.run('cancel-by-update', { orderId });
  expect(await booksOf(orderId)).toEqual({
    status: 'CANCELED',
    executions: 0,
    held: '0',
    atVenue: 1,
  });
}

it('retries an order that waits, by update and by the API', async () => {
  const [one, other] = [await strand(), await strand()];
  expect(await runbook.run('look', { orderId: one })).toMatch(
    /"lastFailure":"Broker(Unavailable|CircuitOpen)"/,
  );
  await until(
    async () => (await runbook.run('failing-steps').catch(String)).includes(other),
    'what fails is not listed',
  );
  expect(await runbook.run('retry-by-update', { orderId: one })).toContain('FILLED');
  await runbook.run('retry-by-api', { orderId: other });
  for (const orderId of [one, other]) {
    await trader.waitForEnd(orderId, LONG_MS);
    expect(await booksOf(orderId)).toEqual(FILLED_ONCE);
  }
});

it('ends an order that never reached the venue, and gives its hold back', async () => {
  const orderId = await strand();
  await runbook.run('fail-by-update', { orderId });
  expect(await booksOf(orderId)).toEqual({
    status: 'REJECTED',
    executions: 0,
    held: '0',
    atVenue: 0,
  });
});

it('leads from a request to log, workflow and ledger', async () => {
  const requestId = `click-${randomUUID()}`;
  const { body: order } = await trader.send<Order>('POST', '/v1/orders', {
    body: buyMarket('AAPL', '10'),
    headers: { 'X-Request-Id': requestId },
  });
  await trader.waitForEnd(order.id, LONG_MS);
  const found = await runbook.run('request', { requestId, orderId: order.id });
  expect(found).toContain(`"orderId":"${order.id}"`);
  expect(found).toMatch(/"status":202/);
  expect(found).toMatch(new RegExp(`${order.id}.*TRADE`));
  expect(found.split(requestId).length).toBeGreaterThan(3);
});

it('finds what waits for an operator, and repairs all of it by one request', async () => {
  const [one, other] = [await suspend(), await suspend()];
  const isFound = async () =>
    (await runbook.run('find', { accountId: trader.account.accountId }))
      .split('\n\n')[0]
      ?.includes(other) === true;
  await until(isFound, 'the order is not listed');
  expect(await (await fetch(`${e2e.stack.urls.apiMetrics}/metrics`)).text()).toMatch(
    /^hub_workflows_needing_attention [1-9]/m,
  );
  expect(JSON.parse(await runbook.run('bulk-dry-run'))).toMatchObject({ matched: 2 });
  const { id: bulkId } = JSON.parse(await runbook.run('bulk-retry')) as { id: string };
  for (const orderId of [one, other]) {
    await trader.waitForEnd(orderId, LONG_MS);
    expect(await booksOf(orderId)).toEqual(FILLED_ONCE);
  }
  const isDone = async () =>
    JSON.parse(await runbook.run('bulk-progress', { bulkId })).status === 'COMPLETED';
  await until(isDone, 'the bulk operation does not end');
  expect(JSON.parse(await runbook.run('bulk-stop', { bulkId }))).toMatchObject({
    status: 'COMPLETED',
    done: 2,
  });
});

it('finds an order that a signal has poisoned, and takes the signal out', async () => {
  const orderId = await rest();
  const runId = await runIdOf(orderWorkflowId(orderId));
  await poison(orderId);
  // The SDK's log is written in batches.
  const found = new RegExp(`"runId":"${runId}"[^]*order/${orderId}`);
  await until(
    async () => found.test(await runbook.run('failing-tasks', { runId }).catch(String)),
    'it is not found',
  );
  await runbook.run('reset-unreadable', { orderId });
  await expectAlive(orderId);
});

it('begins orders anew, one and all of an account, without trading twice', async () => {
  const orderIds = [await rest(), await rest(), await rest()];
  const runsBefore = await Promise.all(
    orderIds.map((orderId) => runIdOf(orderWorkflowId(orderId))),
  );
  await runbook.run('reset-first', { orderId: orderIds[0] ?? '' });
  await until(
    async () => (await askStanding(e2e, orderIds[0] ?? '').catch(() => null)) !== null,
    'the order does not go on',
  );
  const isListed = async () =>
    (
      await e2e.temporal.workflow.count(
        `ExecutionStatus = 'Running' AND AccountId = '${trader.account.accountId}'`,
      )
    ).count === 3;
  await until(isListed, 'the orders are not listed');
  await runbook.run('reset-batch', { accountId: trader.account.accountId });
  const areNew = async () => {
    const runs = await Promise.all(orderIds.map((orderId) => runIdOf(orderWorkflowId(orderId))));
    return runs.every((runId, index) => runId !== runsBefore[index]);
  };
  await until(areNew, 'the batch does not reset them all');
  for (const orderId of orderIds) await expectAlive(orderId);
});

it('brings an order back whose workflow was terminated', async () => {
  const orderId = await rest();
  await runbook.shell(`temporal workflow terminate -w order/${orderId} --reason 'by mistake'`);
  await runbook.run('reset-terminated', { orderId });
  await expectAlive(orderId);
});

it('shows breaks and closes them with what was found', async () => {
  const [orderId, other] = [await rest(), await rest()];
  const [handle, otherHandle] = [orderId, other].map((id) =>
    e2e.temporal.workflow.getHandle(orderWorkflowId(id)),
  );
  const report: ExecutionReport = {
    broker: 'paper-broker',
    sequence: 1,
    brokerExecutionId: `by-hand-${orderId}`,
    brokerClientOrderId: other,
    ...{ execType: 'TRADE', rejectCode: null, inAnswer: false },
    ...{
      lastQuantity: '10',
      lastPrice: '1',
      cumulativeQuantity: '10',
      leavesQuantity: '0',
      time: new Date().toISOString(),
    },
  };
  // As the session would hand it on, had the venue said it.
  const sealed = createReportSeals([e2e.stack.env.REPORT_SEAL_SECRET ?? '']).seal(orderId, report);
  await handle?.signal(EXECUTION_REPORTS_SIGNAL, [sealed]);
  const openBreaks = async () =>
    (JSON.parse(await runbook.run('breaks')) as { items: { id: string; orderId: string }[] }).items;
  await until(
    async () => (await openBreaks()).some((each) => each.orderId === orderId),
    'no break is raised',
  );
  const [found] = await openBreaks();
  expect(
    JSON.parse(await runbook.run('resolve-break', { breakId: found?.id ?? '' })),
  ).toMatchObject({
    resolvedBy: expect.stringMatching(/^user/),
  });
  expect(await openBreaks()).toEqual([]);
  for (const id of [orderId, other]) await expectAlive(id);
  await Promise.all([handle?.result(), otherHandle?.result()]);
});

it('goes on reading the venue after its session was begun anew', async () => {
  const session = 'broker-session/paper-broker';
  const before = await runIdOf(session);
  await runbook.run('start-session');
  expect(await runIdOf(session)).toBe(before);
  await runbook.run('reset-session');
  expect(await runIdOf(session)).not.toBe(before);
  const orderId = await rest();
  await e2e.setPrices({ IBM: '114.00' });
  expect(await trader.waitForEnd(orderId, LONG_MS)).toMatchObject({ status: 'FILLED' });
  expect(await booksOf(orderId)).toEqual(FILLED_ONCE);
  await e2e.setPrices({});
});

it('tells how every part is', async () => {
  const isRead = async () => {
    const { parts } = JSON.parse(await runbook.run('system')) as SystemStatus;
    return parts.some(
      ({ name, status }) => name === 'broker-session/paper-broker' && status === 'UP',
    );
  };
  await until(isRead, 'the session is not said to be UP');
});

it('shows how each process, the database and Redis answer', async () => {
  const health = await runbook.run('health');
  expect(health.match(/ 200 on port /g)).toHaveLength(4);
  expect(await runbook.run('locks')).toContain('hub-workers');
  // None can be had on every machine.
  if (e2e.stack.env.REDIS_URL) expect(await runbook.run('redis')).toContain('+PONG');
});

it("ends a user's sessions, and restricts an account", async () => {
  const { userId, accountId, email, password } = trader.account;
  const login = { body: { email, password } };
  const { body } = await e2e.anyone.send<{ accessToken: string }>('POST', '/v1/auth/login', login);
  const headers = { Authorization: `Bearer ${body.accessToken}` };
  const isTaken = async () => (await e2e.anyone.send('GET', '/v1/me', { headers })).status === 200;
  expect(await isTaken()).toBe(true);
  await runbook.run('end-sessions', { userId });
  await until(async () => !(await isTaken()), 'the token is still taken');
  await runbook.run('restrict-account', { accountId });
  const [account] = await e2e.hub`select status from accounts where id = ${accountId}`;
  expect(account).toEqual({ status: 'RESTRICTED' });
});

it('unlocks a user', async () => {
  const { userId } = trader.account;
  await e2e.hub`update users set failed_login_attempts = 100, locked_until = now() + interval '1 hour' where id = ${userId}`;
  expect(await runbook.run('unlock-user', { userId })).toBe('204');
  const [user] =
    await e2e.hub`select failed_login_attempts, locked_until from users where id = ${userId}`;
  expect(user).toEqual({ failed_login_attempts: 0, locked_until: null });
});

it('settles out of turn', async () => {
  await runbook.run('trigger-settlement');
  const isDone = async () => /Completed\s+settlement-run-/.test(await runbook.run('settlement'));
  await until(isDone, 'the run does not complete');
});

it('has alerts on metrics that are there', async () => {
  await runbook.run('retry-executions');
  const orderId = await rest();
  await e2e.temporal.workflow
    .getHandle(orderWorkflowId(orderId))
    .signal(EXECUTION_REPORTS_SIGNAL, 'garbage');
  await poison(orderId);
  const { apiMetrics, workersMetrics, marketDataMetrics, paperBrokerMetrics } = e2e.stack.urls;
  const wanted = new Set(readAlertRules().flatMap(({ expr }) => metricsIn(expr)));
  // Prometheus makes it itself.
  wanted.delete('up');
  const missing = async () => {
    const scraped = await Promise.all(
      [apiMetrics, workersMetrics, marketDataMetrics, paperBrokerMetrics].map(async (url) =>
        (await fetch(`${url}/metrics`)).text(),
      ),
    );
    const found = new Set(
      scraped.flatMap((text) => [...text.matchAll(/^# TYPE (\w+) /gm)].map((match) => match[1])),
    );
    return [...wanted].filter((name) => !found.has(name));
  };
  await expect.poll(missing, { timeout: LONG_MS }).toEqual([]);
  await runbook.run('reset-unreadable', { orderId });
  await expectAlive(orderId);
  await expectBooksInOrder(e2e);
});
