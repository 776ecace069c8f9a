import { WorkflowUpdateFailedError } from '@temporalio/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { orderWorkflowId } from '../../contracts/ids.ts';
import { RETRY_NOW_UPDATE } from '../../contracts/orders/workflow-messages.ts';
import { waitUntil } from '../../dev/wait-until.ts';
import { expectBooksInOrder } from '../support/books-in-order.ts';
import { LOOK_FIRST } from '../support/changes/look-first.ts';
import { buyLimit, buyMarket } from '../support/e2e-client.ts';
import { askStanding, waitUntilAtRest } from '../support/e2e-rest.ts';
import { type OwnE2eStack, startE2eStack, type Trader } from '../support/e2e-stack.ts';
import {
  cancelResting,
  createSellers,
  moveBack,
  moveToResting,
  planLoad,
  sendLoad,
} from '../support/fault-load.ts';
import {
  createMoveMarket,
  MANUAL_MARKET_ENTRY,
  type MoveMarket,
} from '../support/manual-market.ts';
import {
  buildsOf,
  listNonDeterminism,
  patchesOf,
  readTrail,
  stepsOf,
  type TrailEvent,
} from '../support/order-trail.ts';
import { checkHub } from '../support/trading-invariants.ts';
import { seededRandom } from '../support/trading-load.ts';
import { operateDeployment, type WorkerDeployment } from '../support/worker-deployment.ts';
import { startWorkerProcess, type WorkerProcess } from '../support/worker-process.ts';

const DEPLOYMENT = 'hub-e2e';
const LONG_MS = 60_000;
const SHARES_OFFERED = 1_000;
const LOAD = 40;
const SEED = 20_261_124;
const OPERATOR = { operator: 'user/operator', reason: 'the venue is back' };

let e2e: OwnE2eStack;
let deployment: WorkerDeployment;
let move: MoveMarket;
let traders: Trader[];
let trader: Trader;
let changed: WorkerProcess[] = [];

/**
 * Version `a` is the stack's own workers; the changed ones poll from the start on, and get nothing.
 */
beforeAll(async () => {
  const version = { TEMPORAL_DEPLOYMENT_NAME: DEPLOYMENT, TEMPORAL_WORKER_BUILD_ID: 'a' };
  e2e = await startE2eStack({ env: { workers: version }, marketData: MANUAL_MARKET_ENTRY });
  deployment = operateDeployment(e2e.temporal, DEPLOYMENT);
  move = createMoveMarket(e2e.stack.urls.marketData, SHARES_OFFERED);
  changed = await Promise.all([startChanged('b', 'guarded'), startChanged('c', 'unguarded')]);
});

afterAll(async () => {
  await Promise.all(changed.map((worker) => worker.stop()));
  await e2e.stop();
});

function startChanged(buildId: string, change: 'guarded' | 'unguarded'): Promise<WorkerProcess> {
  // Next to nothing is cached, so nearly every task replays the order from its beginning.
  const env = { ...deployment.env(buildId), WORKFLOW_CHANGE: change, CACHED_WORKFLOWS_MAX: '1' };
  return startWorkerProcess({
    stackEnv: e2e.stack.env,
    name: buildId,
    env,
    entry: 'test/support/changed-workers.ts',
  });
}

async function rest(): Promise<string> {
  const { body } = await trader.submit(buyLimit('IBM', '10', '115.00'));
  await trader.waitForOrder(body.id, ({ status }) => status === 'NEW', LONG_MS);
  return body.id;
}

const rejectGoog = () => e2e.setFault({ mode: 'DOWN', target: 'PLACE_ORDER', symbol: 'GOOG' });
const heal = () => e2e.setFault({ mode: 'NONE' });

/**
 * An order that waits for its next attempt, after one at least as a step of its own; needs {@link
 * rejectGoog}.
 */
async function failToPlace(): Promise<string> {
  const { body } = await trader.submit(buyLimit('GOOG', '1', '500.00'));
  const isWaiting = async () => ((await askStanding(e2e, body.id))?.waiting?.failures ?? 0) >= 3;
  await waitUntil(isWaiting, {
    timeoutMs: LONG_MS,
    message: 'the order does not wait for its next attempt',
  });
  return body.id;
}

/** Rejected when the next attempt has come by itself. */
async function retryNow(orderId: string): Promise<void> {
  try {
    await e2e.temporal.workflow
      .getHandle(orderWorkflowId(orderId))
      .executeUpdate(RETRY_NOW_UPDATE, { args: [OPERATOR] });
  } catch (error) {
    if (!(error instanceof WorkflowUpdateFailedError)) throw error;
  }
}

/** Where the order took the way of the change: not what else is guarded. */
const changesOf = (trail: TrailEvent[]): string[] =>
  patchesOf(trail).filter((id) => Object.values<string>(LOOK_FIRST).includes(id));

const readTrails = (orderIds: readonly string[]): Promise<TrailEvent[][]> =>
  Promise.all(orderIds.map((orderId) => readTrail(e2e.temporal, orderId)));

async function waitUntilStuck(orderId: string): Promise<void> {
  const isStuck = async () => listNonDeterminism(await readTrail(e2e.temporal, orderId)).length > 0;
  await waitUntil(isStuck, { timeoutMs: LONG_MS, everyMs: 250, message: 'the order is not stuck' });
}

async function cancel(orderId: string): Promise<void> {
  expect((await trader.cancel(orderId)).status).toBe(202);
}

