import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createAccessTokens } from '../../adapters/security/access-tokens.ts';
import { orderWorkflowId } from '../../contracts/ids.ts';
import type { BulkAction, BulkProgress } from '../../contracts/operators/bulk-operations.ts';
import { waitUntil } from '../../dev/wait-until.ts';
import { expectBooksInOrder } from '../support/books-in-order.ts';
import {
  type Answer,
  buyLimit,
  createE2eClient,
  type E2eClient,
  type ProblemBody,
} from '../support/e2e-client.ts';
import { healStack } from '../support/e2e-recovery.ts';
import { askStanding, waitUntilAtRest } from '../support/e2e-rest.ts';
import { type OwnE2eStack, startE2eStack, type Trader } from '../support/e2e-stack.ts';
import { volume } from '../support/volume.ts';

const TRADERS = 6;
/** Of each of two symbols. */
const OPEN = volume(60, 150);
const FEW = 30;
const REASON = 'halted by the exchange';
const END_MS_MAX = 120_000;
/**
 * After so many failures an order waits 5 minutes: whatever happens sooner is an operator's doing.
 */
const FAILURES_BEFORE_LONG_WAIT = 5;

let e2e: OwnE2eStack;
let traders: Trader[];
let operator: E2eClient;
let operatorName: string;

beforeAll(async () => {
  e2e = await startE2eStack();
  traders = await e2e.createTraders(TRADERS);
  const [first] = traders;
  if (!first) throw new Error('no traders were made');
  operatorName = `user/${first.account.userId}`;
  const tokens = createAccessTokens(e2e.stack.env.JWT_SECRET ?? '', Date.now);
  operator = createE2eClient(
    e2e.stack.urls.api,
    await tokens.sign({ ...first.account.caller, roles: ['OPERATOR'] }),
  );
});

afterAll(() => e2e?.stop());

/** Rests so many orders, the traders in turns; answers their ids. */
async function submitMany(symbol: string, limitPrice: string, count: number): Promise<string[]> {
  const each = traders.map(async (trader, index) => {
    const ids: string[] = [];
    for (let n = index; n < count; n += TRADERS)
      ids.push((await trader.submit(buyLimit(symbol, '1', limitPrice))).body.id);
    return ids;
  });
  return (await Promise.all(each)).flat();
}

async function statusesOf(ids: readonly string[]): Promise<Record<string, number>> {
  const rows = await e2e.hub<{ status: string; count: number }[]>`
    select status, count(*)::int as count from orders where id in ${e2e.hub([...ids])} group by status`;
  return Object.fromEntries(rows.map(({ status, count }) => [status, count]));
}

const untilAll = (ids: readonly string[], status: string): Promise<void> =>
  waitUntil(async () => (await statusesOf(ids))[status] === ids.length, {
    timeoutMs: END_MS_MAX,
    everyMs: 200,
    message: `not all of ${ids.length} orders are ${status}`,
  });

const start = (
  action: BulkAction,
  filter: object,
  key = randomUUID(),
): Promise<Answer<BulkProgress & ProblemBody>> =>
  operator.send('POST', '/v1/admin/bulk-operations', {
    body: { action, filter, reason: REASON },
    headers: { 'Idempotency-Key': key },
  });

/** Polls until the operation has ended; a worker that is away is no answer. */
async function waitForBulk(id: string): Promise<BulkProgress> {
  const deadline = Date.now() + END_MS_MAX;
  for (;;) {
    const { status, body } = await operator.get<BulkProgress>(`/v1/admin/bulk-operations/${id}`);
    if (status === 200 && body.status !== 'RUNNING') return body;
    if (Date.now() > deadline)
      throw new Error(`the operation has not ended: ${status} ${JSON.stringify(body)}`);
    await sleep(100);
  }
}

/** The orders that the audit trail says the operation asked, each as often as it says so. */
async function askedBy(bulkId: string, action: string): Promise<string[]> {
  const rows = await e2e.hub<{ order_id: string }[]>`
    select order_id from audit_events
    where details->>'bulkId' = ${bulkId} and action = ${action} and actor = ${operatorName} and details->>'reason' = ${REASON}`;
  return rows.map((row) => row.order_id).sort();
}

const sorted = (ids: readonly string[]): string[] => [...ids].sort();

