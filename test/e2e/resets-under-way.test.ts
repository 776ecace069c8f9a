import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { orderWorkflowId } from '../../contracts/ids.ts';
import { CANCEL_UPDATE } from '../../contracts/orders/workflow-messages.ts';
import { waitUntil } from '../../dev/wait-until.ts';
import { SCENARIOS } from '../histories/catalog.ts';
import {
  cancelAndWait,
  fill,
  IBM,
  replaceOrder,
  rest,
  submit,
  waitForFailures,
  waitForStatus,
  waitForWorkflowEnd,
  workflowOf,
} from '../histories/order-steps.ts';
import type { Played } from '../histories/scenario.ts';
import { type Stage, startStage } from '../histories/stage.ts';
import { expectBooksInOrder } from '../support/books-in-order.ts';
import { buyMarket } from '../support/e2e-client.ts';
import type { Trader } from '../support/e2e-stack.ts';
import { createResetCli, type ResetCli } from '../support/reset-cli.ts';
import { createProver, type Prover } from '../support/reset-proof.ts';
import { currentRun, listPoints, readStanding } from '../support/reset-standing.ts';

const PATIENCE = { timeoutMs: 60_000, everyMs: 10 };
/** Less than a caller waits for the venue (0.8 s), and enough for a reset meanwhile. */
const SLOWLY_MS = 700;
/** temporal.api.enums.v1.PendingActivityState */
const STARTED = 2;

let stage: Stage;
let cli: ResetCli;
let prover: Prover;

beforeAll(async () => {
  stage = await startStage({ workers: 'quick' });
  cli = await createResetCli(stage.e2e.stack);
  prover = createProver(stage, cli);
});

afterAll(() => stage?.stop());

const heal = () => stage.e2e.setFault({ mode: 'NONE' });

afterEach(async () => {
  await heal();
  await stage.move('IBM', IBM.last);
});

async function play(name: string): Promise<Played> {
  const scenario = SCENARIOS.find((one) => one.name === name);
  if (!scenario) throw new Error(`there is no scenario ${name}`);
  return scenario.play(stage);
}

async function waitForActivity(orderId: string, activity: string): Promise<void> {
  const handle = stage.e2e.temporal.workflow.getHandle(orderWorkflowId(orderId));
  const isUnderWay = async () =>
    (await handle.describe()).raw.pendingActivities?.some(
      ({ activityType, state }) => activityType?.name === activity && state === STARTED,
    ) === true;
  await waitUntil(isUnderWay, { ...PATIENCE, message: `${activity} is not under way` });
}

const tradesThere = (orderId: string) =>
  stage.e2e
    .venue`select 1 from execution_reports where exec_type = 'TRADE' and client_order_id = ${orderId}`;

async function expectFilledOnce(trader: Trader, orderId: string, quantity: string): Promise<void> {
  await waitForStatus(trader, orderId, 'FILLED');
  await waitForWorkflowEnd(stage, orderWorkflowId(orderId));
  expect((await trader.listExecutions(orderId)).map((execution) => execution.quantity)).toEqual([
    quantity,
  ]);
  expect(await tradesThere(orderId)).toHaveLength(1);
}

it('cancels once when the order is reset while the venue is being asked', async () => {
  const trader = await stage.e2e.createTrader();
  const { id } = await rest(trader);
  await stage.e2e.setFault({ mode: 'SLOW', target: 'CANCEL_ORDER', delayMs: SLOWLY_MS });
  const canceling = trader.cancel(id);
  await waitForActivity(id, 'cancelOrder');
  await cli.toType(orderWorkflowId(id), 'FirstWorkflowTask');
  await waitForStatus(trader, id, 'CANCELED');
  await waitForWorkflowEnd(stage, orderWorkflowId(id));
  await canceling;
  await heal();
  expect(
    await stage.e2e
      .venue`select 1 from execution_reports where exec_type = 'CANCELED' and client_order_id = ${id}`,
  ).toHaveLength(1);
});

it('places once when the order is reset while it is on its way to the venue', async () => {
  const trader = await stage.e2e.createTrader();
  await stage.e2e.setFault({ mode: 'DOWN', target: 'PLACE_ORDER' });
  const { id } = await submit(trader, buyMarket('IBM', '10'));
  await waitForFailures(stage, id, 3);
  await stage.e2e.setFault({ mode: 'SLOW', target: 'PLACE_ORDER', delayMs: SLOWLY_MS });
  await waitForActivity(id, 'executeOrder');
  await cli.toType(orderWorkflowId(id), 'LastWorkflowTask');
  await expectFilledOnce(trader, id, '10');
  await heal();
});

