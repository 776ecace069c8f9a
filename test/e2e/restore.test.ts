import { join } from 'node:path';
import postgres from 'postgres';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Reconciliation } from '../../contracts/broker-session/reconciliation.ts';
import { orderWorkflowId } from '../../contracts/ids.ts';
import type { SystemStatus } from '../../contracts/operators/system-status.ts';
import { waitUntil } from '../../dev/wait-until.ts';
import { expectBooksInOrder } from '../support/books-in-order.ts';
import { buyLimit, buyMarket, type OrderRequest } from '../support/e2e-client.ts';
import { healStack, submitUntilAnswered } from '../support/e2e-recovery.ts';
import { askStanding } from '../support/e2e-rest.ts';
import { type OwnE2eStack, startE2eStack, type Trader } from '../support/e2e-stack.ts';
import {
  createMoveMarket,
  MANUAL_MARKET_ENTRY,
  type MoveMarket,
} from '../support/manual-market.ts';
import { openRunbook, type Runbook } from '../support/runbook.ts';
import { createEmptyDatabase } from '../support/services.ts';

// What docs/BACKUP.md tells an operator to do, done: the system trades, is backed up, trades on, is
// killed, and comes back from the backup, while the venue keeps all that it knows.

const LONG_MS = 60_000;
const SIZE = 1_000;

let e2e: OwnE2eStack;
let venue: postgres.Sql;
let runbook: Runbook;
let move: MoveMarket;
let trader: Trader;
let backups = 0;
let folder: string;

/** The venue keeps its books on a server of its own, as a broker does. */
beforeAll(async () => {
  const { url } = await createEmptyDatabase();
  e2e = await startE2eStack({
    marketData: MANUAL_MARKET_ENTRY,
    env: { 'paper-broker': { PAPER_BROKER_DATABASE_URL: url } },
  });
  venue = postgres(url, { max: 2, onnotice: () => {} });
  move = createMoveMarket(e2e.stack.urls.marketData, SIZE);
});
afterAll(async () => {
  await venue?.end();
  await e2e?.stop();
});
beforeEach(async () => {
  backups += 1;
  folder = join(e2e.stateDir, `backup-${backups}`);
  trader = await e2e.createTrader();
  runbook = await openRunbook(e2e);
});
afterEach(() => runbook.close());

async function rest(symbol: string, limitPrice: string, key?: string): Promise<string> {
  const { body } = await trader.submit(buyLimit(symbol, '10', limitPrice), key);
  await trader.waitForOrder(body.id, ({ status }) => status === 'NEW', LONG_MS);
  return body.id;
}

async function trade(order: OrderRequest, key?: string): Promise<string> {
  const { body } = await trader.submit(order, key);
  expect(await trader.waitForEnd(body.id, LONG_MS)).toMatchObject({ status: 'FILLED' });
  return body.id;
}

async function cancel(orderId: string): Promise<void> {
  expect((await trader.cancel(orderId)).status).toBe(202);
  expect(await trader.waitForEnd(orderId, LONG_MS)).toMatchObject({ status: 'CANCELED' });
}

async function replace(orderId: string, limitPrice: string): Promise<string> {
  const { body } = await trader.send<{ id: string }>('PATCH', `/v1/orders/${orderId}`, {
    body: { limitPrice },
  });
  await trader.waitForOrder(body.id, ({ status }) => status === 'NEW', LONG_MS);
  return body.id;
}

async function killOurs(): Promise<void> {
  const { services, processes } = e2e.stack;
  for (const part of [processes.api, processes.workers, services.postgres, services.temporal])
    await part?.kill('SIGKILL');
}

/** Started again; what the venue has done meanwhile is read by then. */
async function startAgain(): Promise<void> {
  await healStack(e2e);
  const [last] = await venue<
    { last: string }[]
  >`select max(sequence) as last from execution_reports`;
  const hasRead = async () => {
    const [session] = await e2e.hub`select last_sequence from broker_sessions`;
    return session?.last_sequence === last?.last;
  };
  await waitUntil(hasRead, { timeoutMs: LONG_MS, message: 'the session does not catch up' });
  const isUp = async () => {
    const { parts } = JSON.parse(await runbook.run('system')) as SystemStatus;
    return parts.find(({ name }) => name === 'broker-session/paper-broker')?.status === 'UP';
  };
  await waitUntil(isUp, { timeoutMs: LONG_MS, message: 'the session is not UP' });
}

/** By what was found: the orders. */
async function reconcile(): Promise<Record<string, string[]>> {
  const printed = await runbook.run('reconcile');
  const json = /^\s*Result\s+(\{.*\})\s*$/m.exec(printed)?.[1];
  if (!json) throw new Error(`no result in ${printed}`);
  const { differences } = JSON.parse(json) as Reconciliation;
  return Object.fromEntries(
    Object.entries(differences).map(([kind, { orderIds }]) => [kind, orderIds.toSorted()]),
  );
}

/** A workflow that was told takes a moment to end. */
const untilNothingIsFound = () => expect.poll(reconcile, { timeout: LONG_MS }).toEqual({});

const openBreaks = async () =>
  (
    JSON.parse(await runbook.run('breaks')) as {
      items: { id: string; kind: string; details: { orderId?: string; order?: unknown } }[];
    }
  ).items;

const workflowOf = async (orderId: string): Promise<string> =>
  (await e2e.temporal.workflow.getHandle(orderWorkflowId(orderId)).describe()).status.name;

async function expectAlive(orderId: string): Promise<void> {
  expect(await trader.getOrder(orderId)).toMatchObject({ status: 'NEW' });
  expect(await workflowOf(orderId)).toBe('RUNNING');
  await cancel(orderId);
}

