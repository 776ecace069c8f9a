import { setTimeout as sleep } from 'node:timers/promises';
import { orderWorkflowId } from '../../../contracts/ids.ts';
import { CANCEL_UPDATE } from '../../../contracts/orders/workflow-messages.ts';
import type { VenueFault } from '../../../dev/venue-faults.ts';
import { buyMarket } from '../../support/e2e-client.ts';
import type { Trader } from '../../support/e2e-stack.ts';
import {
  cancelAndWait,
  IBM,
  interfere,
  replaceOrder,
  rest,
  retryUntilClosed,
  submit,
  waitForFailures,
  waitForStatus,
  waitForWait,
  waitForWorkflowEnd,
  workflowOf,
} from '../order-steps.ts';
import type { Played, Scenario } from '../scenario.ts';
import type { Stage } from '../stage.ts';

/**
 * After so many failures the order waits for long, after one more for an operator
 * (quick-schedules.ts; the real schedules have as many steps).
 */
const FAILURES_BEFORE_LAST_WAIT = 8;

/**
 * As long as a request that was given up may still be on its way to the venue
 * (workflows/orders/order-life.ts), and a little more.
 */
const ARRIVAL_MS_MAX = 5_200;

const NOT_PLACED: VenueFault = { mode: 'DOWN', target: 'PLACE_ORDER' };

async function ended(stage: Stage, trader: Trader, orderId: string): Promise<Played> {
  await waitForWorkflowEnd(stage, orderWorkflowId(orderId));
  return { workflows: [workflowOf(orderId)], accountIds: [trader.account.accountId] };
}

const handleOf = ({ e2e }: Stage, orderId: string) =>
  e2e.temporal.workflow.getHandle(orderWorkflowId(orderId));

const heal = ({ e2e }: Stage): Promise<void> => e2e.setFault({ mode: 'NONE' });

/**
 * An order that waits for its last attempt before an operator is called; the venue still takes no
 * orders.
 */
async function waitInRetry(stage: Stage, trader: Trader): Promise<string> {
  await stage.e2e.setFault(NOT_PLACED);
  const { id } = await submit(trader, buyMarket('IBM', '10'));
  await waitForFailures(stage, id, FAILURES_BEFORE_LAST_WAIT);
  return id;
}

/** An order that waits for an operator; the venue still takes no orders. */
async function suspend(stage: Stage, trader: Trader): Promise<string> {
  const id = await waitInRetry(stage, trader);
  await interfere(stage, id, 'retry');
  await waitForWait(
    stage,
    id,
    ({ for: what }, { status }) => what === 'OPERATOR' && status === 'SUSPENDED',
  );
  return id;
}

async function endByRetry(stage: Stage, trader: Trader, orderId: string): Promise<void> {
  await heal(stage);
  await retryUntilClosed(stage, trader, orderId);
}

