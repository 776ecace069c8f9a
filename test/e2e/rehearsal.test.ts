import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { orderWorkflowId } from '../../contracts/ids.ts';
import type { Order } from '../../contracts/orders/order.ts';
import { waitUntil } from '../../dev/wait-until.ts';
import { expectBooksInOrder } from '../support/books-in-order.ts';
import { askStanding } from '../support/e2e-rest.ts';
import { type OwnE2eStack, startE2eStack } from '../support/e2e-stack.ts';
import {
  createMoveMarket,
  MANUAL_MARKET_ENTRY,
  type MoveMarket,
} from '../support/manual-market.ts';
import { openRunbook, type Runbook } from '../support/runbook.ts';

// docs/REHEARSAL.md, played: each trouble is caused by its box, is seen where the page says, and is
// repaired by what the page names.

const LONG_MS = 60_000;
/** Longer than the circuit breaker stays open. */
const VENUE_TRIED_AGAIN_MS = 1_500;

let e2e: OwnE2eStack;
let runbook: Runbook;
let move: MoveMarket;

beforeAll(async () => {
  e2e = await startE2eStack({ marketData: MANUAL_MARKET_ENTRY });
  move = createMoveMarket(e2e.stack.urls.marketData, 1_000);
  runbook = await openRunbook(e2e);
});
afterAll(async () => {
  runbook?.close();
  await e2e?.stop();
});

const until = (isSo: () => Promise<boolean>, message: string) =>
  waitUntil(isSo, { timeoutMs: LONG_MS, everyMs: 500, message });

const isAllUp = (): Promise<boolean> =>
  runbook.shell('npm run status').then(
    () => true,
    () => false,
  );

const sent = { symbol: 'AAPL', side: 'BUY', type: 'MARKET', timeInForce: 'DAY', quantity: '10' };
const resting = { ...sent, symbol: 'IBM', type: 'LIMIT', timeInForce: 'GTC', limitPrice: '115.00' };

async function send(order: object): Promise<string> {
  const answer = JSON.parse(await runbook.run('order', { order: JSON.stringify(order) })) as Order;
  return answer.id ?? expect.fail(`no order: ${JSON.stringify(answer)}`);
}

const statusOf = async (orderId: string): Promise<string> =>
  String((await e2e.hub`select status from orders where id = ${orderId}`)[0]?.status);

const untilStatus = (orderId: string, ...statuses: string[]) =>
  until(
    async () => statuses.includes(await statusOf(orderId)),
    `${orderId} is not ${statuses.join(' or ')}`,
  );

async function rest(): Promise<string> {
  const orderId = await send(resting);
  await untilStatus(orderId, 'NEW');
  return orderId;
}

async function heal(): Promise<void> {
  await runbook.run('venue-heals');
  await sleep(VENUE_TRIED_AGAIN_MS);
}

it.each(['market-data', 'paper-broker', 'workers', 'temporal', 'postgres'])(
  'sees that %s hangs, and that it goes on',
  async (part) => {
    await until(isAllUp, 'not all parts are UP before');
    await runbook.run('hang', { part });
    await until(async () => !(await isAllUp()), 'nobody sees it');
    await runbook.run('go-on', { part });
    await until(isAllUp, 'not all parts are UP after');
    const orderId = await send(sent);
    await untilStatus(orderId, 'FILLED');
  },
);

it('sees that the venue was killed', async () => {
  await runbook.run('kill', { part: 'paper-broker' });
  await until(async () => !(await isAllUp()), 'nobody sees it');
  await e2e.stack.processes['paper-broker']?.restart();
  await untilStatus(await send(sent), 'FILLED');
});

it('fills once though all answers are lost', async () => {
  await runbook.run('venue', { mode: 'LOSE_ANSWER' });
  const orderId = await send(sent);
  await untilStatus(orderId, 'FILLED');
  await heal();
  expect(await e2e.venue`select 1 from orders where client_order_id = ${orderId}`).toHaveLength(1);
});

it('books what was refused once it is allowed again', async () => {
  await runbook.run('refuse-bookings');
  const orderId = await send(sent);
  const isFailing = async () =>
    (await askStanding(e2e, orderId))?.waiting?.lastFailure === 'PostgresError';
  await until(isFailing, 'the booking does not fail');
  await runbook.run('allow-bookings');
  await runbook.run('retry-by-api', { orderId });
  await untilStatus(orderId, 'FILLED');
});

it('suspends an order whose waits are used up, and brings it on', async () => {
  await runbook.run('venue', { mode: 'DOWN' });
  const orderId = await send(sent);
  await untilStatus(orderId, 'PENDING_NEW');
  await runbook.run('use-up-waits', { orderId });
  expect(await statusOf(orderId)).toBe('SUSPENDED');
  await heal();
  await runbook.run('retry-by-update', { orderId });
  await untilStatus(orderId, 'FILLED');
});

it('takes an unreadable signal out of an order, and brings a terminated one back', async () => {
  const [poisoned, terminated] = [await rest(), await rest()];
  await runbook.run('poison', { orderId: poisoned });
  const handle = e2e.temporal.workflow.getHandle(orderWorkflowId(poisoned));
  const hasFailed = async () =>
    ((await handle.fetchHistory()).events ?? []).some(
      (event) => event.workflowTaskFailedEventAttributes,
    );
  await until(hasFailed, 'no workflow task fails');
  await runbook.run('reset-unreadable', { orderId: poisoned });
  await runbook.run('terminate', { orderId: terminated });
  await runbook.run('reset-terminated', { orderId: terminated });
  for (const orderId of [poisoned, terminated]) {
    await until(
      async () => (await askStanding(e2e, orderId).catch(() => null))?.isAcknowledged === true,
      'the order does not go on',
    );
    await runbook.run('cancel-by-update', { orderId });
    expect(await statusOf(orderId)).toBe('CANCELED');
  }
});

it('raises a fill that came after its order was given up', async () => {
  const orderId = await rest();
  await runbook.run('venue', { mode: 'DOWN' });
  await runbook.run('ask-to-cancel', { orderId });
  const waits = async () => (await askStanding(e2e, orderId))?.waiting?.step === 'CANCEL';
  await until(waits, 'the cancel does not wait');
  await runbook.run('fail-by-update', { orderId });
  expect(await statusOf(orderId)).toBe('CANCELED');
  await heal();
  await move('IBM', '114.00');
  const breaks = async () =>
    (
      JSON.parse(await runbook.run('breaks')) as {
        items: { id: string; kind: string; orderId: string }[];
      }
    ).items;
  await until(async () => (await breaks()).some((each) => each.orderId === orderId), 'no break');
  const [found] = await breaks();
  expect(found).toMatchObject({ kind: 'LATE_FILL', orderId });
  await runbook.run('resolve-break', { breakId: found?.id ?? '' });
  await until(isAllUp, 'not all parts are UP after');
  await expectBooksInOrder(e2e);
});
