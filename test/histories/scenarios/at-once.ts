import { v7 as uuidV7 } from 'uuid';
import { orderWorkflowId } from '../../../contracts/ids.ts';
import type { OrderSubmission } from '../../../contracts/orders/order.ts';
import { buyLimit, buyMarket } from '../../support/e2e-client.ts';
import type { Trader } from '../../support/e2e-stack.ts';
import { IBM, submit, waitForStatus, waitForWorkflowEnd, workflowOf } from '../order-steps.ts';
import type { Played, Scenario } from '../scenario.ts';
import type { Stage } from '../stage.ts';

const ACCEPT_WITHIN_MS = 60_000;

/** As the API would start the workflow, had it not gone away before it decided. */
async function startUndecided(
  { orders }: Stage,
  { account }: Trader,
  acceptWithinMs: number,
  orderId = uuidV7(),
): Promise<string> {
  const { symbol, side, type, timeInForce, quantity } = buyMarket('IBM', '10');
  const terms = {
    symbol,
    side,
    type,
    timeInForce,
    quantity,
    notional: null,
    limitPrice: null,
    stopPrice: null,
    trailPercent: null,
  };
  const nowMs = Date.now();
  const submission: OrderSubmission = {
    ...{ ...terms, clientOrderId: null, orderId, accountId: account.accountId, idempotency: null },
    ...{
      submittedAt: new Date(nowMs).toISOString(),
      acceptBy: new Date(nowMs + acceptWithinMs).toISOString(),
    },
  };
  await orders.startOrder(submission);
  return submission.orderId;
}

const ended = async (
  stage: Stage,
  trader: Trader,
  orderId: string,
  label = 'order',
): Promise<Played> => {
  await waitForWorkflowEnd(stage, orderWorkflowId(orderId));
  return { workflows: [workflowOf(orderId, label)], accountIds: [trader.account.accountId] };
};

/** Orders that end as soon as they begin. */
export const AT_ONCE: readonly Scenario[] = [
  {
    name: 'market-buy-filled',
    title: 'a market order that the venue fills in its answer',
    async play(stage) {
      const trader = await stage.e2e.createTrader();
      const { id } = await submit(trader, buyMarket('IBM', '10'));
      await waitForStatus(trader, id, 'FILLED');
      return ended(stage, trader, id);
    },
  },
  {
    name: 'market-sell-filled',
    title: 'a sale of shares that were bought before',
    async play(stage) {
      const trader = await stage.e2e.createTrader();
      const bought = await submit(trader, buyMarket('IBM', '10'));
      await waitForStatus(trader, bought.id, 'FILLED');
      const { id } = await submit(trader, { ...buyMarket('IBM', '4'), side: 'SELL' });
      await waitForStatus(trader, id, 'FILLED');
      return ended(stage, trader, id, 'sale');
    },
  },
  {
    name: 'rejected-at-acceptance',
    title: 'an order for more than the buying power',
    async play(stage) {
      const trader = await stage.e2e.createTrader('100.00');
      const { body, status, text } = await trader.submit(buyMarket('IBM', '10'));
      if (status !== 422 || body.orderId === undefined)
        throw new Error(`it was not rejected: ${status} ${text}`);
      // As it is for an account whose orders were accepted until now: its workflow is started ahead
      // of the decision.
      return ended(
        stage,
        trader,
        await startUndecided(stage, trader, ACCEPT_WITHIN_MS, body.orderId),
      );
    },
  },
  {
    name: 'rejected-by-the-broker',
    title: 'an order that the venue rejects',
    async play(stage) {
      const trader = await stage.e2e.createTrader();
      await stage.e2e.setFault({ mode: 'REJECT', target: 'PLACE_ORDER', calls: 1 });
      const { id } = await submit(trader, buyMarket('IBM', '10'));
      await waitForStatus(trader, id, 'REJECTED');
      await stage.e2e.setFault({ mode: 'NONE' });
      return ended(stage, trader, id);
    },
  },
  {
    name: 'ioc-part-filled-then-canceled',
    title: 'an IOC order that gets a part of its shares, the rest of which the venue cancels',
    async play(stage) {
      const trader = await stage.e2e.createTrader();
      await stage.move('IBM', IBM.last, 4, false);
      const { id } = await submit(trader, buyLimit('IBM', '10', '131.00', { timeInForce: 'IOC' }));
      await waitForStatus(trader, id, 'CANCELED');
      await stage.move('IBM', IBM.last);
      return ended(stage, trader, id);
    },
  },
  {
    name: 'decided-by-the-worker',
    title: 'an order whose API went away before it decided: the workflow decides',
    async play(stage) {
      const trader = await stage.e2e.createTrader();
      const id = await startUndecided(stage, trader, ACCEPT_WITHIN_MS);
      return ended(stage, trader, id);
    },
  },
  {
    name: 'accept-by-passed',
    title: 'an order that nobody decided on in time',
    async play(stage) {
      const trader = await stage.e2e.createTrader();
      const id = await startUndecided(stage, trader, -1_000);
      return ended(stage, trader, id);
    },
  },
  {
    name: 'abandoned',
    title: 'an order that the API could not decide on and gave up',
    async play(stage) {
      const trader = await stage.e2e.createTrader();
      const mend = await stage.breakTable('orders', trader.account.accountId);
      const { status, body, text } = await trader.submit(buyMarket('IBM', '10'));
      if (status !== 503) throw new Error(`it was not given up: ${status} ${text}`);
      const played = await ended(stage, trader, body.orderId ?? (await findGivenUp(stage, trader)));
      await mend();
      return played;
    },
  },
];

/** The answer to a client that must send a new order does not name the old one. */
async function findGivenUp({ e2e }: Stage, { account }: Trader): Promise<string> {
  for (let look = 0; look < 200; look++) {
    const query = `AccountId = '${account.accountId}'`;
    for await (const { workflowId } of e2e.temporal.workflow.list({ query }))
      return workflowId.slice(orderWorkflowId('').length);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the order that was given up is not found');
}
