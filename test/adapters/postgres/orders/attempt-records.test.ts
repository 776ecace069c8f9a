import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../../../adapters/postgres/database.ts';
import { createOrderStore } from '../../../../adapters/postgres/orders/order-store.ts';
import type { OrderStore } from '../../../../contracts/orders/order-store.ts';
import type { FailedAttempt } from '../../../../contracts/orders/workflow-messages.ts';
import { createFundedAccount } from '../../../support/accounts.ts';
import { createOrderStepsRig, orderSubmission } from '../../../support/order-steps-rig.ts';
import { createTestDatabase } from '../../../support/services.ts';

let database: Database;
let orders: OrderStore;

beforeAll(async () => {
  database = openDatabase((await createTestDatabase()).url, {
    poolSize: 4,
    applicationName: 'attempt-records',
  });
  orders = createOrderStore(database);
  await database.sql`insert into instruments (symbol, name, exchange) values ('AAPL', 'Apple Inc.', 'NASDAQ')`;
});
afterAll(() => database?.close());

async function createOrder(): Promise<string> {
  const { accountId } = await createFundedAccount(database.sql, { cash: '100000.00' });
  const submission = orderSubmission(accountId);
  await createOrderStepsRig(orders).executeOrder(submission, {
    askFirst: false,
    isReleased: false,
  });
  return submission.orderId;
}

const failed = (second: number, over: Partial<FailedAttempt> = {}): FailedAttempt => ({
  step: 'PLACE',
  code: 'BrokerUnavailable',
  at: `2026-11-24T15:00:0${second}.000Z`,
  attempt: second,
  nextAttemptAt: '2026-11-24T15:05:00.000Z',
  askedBy: null,
  ...over,
});

const troubleOf = ({ step, code, attempt, nextAttemptAt }: FailedAttempt) => ({
  ...{ step, code, attempt, nextAttemptAt },
});

const trailOf = (orderId: string) =>
  database.sql`
    select actor, details->>'code' as code, details->>'attempt' as attempt from audit_events
    where order_id = ${orderId} and action = 'ATTEMPT_FAILED' order by id`;

const readTrouble = async (orderId: string) =>
  (
    await database.sql`
      select step, code, attempt, to_char(since at time zone 'UTC', 'HH24:MI:SS') as since
      from order_troubles where order_id = ${orderId}`
  )[0];

it('are in the trail with who asked for them, each once, however often they are told', async () => {
  const orderId = await createOrder();
  const attempts = [failed(1), failed(2, { code: 'TIMEOUT', askedBy: 'user/olga' })];
  const record = { attempts, trouble: troubleOf(failed(2)) };
  await orders.recordAttempts(orderId, record);
  await orders.recordAttempts(orderId, record);
  expect(await trailOf(orderId)).toEqual([
    { actor: 'system', code: 'BrokerUnavailable', attempt: '1' },
    { actor: 'user/olga', code: 'TIMEOUT', attempt: '2' },
  ]);
});

it('say what does not get on, since its first failure, until it does', async () => {
  const orderId = await createOrder();
  await orders.recordAttempts(orderId, {
    attempts: [failed(1), failed(2)],
    trouble: troubleOf(failed(2)),
  });
  await orders.recordAttempts(orderId, {
    attempts: [failed(3, { code: 'TIMEOUT' })],
    trouble: troubleOf(failed(3, { code: 'TIMEOUT' })),
  });
  expect(await readTrouble(orderId)).toEqual({
    ...{ step: 'PLACE', code: 'TIMEOUT', attempt: 3, since: '15:00:01' },
  });
  await orders.recordAttempts(orderId, {
    attempts: [failed(4, { step: 'BOOK' })],
    trouble: troubleOf(failed(4, { step: 'BOOK' })),
  });
  expect(await readTrouble(orderId)).toMatchObject({ step: 'BOOK', since: '15:00:04' });
  await orders.recordAttempts(orderId, { attempts: [], trouble: null });
  expect(await readTrouble(orderId)).toBeUndefined();
});

it('are of an order that is there', async () => {
  const nobodys = '0198bbbb-0000-7000-8000-0000000000ff';
  await orders.recordAttempts(nobodys, {
    attempts: [failed(1)],
    trouble: troubleOf(failed(1)),
  });
  expect(await trailOf(nobodys)).toEqual([]);
});