it('cancels all open orders of one symbol and no other, each with who, why and which operation in its trail, and once for a key', async () => {
  const [apples, others] = [
    await submitMany('AAPL', '150.00', OPEN),
    await submitMany('IBM', '100.00', OPEN),
  ];
  await untilAll([...apples, ...others], 'NEW');

  const preview = await operator.send<{ matched: number; orderIds: string[] }>(
    'POST',
    '/v1/admin/bulk-operations',
    {
      body: { action: 'CANCEL', filter: { symbol: 'AAPL' }, reason: REASON, dryRun: true },
    },
  );
  expect(preview).toMatchObject({ status: 200, body: { matched: OPEN } });
  expect(preview.body.orderIds).toHaveLength(10);
  expect(apples).toEqual(expect.arrayContaining(preview.body.orderIds));

  const key = randomUUID();
  const started = await start('CANCEL', { symbol: 'AAPL' }, key);
  expect(started.status, started.text).toBe(202);
  const { id } = started.body;
  expect(started.headers.get('location')).toBe(`/v1/admin/bulk-operations/${id}`);
  const ended = await waitForBulk(id);
  expect(ended).toMatchObject({
    status: 'COMPLETED',
    action: 'CANCEL',
    operator: operatorName,
    reason: REASON,
    matched: OPEN,
  });
  expect(ended).toMatchObject({ rejected: 0, failed: 0, failures: [] });
  // On a busy machine an order may answer late: it counts as pending, and is done a moment later.
  expect(ended.done + ended.pending).toBe(OPEN);
  await untilAll(apples, 'CANCELED');
  expect(await statusesOf(others)).toEqual({ NEW: OPEN });
  expect(await askedBy(id, 'CANCEL_REQUESTED')).toEqual(sorted(apples));

  const again = await start('CANCEL', { symbol: 'AAPL' }, key);
  expect(again).toMatchObject({ status: 202, body: ended });
  expect(again.headers.get('idempotency-replayed')).toBe('true');
  expect((await start('CANCEL', { symbol: 'IBM' }, key)).body.code).toBe('IDEMPOTENCY_KEY_REUSED');
  const listed = await operator.get<{ items: BulkProgress[] }>('/v1/admin/bulk-operations');
  expect(listed.body.items).toEqual([ended]);
});

it('asks every order once, though its worker is killed in the middle', async () => {
  const open = await submitMany('MSFT', '24.00', FEW);
  await untilAll(open, 'NEW');
  const all = (await e2e.hub<{ id: string }[]>`select id from orders where status = 'NEW'`).map(
    ({ id }) => id,
  );
  expect(all.length).toBe(OPEN + FEW);
  const { id } = (await start('CANCEL', { all: true })).body;
  const isAmid = async () => {
    const { CANCELED = 0 } = await statusesOf(all);
    return CANCELED >= FEW;
  };
  await waitUntil(isAmid, { timeoutMs: END_MS_MAX, everyMs: 10, message: 'nothing is canceled' });
  await e2e.stack.processes.workers?.kill('SIGKILL');
  const { NEW: left = 0 } = await statusesOf(all);
  expect(left).toBeGreaterThan(0);
  await e2e.stack.processes.workers?.start();

  const ended = await waitForBulk(id);
  expect(ended).toMatchObject({ status: 'COMPLETED', matched: OPEN + FEW, failed: 0, rejected: 0 });
  expect(ended.done + ended.pending).toBe(OPEN + FEW);
  await untilAll(all, 'CANCELED');
  expect(await askedBy(id, 'CANCEL_REQUESTED')).toEqual(sorted(all));
  for (const orderId of all.slice(0, OPEN)) {
    const { events = [] } = await e2e.temporal.workflow
      .getHandle(orderWorkflowId(orderId))
      .fetchHistory();
    expect(
      events?.filter((event) => event.workflowExecutionUpdateAcceptedEventAttributes).length,
    ).toBeLessThanOrEqual(1);
  }
});

it('brings on all orders that wait for a retry, once the venue is back, and is rejected by those that wait for nothing', async () => {
  const resting = await submitMany('GOOG', '450.00', 5);
  await untilAll(resting, 'NEW');
  await e2e.setFault({ mode: 'DOWN' });
  const stuck = await submitMany('GOOG', '449.00', 24);
  const doWaitLong = async () => {
    const standings = await Promise.all(stuck.map((id) => askStanding(e2e, id)));
    return standings.every(
      (standing) => (standing?.waiting?.failures ?? 0) >= FAILURES_BEFORE_LONG_WAIT,
    );
  };
  await waitUntil(doWaitLong, {
    timeoutMs: END_MS_MAX,
    everyMs: 10,
    message: 'the orders do not wait',
  });
  await e2e.setFault({ mode: 'NONE' });

  const { id } = (await start('RETRY', { symbol: 'GOOG' })).body;
  const ended = await waitForBulk(id);
  expect(ended).toMatchObject({ status: 'COMPLETED', matched: 29, failed: 0 });
  expect(ended.done + ended.pending + ended.rejected).toBe(29);
  expect(ended.rejected).toBeGreaterThan(0);
  expect(ended.rejected).toBeLessThanOrEqual(resting.length);
  await untilAll([...stuck, ...resting], 'NEW');
  expect(await askedBy(id, 'RETRY_REQUESTED')).toEqual(sorted([...stuck, ...resting]));
});

it('leaves books that add up', async () => {
  await healStack(e2e);
  await start('CANCEL', { all: true }).then(({ body }) => waitForBulk(body.id));
  await waitUntilAtRest(e2e);
  await expectBooksInOrder(e2e);
});
