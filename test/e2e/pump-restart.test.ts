import { afterAll, beforeAll, expect, it } from 'vitest';
import { waitUntil } from '../../dev/wait-until.ts';
import { expectBooksInOrder } from '../support/books-in-order.ts';
import { buyLimit } from '../support/e2e-client.ts';
import { waitUntilAtRest } from '../support/e2e-rest.ts';
import { type OwnE2eStack, startE2eStack, type Trader } from '../support/e2e-stack.ts';
import { createMoveMarket, MANUAL_MARKET_ENTRY } from '../support/manual-market.ts';
import { volume } from '../support/volume.ts';

const ORDERS = volume(300, 1_000);
const TRADERS = 20;
const CLIENTS = 16;
const SYMBOL = 'IBM';
/**
 * Half of the orders are filled by the first fall of the market, the others by the second, while
 * nobody reads.
 */
const LIMITS = ['120.00', '118.00'] as const;
const FALLS = ['119.00', '117.00'] as const;
const BOOKED_BEFORE_KILL = 50;
const PLENTY = 1_000_000;
/** The promise is 15 s; a shared machine gets more before the test says no. */
const RESUMED_MS_MAX = 60_000;
const BOOKED_MS_MAX = 150_000;

let e2e: OwnE2eStack;

beforeAll(async () => {
  e2e = await startE2eStack({ marketData: MANUAL_MARKET_ENTRY });
});

afterAll(() => e2e?.stop());

/** Each order rests at the venue, and its report of that has been read. */
async function restOrders(traders: readonly Trader[]): Promise<void> {
  const waiting = Array.from({ length: ORDERS }, (_, index) => index).values();
  const client = async (): Promise<void> => {
    for (const index of waiting) {
      const answer = await traders[index % TRADERS]?.submit(
        buyLimit(SYMBOL, '1', LIMITS[index % 2] ?? LIMITS[0]),
      );
      expect(answer?.status).toBe(202);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  const areResting = async () =>
    (await count('select count(*) from orders where status = $1', 'NEW')) === ORDERS;
  await waitUntil(areResting, {
    timeoutMs: 120_000,
    everyMs: 200,
    message: 'the orders do not come to rest',
  });
}

async function count(statement: string, ...parameters: string[]): Promise<number> {
  const [row] = await e2e.hub.unsafe<{ count: string }[]>(statement, parameters);
  return Number(row?.count);
}

const countBooked = () => count('select count(*) from executions');
const readStored = () =>
  count('select coalesce(max(last_sequence), 0) as count from broker_sessions');

async function readVenueLast(): Promise<number> {
  const [row] = await e2e.venue<
    { last: string }[]
  >`select max(sequence) as last from execution_reports`;
  return Number(row?.last);
}

it(`books each of ${ORDERS} reports once when the workers are killed in the middle of them, and reads on soon after`, async () => {
  await restOrders(await e2e.createTraders(TRADERS));
  const move = createMoveMarket(e2e.stack.urls.marketData, PLENTY);
  await move(SYMBOL, FALLS[0]);
  const isUnderWay = async () => (await countBooked()) >= BOOKED_BEFORE_KILL;
  await waitUntil(isUnderWay, { timeoutMs: 60_000, everyMs: 10, message: 'nothing is booked' });
  const { workers } = e2e.stack.processes;
  await workers?.kill('SIGKILL');
  const killedAt = Date.now();
  const [bookedAtKill, storedAtKill] = [await countBooked(), await readStored()];
  await move(SYMBOL, FALLS[1]);
  await workers?.start();

  const isReadOn = async () => (await readStored()) > storedAtKill;
  await waitUntil(isReadOn, {
    timeoutMs: RESUMED_MS_MAX,
    everyMs: 50,
    message: 'the stream of reports is not read on',
  });
  const resumedMs = Date.now() - killedAt;
  await waitUntil(async () => (await countBooked()) === ORDERS, {
    timeoutMs: BOOKED_MS_MAX,
    everyMs: 200,
    message: 'not all is booked',
  });
  const bookedMs = Date.now() - killedAt;
  console.info(
    `killed after ${bookedAtKill} of ${ORDERS} were booked; reports read on after ${resumedMs} ms, all booked after ${bookedMs} ms`,
  );

  await waitUntilAtRest(e2e);
  expect(
    await count('select count(*) from orders where status = $1 and filled_quantity = 1', 'FILLED'),
  ).toBe(ORDERS);
  expect(await count('select count(*) from breaks')).toBe(0);
  expect(await readStored()).toBe(await readVenueLast());
  await expectBooksInOrder(e2e);
});