/** Until its history is whole, too. */
async function waitForCancel(orderId: string): Promise<void> {
  await trader.waitForOrder(orderId, ({ status }) => status === 'CANCELED', LONG_MS);
  await e2e.temporal.workflow.getHandle(orderWorkflowId(orderId)).result();
}

it('trades nothing, and loses nothing, before the first version is made current', async () => {
  const [early] = await e2e.createTraders(1);
  const { status, body } = await (early as Trader).submit(buyMarket('MSFT', '1'));
  expect(status).toBe(202);
  expect(body.status).toBe('PENDING_NEW');
  await deployment.setCurrent('a');
  expect(await (early as Trader).waitForEnd(body.id, LONG_MS)).toMatchObject({ status: 'FILLED' });
});

it('rolls a guarded change out under way: at half the orders, at all of them, without the old workers', async () => {
  traders = await createSellers(e2e, move, 4);
  trader = traders[0] as Trader;
  const resting = [await rest(), await rest(), await rest()] as const;
  await rejectGoog();
  const retrying = [await failToPlace(), await failToPlace()];
  await deployment.setRamping('b', 50);
  await cancel(resting[0]);
  const sent = await sendLoad(traders, planLoad(LOAD, seededRandom(SEED)));
  await moveToResting(move);
  await cancelResting(sent);
  await deployment.setCurrent('b');
  await heal();
  for (const orderId of retrying) await retryNow(orderId);
  for (const orderId of retrying)
    await trader.waitForOrder(orderId, ({ status }) => status === 'NEW', LONG_MS);
  await cancel(resting[1]);
  await e2e.stack.processes.workers?.stop();
  await move('IBM', '114.00');
  expect(await trader.waitForEnd(resting[2], LONG_MS)).toMatchObject({ status: 'FILLED' });
  for (const orderId of retrying) await cancel(orderId);
  await moveBack(move);
  await waitUntilAtRest(e2e);

  const ofLoad = await readTrails(sent.map(({ order }) => order.id));
  const ofResting = await readTrails(resting);
  const ofRetrying = await readTrails(retrying);
  expect(new Set(ofLoad.flatMap(buildsOf))).toEqual(new Set(['a', 'b']));
  expect(ofResting.slice(1).map(buildsOf)).toEqual([
    ['a', 'b'],
    ['a', 'b'],
  ]);
  expect(stepsOf(ofResting[1] ?? [])).toEqual(['findDecision', 'cancelOrder']);
  for (const trail of ofRetrying) {
    expect(buildsOf(trail)).toEqual(['a', 'b']);
    expect(stepsOf(trail).slice(0, 2)).toEqual(['executeOrder', 'executeOrder']);
    expect(changesOf(trail)).toEqual([LOOK_FIRST.executeOrder, LOOK_FIRST.cancelOrder]);
  }
  expect([...ofLoad, ...ofResting, ...ofRetrying].flatMap(listNonDeterminism)).toEqual([]);
  await expectBooksInOrder(e2e);
});

it('goes back to the old version: at once for an order that has not passed the change, after a reset for one that has', async () => {
  const untouched = await rest();
  await rejectGoog();
  const touched = await failToPlace();
  await heal();
  await retryNow(touched);
  await trader.waitForOrder(touched, ({ status }) => status === 'NEW', LONG_MS);
  expect(changesOf(await readTrail(e2e.temporal, touched))).toEqual([LOOK_FIRST.executeOrder]);
  await e2e.stack.processes.workers?.start();
  await deployment.setCurrent('a');

  await cancel(untouched);
  await waitForCancel(untouched);
  const trail = await readTrail(e2e.temporal, untouched);
  expect({ builds: buildsOf(trail), steps: stepsOf(trail) }).toEqual({
    builds: ['b', 'a'],
    steps: ['cancelOrder'],
  });

  await cancel(touched);
  await waitUntilStuck(touched);
  expect((await trader.getOrder(touched)).status).toBe('NEW');
  await deployment.resetTouchedOrders('b', 'roll back b');
  await waitForCancel(touched);
  expect(buildsOf(await readTrail(e2e.temporal, touched))).toEqual(['a']);
  await waitUntilAtRest(e2e);
  await expectBooksInOrder(e2e);
});

it('loses nothing by the same change without its guard: what gets stuck goes on with the old version, what was written wrong after a reset', async () => {
  await rejectGoog();
  const begunBefore = await failToPlace();
  const held = (await trader.getBalance()).heldCash;
  await deployment.setCurrent('c');
  await cancel(begunBefore);
  await waitUntilStuck(begunBefore);
  expect(await trader.getOrder(begunBefore)).toMatchObject({
    status: 'PENDING_NEW',
    leavesQuantity: '1',
  });
  expect((await trader.getBalance()).heldCash).toBe(held);
  expect(await checkHub(e2e.hub)).toEqual([]);
  const begunOnIt = await failToPlace();

  await deployment.setCurrent('a');
  await waitForCancel(begunBefore);
  expect(buildsOf(await readTrail(e2e.temporal, begunBefore))).toEqual(['a']);
  await heal();
  await cancel(begunOnIt);
  await waitUntilStuck(begunOnIt);
  await deployment.resetTouchedOrders('c', 'roll back c');
  await waitForCancel(begunOnIt);
  await waitUntilAtRest(e2e);
  await expectBooksInOrder(e2e);
});
