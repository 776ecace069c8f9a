import { orderWorkflowId } from '../../../contracts/ids.ts';
import { buyLimit, buyMarket } from '../../support/e2e-client.ts';
import type { Trader } from '../../support/e2e-stack.ts';
import {
  cancelAndWait,
  replaceOrder,
  submit,
  waitForStatus,
  waitForWait,
  waitForWorkflowEnd,
  workflowOf,
} from '../order-steps.ts';
import type { Played, Scenario } from '../scenario.ts';
import type { Stage } from '../stage.ts';

const SYMBOL = 'GOOG';
const HOUR_MS = 3_600_000;
/** Long enough for an order to be accepted before. */
const SOON_MS = 4_000;

/**
 * Gives {@link SYMBOL} a session of its own today. Returns how to take it back; orders that are
 * accepted keep their times.
 */
async function setSession(
  { operator }: Stage,
  opensInMs: number,
  closesInMs: number,
): Promise<() => Promise<void>> {
  const at = (ms: number): string => new Date(Date.now() + ms).toISOString();
  const path = `/v1/admin/instruments/${SYMBOL}/sessions/${at(0).slice(0, 10)}`;
  const body = { opensAt: at(opensInMs), closesAt: at(closesInMs), reason: 'the exchange says so' };
  const { status, text } = await operator.send('PUT', path, { body });
  if (status !== 200) throw new Error(`the session was not set: ${status} ${text}`);
  return async () => {
    await operator.send('DELETE', `${path}?reason=over`);
  };
}

/** A buyer's order for the day, below the market, at the venue until the session closes. */
async function restUntilClose(stage: Stage, trader: Trader): Promise<string> {
  const remove = await setSession(stage, -HOUR_MS, SOON_MS);
  const { id } = await submit(trader, buyLimit(SYMBOL, '10', '500.00', { timeInForce: 'DAY' }));
  await remove();
  return id;
}

async function ended(stage: Stage, trader: Trader, orderId: string): Promise<Played> {
  await waitForWorkflowEnd(stage, orderWorkflowId(orderId));
  return { workflows: [workflowOf(orderId)], accountIds: [trader.account.accountId] };
}

async function waitForOpen(stage: Stage, trader: Trader): Promise<string> {
  const remove = await setSession(stage, 2 * HOUR_MS, 8 * HOUR_MS);
  const { id } = await submit(trader, buyLimit(SYMBOL, '10', '500.00', { timeInForce: 'DAY' }));
  await remove();
  await waitForWait(stage, id, (waiting) => waiting.for === 'OPEN');
  return id;
}

/** Orders that wait for a time, and whose time ends. */
export const IN_TIME: readonly Scenario[] = [
  {
    name: 'expired-at-the-broker',
    title: 'an order for the day that the venue ends with the session',
    async play(stage) {
      const trader = await stage.e2e.createTrader();
      const id = await restUntilClose(stage, trader);
      await waitForStatus(trader, id, 'EXPIRED');
      return ended(stage, trader, id);
    },
  },
  {
    name: 'expired-unheard',
    title: 'an order for the day whose end nobody reported: the workflow asks the venue',
    async play(stage) {
      const trader = await stage.e2e.createTrader();
      await stage.e2e.setFault({ mode: 'DROP_REPORTS', symbol: SYMBOL });
      const id = await restUntilClose(stage, trader);
      await waitForStatus(trader, id, 'EXPIRED');
      await stage.e2e.setFault({ mode: 'NONE' });
      return ended(stage, trader, id);
    },
  },
  {
    name: 'expired-before-the-broker',
    title: 'an order for the day that did not reach the venue before the session closed',
    async play(stage) {
      const trader = await stage.e2e.createTrader();
      await stage.e2e.setFault({ mode: 'DOWN', target: 'PLACE_ORDER' });
      const id = await restUntilClose(stage, trader);
      await waitForStatus(trader, id, 'EXPIRED');
      await stage.e2e.setFault({ mode: 'NONE' });
      return ended(stage, trader, id);
    },
  },
  {
    name: 'waiting-for-the-open',
    title: 'an order that waits for the session in which it goes to the venue',
    async play(stage) {
      const trader = await stage.e2e.createTrader();
      const id = await waitForOpen(stage, trader);
      const end = () => cancelAndWait(trader, id);
      return { workflows: [workflowOf(id)], accountIds: [trader.account.accountId], end };
    },
  },
  {
    name: 'canceled-before-the-open',
    title: 'an order that is canceled while it waits for the open',
    async play(stage) {
      const trader = await stage.e2e.createTrader();
      const id = await waitForOpen(stage, trader);
      await cancelAndWait(trader, id);
      return ended(stage, trader, id);
    },
  },
  {
    name: 'replaced-before-the-open',
    title: 'an order that is replaced while it waits for the open, by one that waits as well',
    async play(stage) {
      const trader = await stage.e2e.createTrader();
      const remove = await setSession(stage, 2 * HOUR_MS, 8 * HOUR_MS);
      const { id } = await submit(trader, buyLimit(SYMBOL, '10', '500.00', { timeInForce: 'DAY' }));
      const { body, status, text } = await replaceOrder(trader, id, { quantity: '8' });
      await remove();
      if (status !== 202) throw new Error(`it was not replaced: ${status} ${text}`);
      await waitForStatus(trader, id, 'REPLACED');
      await waitForWait(stage, body.id, (waiting) => waiting.for === 'OPEN');
      const played = await ended(stage, trader, id);
      const workflows = [workflowOf(id), workflowOf(body.id, 'replacement')];
      return { ...played, workflows, end: () => cancelAndWait(trader, body.id) };
    },
  },
  {
    name: 'released-at-the-open',
    title: 'an order that goes to the venue when the session opens, and is filled',
    async play(stage) {
      const trader = await stage.e2e.createTrader();
      const remove = await setSession(stage, SOON_MS, 8 * HOUR_MS);
      const { id } = await submit(trader, buyMarket(SYMBOL, '10'));
      await remove();
      await waitForStatus(trader, id, 'FILLED');
      return ended(stage, trader, id);
    },
  },
];
