import { orderWorkflowId } from '../../../contracts/ids.ts';
import { REQUEST_CANCEL_SIGNAL } from '../../../contracts/orders/workflow-messages.ts';
import type { Trader } from '../../support/e2e-stack.ts';
import {
  cancelAndWait,
  fill,
  IBM,
  replaceOrder,
  rest,
  submit,
  waitForStatus,
  waitForWorkflowEnd,
  workflowOf,
} from '../order-steps.ts';
import type { Played, Scenario } from '../scenario.ts';
import type { Stage } from '../stage.ts';

const handleOf = ({ e2e }: Stage, orderId: string) =>
  e2e.temporal.workflow.getHandle(orderWorkflowId(orderId));

async function ended(stage: Stage, trader: Trader, orderId: string): Promise<Played> {
  await waitForWorkflowEnd(stage, orderWorkflowId(orderId));
  return { workflows: [workflowOf(orderId)], accountIds: [trader.account.accountId] };
}

const open = (
  trader: Trader,
  orderId: string,
  end: () => Promise<unknown> = () => cancelAndWait(trader, orderId),
): Played => ({
  workflows: [workflowOf(orderId)],
  accountIds: [trader.account.accountId],
  end: async () => void (await end()),
});

/** Replaced by an order for 12 shares at a dollar more. */
async function replace(trader: Trader, orderId: string): Promise<string> {
  const { status, body, text } = await replaceOrder(trader, orderId, {
    quantity: '12',
    limitPrice: '121.00',
  });
  if (status !== 202) throw new Error(`it was not replaced: ${status} ${text}`);
  await waitForStatus(trader, orderId, 'REPLACED');
  await waitForStatus(trader, body.id, 'NEW');
  return body.id;
}

/** Orders that rest at the venue, and how they end. */
export const RESTING: readonly Scenario[] = [
  {
    name: 'limit-resting',
    title: 'a limit order at rest',
    async play(stage) {
      const trader = await stage.e2e.createTrader();
      const order = await rest(trader);
      return open(trader, order.id, () => fill(stage, trader, order, 10, '10'));
    },
  },
  {
    name: 'resting-part-filled',
    title: 'a limit order at rest that is filled in part',
    async play(stage) {
      const trader = await stage.e2e.createTrader();
      const order = await rest(trader);
      await fill(stage, trader, order, 3, '3');
      return open(trader, order.id);
    },
  },
  {
    name: 'resting-filled-in-parts',
    title: 'a limit order that three reports fill',
    async play(stage) {
      const trader = await stage.e2e.createTrader();
      const order = await rest(trader);
      await fill(stage, trader, order, 3, '3');
      await fill(stage, trader, order, 4, '7');
      await fill(stage, trader, order, 5, '10');
      return ended(stage, trader, order.id);
    },
  },
  {
    name: 'canceled-by-update',
    title: 'a resting order that its client cancels',
    async play(stage) {
      const trader = await stage.e2e.createTrader();
      const { id } = await rest(trader);
      await cancelAndWait(trader, id);
      return ended(stage, trader, id);
    },
  },
  {
    name: 'part-filled-then-canceled',
    title: 'a resting order that is canceled after a part of it was filled',
    async play(stage) {
      const trader = await stage.e2e.createTrader();
      const order = await rest(trader);
      await fill(stage, trader, order, 3, '3');
      await cancelAndWait(trader, order.id);
      return ended(stage, trader, order.id);
    },
  },
  {
    name: 'canceled-by-temporal',
    title: 'a resting order whose workflow an operator cancels in Temporal',
    async play(stage) {
      const trader = await stage.e2e.createTrader();
      const { id } = await rest(trader);
      await handleOf(stage, id).cancel();
      await waitForStatus(trader, id, 'CANCELED');
      return ended(stage, trader, id);
    },
  },
  {
    name: 'canceled-by-signal',
    title: 'a resting order whose cancel nobody waits for',
    async play(stage) {
      const trader = await stage.e2e.createTrader();
      const { id } = await rest(trader);
      await handleOf(stage, id).signal(REQUEST_CANCEL_SIGNAL, 'client');
      await waitForStatus(trader, id, 'CANCELED');
      return ended(stage, trader, id);
    },
  },
  {
    name: 'cancel-overtaken-by-fill',
    title: 'a cancel that does not get through until the order is filled',
    async play(stage) {
      const trader = await stage.e2e.createTrader();
      const order = await rest(trader);
      await stage.e2e.setFault({ mode: 'DOWN', target: 'CANCEL_ORDER' });
      const canceling = trader.cancel(order.id);
      await waitForStatus(trader, order.id, 'PENDING_CANCEL');
      await fill(stage, trader, order, 10, '10');
      await canceling;
      await stage.e2e.setFault({ mode: 'NONE' });
      return ended(stage, trader, order.id);
    },
  },
  {
    name: 'replaced',
    title: 'a resting order in whose place another one rests',
    async play(stage) {
      const trader = await stage.e2e.createTrader();
      const { id } = await rest(trader);
      const replacementId = await replace(trader, id);
      await waitForWorkflowEnd(stage, orderWorkflowId(id));
      return {
        ...open(trader, replacementId),
        workflows: [workflowOf(id), workflowOf(replacementId, 'replacement')],
      };
    },
  },
  {
    name: 'replaced-in-part-then-filled',
    title: 'an order that is replaced after a part of it was filled; its replacement is filled',
    async play(stage) {
      const trader = await stage.e2e.createTrader();
      const order = await rest(trader);
      await fill(stage, trader, order, 3, '3');
      const replacementId = await replace(trader, order.id);
      await fill(stage, trader, { ...order, id: replacementId }, 9, '9');
      const played = await ended(stage, trader, replacementId);
      return {
        ...played,
        workflows: [workflowOf(order.id), workflowOf(replacementId, 'replacement')],
      };
    },
  },
  {
    name: 'replace-rejected',
    title: 'an order whose replacement the venue rejects: it rests as before',
    async play(stage) {
      const trader = await stage.e2e.createTrader();
      const { id } = await rest(trader);
      await stage.e2e.setFault({ mode: 'REJECT', target: 'REPLACE_ORDER', calls: 1 });
      const { status, text } = await replaceOrder(trader, id, { quantity: '12' });
      if (status !== 422) throw new Error(`the replacement was not rejected: ${status} ${text}`);
      await stage.e2e.setFault({ mode: 'NONE' });
      await waitForStatus(trader, id, 'NEW');
      return open(trader, id);
    },
  },
  {
    name: 'stop-triggered',
    title: 'a stop order that the market comes to',
    async play(stage) {
      const trader = await stage.e2e.createTrader();
      const order = {
        symbol: 'IBM',
        side: 'BUY',
        type: 'STOP',
        timeInForce: 'GTC',
        quantity: '10',
        stopPrice: '129.00',
      } as const;
      const { id } = await submit(trader, order);
      await waitForStatus(trader, id, 'NEW');
      await stage.move('IBM', '129.10');
      await waitForStatus(trader, id, 'FILLED');
      await stage.move('IBM', IBM.last);
      return ended(stage, trader, id);
    },
  },
  {
    name: 'silent-broker-asked',
    title: 'a resting order whose fill nobody reported: the workflow asks the venue',
    needsQuickWorkers: true,
    async play(stage) {
      const trader = await stage.e2e.createTrader();
      const order = await rest(trader);
      await stage.e2e.setFault({ mode: 'DROP_REPORTS', symbol: 'IBM' });
      await fill(stage, trader, order, 10, '10');
      await stage.e2e.setFault({ mode: 'NONE' });
      return ended(stage, trader, order.id);
    },
  },
];
