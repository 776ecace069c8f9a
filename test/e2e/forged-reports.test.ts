import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { orderWorkflowId } from '../../contracts/ids.ts';
import { EXECUTION_REPORTS_SIGNAL } from '../../contracts/orders/workflow-messages.ts';
import { expectBooksInOrder } from '../support/books-in-order.ts';
import { buyLimit } from '../support/e2e-client.ts';
import { readCounter } from '../support/e2e-rest.ts';
import { type E2eStack, leaseE2eStack, type Trader } from '../support/e2e-stack.ts';

const LONG_MS = 30_000;
const UNCONFIRMED = 'hub_order_reports_unconfirmed_total';

let e2e: E2eStack;
let trader: Trader;

beforeAll(async () => {
  e2e = await leaseE2eStack('usual');
  trader = await e2e.createTrader();
});

afterAll(() => e2e?.stop());

async function restOrder(): Promise<string> {
  const { body } = await trader.submit(buyLimit('IBM', '10', '120.00'));
  await trader.waitForOrder(body.id, ({ status }) => status === 'NEW');
  return body.id;
}

/** Of an order that has ended. */
async function tasksAndEventsOf(orderId: string): Promise<{ tasks: number; events: number }> {
  const workflow = e2e.temporal.workflow.getHandle(orderWorkflowId(orderId));
  await workflow.result();
  const { events } = await workflow.fetchHistory();
  const all = events ?? [];
  return {
    tasks: all.filter((event) => event.workflowTaskCompletedEventAttributes).length,
    events: all.length,
  };
}

it('books no fill that never happened, says so, and the order lives on', async () => {
  const [orderId, honestId] = [await restOrder(), await restOrder()];
  const before = await trader.getBalance();
  const forged = {
    broker: 'paper-broker',
    sequence: 1,
    brokerExecutionId: 'f0000000-0000-4000-8000-000000000000/1',
    brokerClientOrderId: orderId,
    execType: 'TRADE',
    lastQuantity: '10',
    lastPrice: '0.01',
    cumulativeQuantity: '10',
    leavesQuantity: '0',
    time: new Date().toISOString(),
    rejectCode: null,
    inAnswer: false,
    seal: 'c29tZWJvZHkgbWFkZSB0aGlzIHNlYWwgdXAgYnkgaGFuZA',
  };
  const unconfirmed = await readCounter(e2e.stack.urls.workersMetrics, UNCONFIRMED);
  await e2e.temporal.workflow
    .getHandle(orderWorkflowId(orderId))
    .signal(EXECUTION_REPORTS_SIGNAL, [forged]);
  await expect
    .poll(() => readCounter(e2e.stack.urls.workersMetrics, UNCONFIRMED), { timeout: LONG_MS })
    .toBe(unconfirmed + 1);
  const log = readFileSync(join(e2e.stateDir, 'logs', 'workers.log'), 'utf8').split('\n');
  expect(log.find((line) => line.includes('knows nothing of'))).toContain(orderId);
  expect(await trader.waitForOrder(orderId, () => true)).toMatchObject({
    status: 'NEW',
    filledQuantity: '0',
  });
  expect(await trader.getBalance()).toEqual(before);

  await e2e.setPrices({ IBM: '119.00' });
  const fills = await Promise.all([orderId, honestId].map((id) => trader.waitForEnd(id, LONG_MS)));
  for (const order of fills)
    expect(order).toMatchObject({ status: 'FILLED', filledQuantity: '10' });
  expect(await readCounter(e2e.stack.urls.workersMetrics, UNCONFIRMED)).toBe(unconfirmed + 1);
  // The session's own report costs no question and no task: one task until the order rests, one for
  // its fill.
  const honest = await tasksAndEventsOf(honestId);
  console.info(`a resting order's fill: ${honest.tasks} workflow tasks, ${honest.events} events`);
  expect(honest.tasks).toBe(2);
  await expectBooksInOrder(e2e);
});

it.each([
  'BrokerFaultService/SetFault',
  'BrokerService/CancelOrder',
  'ClearingService/SettleInstructions',
])('lets nobody without a token call the venue: %s', async (procedure) => {
  const answer = await fetch(`${e2e.stack.urls.paperBroker}/hub.v1.${procedure}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  });
  expect(answer.status).toBe(401);
  expect(await answer.json()).toMatchObject({ code: 'unauthenticated' });
});