/** Orders whose way is not smooth. */
export const IN_TROUBLE: readonly Scenario[] = [
  {
    name: 'broker-down-then-filled',
    title: 'an order that the venue does not take at first',
    async play(stage) {
      const trader = await stage.e2e.createTrader();
      await stage.e2e.setFault(NOT_PLACED);
      const { id } = await submit(trader, buyMarket('IBM', '10'));
      await waitForFailures(stage, id, 3);
      await heal(stage);
      await waitForStatus(trader, id, 'FILLED');
      return ended(stage, trader, id);
    },
  },
  {
    name: 'answer-lost-then-found',
    title: 'an order whose answer is lost and which is found by asking',
    async play(stage) {
      const trader = await stage.e2e.createTrader();
      await stage.e2e.setFault({ mode: 'LOSE_ANSWER', target: 'PLACE_ORDER', calls: 1 });
      const { id } = await submit(trader, buyMarket('IBM', '10'));
      await waitForStatus(trader, id, 'FILLED');
      await heal(stage);
      return ended(stage, trader, id);
    },
  },
  {
    name: 'answers-lost-then-found-later',
    title: 'an order whose answers are all lost for a while: it is found at the venue in the end',
    async play(stage) {
      const trader = await stage.e2e.createTrader();
      await stage.e2e.setFault({ mode: 'LOSE_ANSWER' });
      // It rests: a fill would be told by the stream of reports before anybody asks.
      const { id } = await submit(trader, {
        ...buyMarket('IBM', '10'),
        type: 'LIMIT',
        timeInForce: 'GTC',
        limitPrice: IBM.rests,
      });
      await waitForFailures(stage, id, 2);
      await heal(stage);
      await waitForStatus(trader, id, 'NEW');
      return {
        workflows: [workflowOf(id)],
        accountIds: [trader.account.accountId],
        end: () => cancelAndWait(trader, id),
      };
    },
  },
  {
    name: 'booking-fails-then-filled',
    title: 'an order whose fill cannot be booked at first',
    needsQuickWorkers: true,
    async play(stage) {
      const trader = await stage.e2e.createTrader();
      const mend = await stage.breakTable('executions', trader.account.accountId);
      const { id } = await submit(trader, buyMarket('IBM', '10'));
      await waitForFailures(stage, id, 2);
      await mend();
      await waitForStatus(trader, id, 'FILLED');
      return ended(stage, trader, id);
    },
  },
  {
    name: 'reported-fill-not-booked-at-first',
    title: 'a resting order whose reported fill cannot be booked at first',
    needsQuickWorkers: true,
    async play(stage) {
      const trader = await stage.e2e.createTrader();
      const { id } = await rest(trader);
      const mend = await stage.breakTable('executions', trader.account.accountId);
      await stage.move('IBM', IBM.crosses);
      await waitForFailures(stage, id, 2);
      await stage.move('IBM', IBM.last);
      await mend();
      await waitForStatus(trader, id, 'FILLED');
      return ended(stage, trader, id);
    },
  },
  {
    name: 'suspended-at-booking-then-filled',
    title: 'an order whose fill could not be booked until an operator was called',
    needsQuickWorkers: true,
    async play(stage) {
      const trader = await stage.e2e.createTrader();
      const mend = await stage.breakTable('executions', trader.account.accountId);
      const { id } = await submit(trader, buyMarket('IBM', '10'));
      await waitForWait(
        stage,
        id,
        ({ for: what }, { status }) => what === 'OPERATOR' && status === 'SUSPENDED',
      );
      await mend();
      await retryUntilClosed(stage, trader, id);
      return ended(stage, trader, id);
    },
  },
  {
    name: 'waiting-for-a-retry',
    title: 'an order that waits for its next attempt to reach the venue',
    needsQuickWorkers: true,
    canBePlayedTogether: true,
    async play(stage) {
      const trader = await stage.e2e.createTrader();
      const id = await waitInRetry(stage, trader);
      return {
        workflows: [workflowOf(id)],
        accountIds: [trader.account.accountId],
        end: () => endByRetry(stage, trader, id),
      };
    },
  },
  {
    name: 'retry-wait-ended-by-an-operator',
    title: 'an order whose wait for the next attempt an operator ends',
    needsQuickWorkers: true,
    async play(stage) {
      const trader = await stage.e2e.createTrader();
      const id = await waitInRetry(stage, trader);
      await endByRetry(stage, trader, id);
      return ended(stage, trader, id);
    },
  },
  {
    name: 'failed-while-waiting-for-a-retry',
    title: 'an order that an operator ends while it waits for its next attempt',
    needsQuickWorkers: true,
    async play(stage) {
      const trader = await stage.e2e.createTrader();
      const id = await waitInRetry(stage, trader);
      await interfere(stage, id, 'fail');
      await waitForStatus(trader, id, 'REJECTED');
      await heal(stage);
      return ended(stage, trader, id);
    },
  },
  {
    name: 'cancel-waiting-for-a-retry',
    title: 'a resting order whose cancel does not get through',
    needsQuickWorkers: true,
    async play(stage) {
      const trader = await stage.e2e.createTrader();
      const { id } = await rest(trader);
      await stage.e2e.setFault({ mode: 'DOWN', target: 'CANCEL_ORDER' });
      await handleOf(stage, id).startUpdate(CANCEL_UPDATE, {
        args: ['client'],
        waitForStage: 'ACCEPTED',
      });
      await waitForFailures(stage, id, FAILURES_BEFORE_LAST_WAIT);
      return {
        workflows: [workflowOf(id)],
        accountIds: [trader.account.accountId],
        end: () => endByRetry(stage, trader, id),
      };
    },
  },
  {
    name: 'cancel-by-temporal-waiting-for-a-retry',
    title:
      'a resting order whose workflow was canceled in Temporal, and whose cancel does not get through',
    needsQuickWorkers: true,
    async play(stage) {
      const trader = await stage.e2e.createTrader();
      const { id } = await rest(trader);
      await stage.e2e.setFault({ mode: 'DOWN', target: 'CANCEL_ORDER' });
      await handleOf(stage, id).cancel();
      await waitForFailures(stage, id, FAILURES_BEFORE_LAST_WAIT);
      return {
        workflows: [workflowOf(id)],
        accountIds: [trader.account.accountId],
        end: () => endByRetry(stage, trader, id),
      };
    },
  },
  {
    name: 'replace-waiting-for-a-retry',
    title: 'a resting order whose replacement does not get through',
    needsQuickWorkers: true,
    async play(stage) {
      const trader = await stage.e2e.createTrader();
      const { id } = await rest(trader);
      await stage.e2e.setFault({ mode: 'DOWN', target: 'REPLACE_ORDER' });
      const { body } = await replaceOrder(trader, id, { quantity: '12', limitPrice: '121.00' });
      await waitForFailures(stage, id, FAILURES_BEFORE_LAST_WAIT);
      const end = async (): Promise<void> => {
        await endByRetry(stage, trader, id);
        await waitForStatus(trader, body.id, 'NEW');
        await cancelAndWait(trader, body.id);
      };
      return { workflows: [workflowOf(id)], accountIds: [trader.account.accountId], end };
    },
  },
  {
    name: 'suspended',
    title: 'an order that waits for an operator',
    needsQuickWorkers: true,
    canBePlayedTogether: true,
    async play(stage) {
      const trader = await stage.e2e.createTrader();
      const id = await suspend(stage, trader);
      return {
        workflows: [workflowOf(id)],
        accountIds: [trader.account.accountId],
        end: () => endByRetry(stage, trader, id),
      };
    },
  },
  {
    name: 'suspended-then-retried',
    title: 'an order that an operator sends on',
    needsQuickWorkers: true,
    async play(stage) {
      const trader = await stage.e2e.createTrader();
      const id = await suspend(stage, trader);
      await endByRetry(stage, trader, id);
      return ended(stage, trader, id);
    },
  },
  {
    name: 'suspended-then-failed',
    title: 'an order that an operator ends',
    needsQuickWorkers: true,
    async play(stage) {
      const trader = await stage.e2e.createTrader();
      const id = await suspend(stage, trader);
      await interfere(stage, id, 'fail');
      await waitForStatus(trader, id, 'REJECTED');
      await heal(stage);
      return ended(stage, trader, id);
    },
  },
  {
    name: 'suspended-then-canceled',
    title: 'an order that an operator cancels',
    needsQuickWorkers: true,
    async play(stage) {
      const trader = await stage.e2e.createTrader();
      const id = await suspend(stage, trader);
      await sleep(ARRIVAL_MS_MAX);
      await interfere(stage, id, 'cancel');
      await waitForStatus(trader, id, 'CANCELED');
      await heal(stage);
      return ended(stage, trader, id);
    },
  },
];