it('replaces once when the original is reset while the venue is being asked', async () => {
  const trader = await stage.e2e.createTrader();
  const { id } = await rest(trader);
  await stage.e2e.setFault({ mode: 'SLOW', target: 'REPLACE_ORDER', delayMs: SLOWLY_MS });
  const replacing = replaceOrder(trader, id, { quantity: '12', limitPrice: '121.00' });
  await waitForActivity(id, 'replaceOrder');
  await cli.toType(orderWorkflowId(id), 'FirstWorkflowTask');
  const { body } = await replacing;
  await heal();
  await waitForStatus(trader, id, 'REPLACED');
  await waitForStatus(trader, body.id, 'NEW');
  expect(await stage.e2e.venue`select 1 from orders where replaces = ${id}`).toHaveLength(1);
  await cancelAndWait(trader, body.id);
  expect(await trader.getBalance()).toMatchObject({ heldCash: '0.00', buyingPower: '100000.00' });
});

it.each([
  'resting-part-filled',
  'resting-filled-in-parts',
  'part-filled-then-canceled',
  'replaced',
])('loses nothing of %s when its signals and updates are not applied again', async (name) => {
  const played = await play(name);
  const [workflow] = played.workflows;
  if (!workflow) throw new Error('nothing was played');
  const first = await currentRun(stage, workflow);
  for (const point of await listPoints(stage, first)) {
    await prover.proveOne(played, workflow, () =>
      cli.toEvent(first, point, { reapplyExclude: 'All' }),
    );
  }
  await played.end?.();
});

it('books a fill whose report was not applied again', async () => {
  const trader = await stage.e2e.createTrader();
  const order = await rest(trader);
  const mend = await stage.breakTable('executions', trader.account.accountId);
  await stage.move('IBM', IBM.crosses);
  await waitForFailures(stage, order.id, 2);
  await stage.move('IBM', IBM.last);
  const run = await currentRun(stage, workflowOf(order.id));
  const [first] = await listPoints(stage, run);
  await cli.toEvent(run, first ?? '', { reapplyExclude: 'All' });
  await mend();
  await expectFilledOnce(trader, order.id, '10');
});

it('does not accept by a reset an order that its client was told is not accepted', async () => {
  const trader = await stage.e2e.createTrader();
  const { accountId } = trader.account;
  const mend = await stage.breakTable('orders', accountId);
  expect(await trader.submit(buyMarket('IBM', '10'))).toMatchObject({ status: 503 });
  let workflowId = '';
  const isListed = async (): Promise<boolean> => {
    for await (const found of stage.e2e.temporal.workflow.list({
      query: `AccountId = '${accountId}'`,
    }))
      workflowId = found.workflowId;
    return workflowId !== '';
  };
  await waitUntil(isListed, { ...PATIENCE, message: 'the order is not listed' });
  const handle = stage.e2e.temporal.workflow.getHandle(workflowId);
  const isGivenUp = async () =>
    (await handle.fetchHistory()).events?.some((event) => event.timerStartedEventAttributes) ===
    true;
  await waitUntil(isGivenUp, { ...PATIENCE, message: 'the order is not given up' });
  await mend();
  await cli.toType(workflowId, 'FirstWorkflowTask');
  await waitForWorkflowEnd(stage, workflowId);
  expect(await readStanding(stage, workflowId)).toEqual({
    status: 'COMPLETED',
    said: null,
  });
  expect(await stage.e2e.hub`select 1 from orders where account_id = ${accountId}`).toHaveLength(0);
  expect(await trader.getBalance()).toMatchObject({ heldCash: '0.00', buyingPower: '100000.00' });
});

it('completes an order that an operator had ended with the fill that came later', async () => {
  const trader = await stage.e2e.createTrader();
  const order = await rest(trader);
  await stage.e2e.setFault({ mode: 'DOWN', target: 'CANCEL_ORDER' });
  const handle = stage.e2e.temporal.workflow.getHandle(orderWorkflowId(order.id));
  await handle.startUpdate(CANCEL_UPDATE, { args: ['client'], waitForStage: 'ACCEPTED' });
  await waitForFailures(stage, order.id, 2);
  await stage.operator.send('POST', `/v1/admin/orders/${order.id}/fail`, {
    body: { reason: 'the venue is silent' },
  });
  await waitForStatus(trader, order.id, 'CANCELED');
  await waitForWorkflowEnd(stage, handle.workflowId);
  await heal();
  await fill(stage, trader, order, 10, '10');
  await cli.toType(handle.workflowId, 'FirstWorkflowTask');
  await waitForWorkflowEnd(stage, handle.workflowId);
  expect(await handle.result()).toMatchObject({ status: 'FILLED', filledQuantity: '10' });
  await expectFilledOnce(trader, order.id, '10');
});

it('leaves books that add up', async () => {
  await expectBooksInOrder(stage.e2e);
});