it('brings back from venue and Temporal all that a restored Postgres lacks', async () => {
  const [filledLater, canceledLater, replacedLater, stays] = [
    await rest('GOOG', '520.00'),
    await rest('IBM', '100.00'),
    await rest('IBM', '101.00'),
    await rest('IBM', '102.00'),
  ];
  await trade(buyMarket('MSFT', '10'));
  await runbook.run('back-up', { folder });

  const bought = await trade(buyMarket('AAPL', '10'), 'bought');
  const sold = await trade({ ...buyMarket('AAPL', '4'), side: 'SELL' });
  const resting = await rest('IBM', '103.00');
  const filledMeanwhile = await rest('FB', '37.00');
  const replacement = await replace(replacedLater, '99.00');
  await cancel(canceledLater);
  await move('GOOG', '519.00');
  await trader.waitForEnd(filledLater, LONG_MS);
  await e2e.setFault({ mode: 'DOWN', symbol: 'MSFT' });
  const { body: unsent } = await trader.submit(buyMarket('MSFT', '5'));
  const isWaiting = async () => (await askStanding(e2e, unsent.id))?.waiting?.for !== undefined;
  await waitUntil(isWaiting, { timeoutMs: LONG_MS, message: 'the venue has it' });

  await killOurs();
  await e2e.setFault({ mode: 'NONE' });
  await move('FB', '36.50');
  await runbook.run('restore-postgres', { folder });
  await startAgain();
  expect(await reconcile()).not.toHaveProperty('FAILED');

  for (const orderId of [bought, sold, filledMeanwhile, filledLater])
    expect(await trader.waitForEnd(orderId, LONG_MS)).toMatchObject({ status: 'FILLED' });
  expect(await trader.getOrder(canceledLater)).toMatchObject({ status: 'CANCELED' });
  expect(await trader.getOrder(replacedLater)).toMatchObject({
    status: 'REPLACED',
    replacedBy: replacement,
  });
  const again = await trader.submit(buyMarket('AAPL', '10'), 'bought');
  expect(again).toMatchObject({ status: 202, body: { id: bought } });
  expect(await trader.getPosition('AAPL')).toMatchObject({ quantity: '6' });
  expect(await trader.waitForEnd(unsent.id, LONG_MS)).toMatchObject({ status: 'FILLED' });
  expect(await openBreaks()).toEqual([]);
  await untilNothingIsFound();
  await expectBooksInOrder({ hub: e2e.hub, venue });
  for (const orderId of [resting, replacement, stays]) await expectAlive(orderId);
});

it('gives open orders their workflows back, and ends those that run again, when Temporal was restored', async () => {
  const [canceledLater, stays] = [await rest('IBM', '100.00'), await rest('IBM', '102.00')];
  await runbook.run('back-up', { folder });
  const resting = await rest('IBM', '103.00');
  await trade(buyMarket('AAPL', '10'));
  await cancel(canceledLater);

  await killOurs();
  await runbook.run('restore-temporal', { folder });
  await startAgain();
  expect(await reconcile()).toEqual({ STARTED: [resting], TOLD: [canceledLater] });
  await untilNothingIsFound();
  expect(await workflowOf(canceledLater)).toBe('COMPLETED');
  for (const orderId of [resting, stays]) await expectAlive(orderId);
  await expectBooksInOrder({ hub: e2e.hub, venue });
});

it('gives each open order a new workflow when Temporal has lost everything', async () => {
  const stays = await rest('IBM', '102.00');
  await killOurs();
  await runbook.run('empty-temporal');
  await startAgain();
  expect(await reconcile()).toEqual({ STARTED: [stays] });
  await expectAlive(stays);
  await trade(buyMarket('AAPL', '10'));
  await expectBooksInOrder({ hub: e2e.hub, venue });
});

it('raises what the venue alone remembers, and gives it back to the client who sends its key again', async () => {
  const filledLater = await rest('GOOG', '510.00');
  await runbook.run('back-up', { folder });
  const resting = await rest('IBM', '103.00', 'resting');
  const bought = await trade(buyMarket('AAPL', '10'), 'bought');
  await move('GOOG', '509.00');
  await trader.waitForEnd(filledLater, LONG_MS);

  await killOurs();
  for (const box of ['restore-postgres', 'restore-temporal']) await runbook.run(box, { folder });
  await startAgain();
  await reconcile();
  expect(await trader.waitForEnd(filledLater, LONG_MS)).toMatchObject({ status: 'FILLED' });
  const isRaised = async () => {
    const raised = new Set((await openBreaks()).map(({ details }) => details.orderId));
    return raised.has(resting) && raised.has(bought);
  };
  await waitUntil(isRaised, { timeoutMs: LONG_MS, message: 'what is unknown is not raised' });
  for (const { id, kind, details } of await openBreaks()) {
    expect({ kind, order: details.order }).toMatchObject({
      kind: 'UNKNOWN_ORDER',
      order: { side: 'BUY', quantity: '10' },
    });
    await runbook.run('resolve-break', { breakId: id });
  }
  const answers = [
    await submitUntilAnswered(trader, buyLimit('IBM', '10', '103.00'), 'resting'),
    await submitUntilAnswered(trader, buyMarket('AAPL', '10'), 'bought'),
  ];
  expect(answers.map(({ body }) => body.id)).toEqual([resting, bought]);
  await trader.waitForOrder(resting, ({ status }) => status === 'NEW', LONG_MS);
  await trader.waitForEnd(bought, LONG_MS);
  expect(await trader.getPosition('AAPL')).toMatchObject({ quantity: '10' });
  await expectBooksInOrder({ hub: e2e.hub, venue });
});
