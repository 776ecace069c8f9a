import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { orderWorkflowId } from '../../contracts/ids.ts';
import type { AuditEvent, Order } from '../../contracts/orders/order.ts';
import { buyLimit, buyMarket, type OrderRequest } from '../support/e2e-client.ts';
import { type E2eStack, leaseE2eStack, type Trader } from '../support/e2e-stack.ts';

// One id leads from the client's request to the log of each process, the workflow and the ledger.

let e2e: E2eStack;
let trader: Trader;

beforeAll(async () => {
  e2e = await leaseE2eStack('usual');
  trader = await e2e.createTrader();
});
afterEach(() => e2e.setFault({ mode: 'NONE' }));
afterAll(() => e2e?.stop());

type Line = Record<string, unknown>;

const linesOf = (process: string, id: string): Line[] =>
  readFileSync(join(e2e.stateDir, 'logs', `${process}.log`), 'utf8')
    .split('\n')
    .filter((line) => line.includes(id))
    .map((line) => JSON.parse(line) as Line);

async function submit(order: OrderRequest): Promise<{ requestId: string; order: Order }> {
  const requestId = `click-${randomUUID()}`;
  const { status, body } = await trader.send<Order>('POST', '/v1/orders', {
    body: order,
    headers: { 'X-Request-Id': requestId },
  });
  expect(status).toBe(202);
  return { requestId, order: body };
}

it('is in the line that answered, with the order, and leads to workflow, audit trail and ledger', async () => {
  const { requestId, order } = await submit(buyMarket('AAPL', '1'));
  await trader.waitForEnd(order.id);
  await expect
    .poll(() => linesOf('api', requestId), { timeout: 10_000 })
    .toContainEqual(
      expect.objectContaining({ msg: 'answered', status: 202, requestId, orderId: order.id }),
    );
  const workflow = await e2e.temporal.workflow.getHandle(orderWorkflowId(order.id)).describe();
  expect(workflow.memo).toEqual({ requestId });
  const { body } = await trader.get<{ items: AuditEvent[] }>(`/v1/orders/${order.id}/timeline`);
  expect(body.items[0]).toMatchObject({ action: 'ACCEPTED', details: { requestId } });
  const transfers = await e2e.hub`
    select 1 from ledger_transfers t join audit_events a on a.order_id = t.order_id
    where a.details->>'requestId' = ${requestId}`;
  expect(transfers.length).toBeGreaterThan(0);
});

it('is in what the workers and the broker log of a step that fails', async () => {
  await e2e.setFault({ mode: 'DOWN', target: 'PLACE_ORDER' });
  const { requestId, order } = await submit(buyLimit('AAPL', '10', '190.00'));
  for (const process of ['workers', 'paper-broker'])
    await expect.poll(() => linesOf(process, requestId), { timeout: 20_000 }).not.toEqual([]);
  expect(linesOf('workers', requestId)[0]).toMatchObject({ requestId, orderId: order.id });
  // Of an order no line is without it.
  const without = linesOf('workers', order.id).filter((line) => line.requestId !== requestId);
  expect(without).toEqual([]);
  await e2e.setFault({ mode: 'NONE' });
  await trader.cancel(order.id);
  await trader.waitForEnd(order.id);
});

it('is in the trail of a cancel: that of the request that asked for it', async () => {
  const { order } = await submit(buyLimit('AAPL', '10', '190.00'));
  const requestId = `cancel-${randomUUID()}`;
  await trader.send('PUT', `/v1/orders/${order.id}/cancel`, {
    headers: { 'X-Request-Id': requestId },
  });
  await trader.waitForEnd(order.id);
  const { body } = await trader.get<{ items: AuditEvent[] }>(`/v1/orders/${order.id}/timeline`);
  expect(body.items).toContainEqual(
    expect.objectContaining({
      action: 'CANCEL_REQUESTED',
      actor: 'client',
      details: { requestId },
    }),
  );
});
