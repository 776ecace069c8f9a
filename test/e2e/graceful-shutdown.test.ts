import { afterAll, beforeAll, expect, it } from 'vitest';
import { orderWorkflowId } from '../../contracts/ids.ts';
import { waitUntil } from '../../dev/wait-until.ts';
import { expectBooksInOrder } from '../support/books-in-order.ts';
import { lockAccount } from '../support/e2e-account-lock.ts';
import { buyLimit, buyMarket } from '../support/e2e-client.ts';
import { type OwnE2eStack, startE2eStack, type Trader } from '../support/e2e-stack.ts';
import {
  createMoveMarket,
  MANUAL_MARKET_ENTRY,
  type MoveMarket,
} from '../support/manual-market.ts';
import { listTaskFailures, readTrail } from '../support/order-trail.ts';
import { startWorkerProcess, type WorkerProcess } from '../support/worker-process.ts';

const LONG_MS = 30_000;
const SHARES_OFFERED = 1_000;
/** Within the 0.8 s that a caller waits for the venue. */
const SLOW_MS = 400;
const ORDERS = 12;

let e2e: OwnE2eStack;
let move: MoveMarket;
let trader: Trader;
let workers: WorkerProcess[];

beforeAll(async () => {
  e2e = await startE2eStack({ marketData: MANUAL_MARKET_ENTRY });
  move = createMoveMarket(e2e.stack.urls.marketData, SHARES_OFFERED);
  const start = (name: string) => startWorkerProcess({ stackEnv: e2e.stack.env, name });
  workers = await Promise.all(['first', 'second', 'third'].map(start));
  await e2e.stack.processes.workers?.stop();
  trader = await e2e.createTrader();
});

afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.stop()));
  await e2e.stop();
});

/**
 * The one of {@link workers} that runs a step of the order at this moment; it is taken out of them.
 */
async function takeWorkerOf(orderId: string): Promise<WorkerProcess> {
  const handle = e2e.temporal.workflow.getHandle(orderWorkflowId(orderId));
  let found: WorkerProcess | undefined;
  const isRunning = async (): Promise<boolean> => {
    const { raw } = await handle.describe();
    const identity = raw.pendingActivities?.[0]?.lastWorkerIdentity ?? '';
    found = workers.find(({ pid }) => identity.startsWith(`${pid}@`));
    return found !== undefined;
  };
  await waitUntil(isRunning, { timeoutMs: LONG_MS, message: 'no worker runs a step of the order' });
  if (!found) throw new Error('no worker runs a step of the order');
  workers = workers.filter((worker) => worker !== found);
  return found;
}

async function rest(): Promise<string> {
  const { body } = await trader.submit(buyLimit('IBM', '10', '120.00'));
  await trader.waitForOrder(body.id, ({ status }) => status === 'NEW', LONG_MS);
  return body.id;
}

it('lets a step finish, on its first attempt, when its worker is told to stop in the middle of it; another goes on with the order', async () => {
  const orderId = await rest();
  const lock = await lockAccount(e2e.stack.env.DATABASE_URL ?? '', trader.account.accountId);
  const canceling = trader.cancel(orderId);
  const worker = await takeWorkerOf(orderId);
  await lock.waitForBlocked('hub-workers');
  await worker.beginShutdown();
  await lock.release();

  expect(await worker.ended).toBe('exit code 0');
  expect((await canceling).status).toBe(202);
  expect(await trader.waitForEnd(orderId, LONG_MS)).toMatchObject({ status: 'CANCELED' });
  await e2e.temporal.workflow.getHandle(orderWorkflowId(orderId)).result();
  const trail = await readTrail(e2e.temporal, orderId);
  expect(listTaskFailures(trail)).toEqual([]);
  const [step] = trail.filter(({ name }) => name === 'activityTaskStarted');
  expect(step?.attributes).toMatchObject({
    attempt: 1,
    identity: expect.stringContaining(`${worker.pid}@`),
  });
  expect(trail.map(({ name }) => name)).toContain('activityTaskCompleted');
});

it('loses no order of those that are on their way when a worker is told to stop, and the other hears the venue from then on', async () => {
  const resting = await rest();
  await e2e.setFault({ mode: 'SLOW', delayMs: SLOW_MS, target: 'PLACE_ORDER' });
  const sending = Array.from({ length: ORDERS }, () => trader.submit(buyMarket('MSFT', '1')));
  await Promise.race(sending);
  const [worker] = workers.splice(0, 1);
  expect(await worker?.shutDown()).toBe('exit code 0');

  const sent = await Promise.all(sending);
  for (const { body } of sent)
    expect(await trader.waitForEnd(body.id, LONG_MS)).toMatchObject({
      status: 'FILLED',
      filledQuantity: '1',
    });
  const trails = await Promise.all(sent.map(({ body }) => readTrail(e2e.temporal, body.id)));
  // A workflow task on its way from the server to the worker at that very moment is given to
  // another after its 10 s.
  expect(
    trails.flatMap(listTaskFailures).filter((name) => name !== 'workflowTaskTimedOut'),
  ).toEqual([]);
  await e2e.setFault({ mode: 'NONE' });
  await move('IBM', '119.00');
  expect(await trader.waitForEnd(resting, LONG_MS)).toMatchObject({ status: 'FILLED' });
  expect((await trader.getPosition('MSFT')).quantity).toBe(String(ORDERS));
  await expectBooksInOrder(e2e);
});
