import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Order } from '../../contracts/orders/order.ts';
import { Decimal } from '../../domain/money/decimal.ts';
import { expectBooksInOrder } from '../support/books-in-order.ts';
import type { Answer, ProblemBody } from '../support/e2e-client.ts';
import { waitUntilAtRest } from '../support/e2e-rest.ts';
import { type E2eStack, startE2eStack } from '../support/e2e-stack.ts';
import {
  createMoveMarket,
  MANUAL_MARKET_ENTRY,
  type MoveMarket,
} from '../support/manual-market.ts';
import {
  createLanes,
  crossLane,
  type Ended,
  findHolds,
  keepEven,
  LANE_PRICE,
  laneSymbols,
  NO_HOLDS,
  type RaceLane,
  type RaceSide,
  race,
  restInLane,
  settleRace,
} from '../support/race-lane.ts';
import { watchLane } from '../support/race-watch.ts';
import { checkHub, checkInvariants } from '../support/trading-invariants.ts';
import { chooseFrom, seededRandom } from '../support/trading-load.ts';
import {
  REPLACEMENT_RULES,
  REPLACEMENT_RULES_AT_REST,
} from '../support/trading-replacement-rules.ts';
import { undone } from '../support/undone.ts';
import { volume } from '../support/volume.ts';

const RACES = volume(120, 500);
const LANES = 8;
const SEED = 20_261_128;
const QUANTITY = 10;
const PLENTY = 100_000;
/** About how long a request is on its way to the venue; the lanes find out for themselves. */
const MIDDLE_MS = 30;
/**
 * The quote that crosses stands so long: time enough to be seen, and less than until it is renewed.
 */
const CROSSED_MS = 30;
const RENEWED_EVERY_MS = 400;
const CHECK_EVERY_MS = 1_000;
/** Whole shares at whole cents; a cent for the rounding of two orders in the place of one. */
const CENT = new Decimal('0.01');

let e2e: E2eStack;
let move: MoveMarket;
let lanes: RaceLane[];

beforeAll(async () => {
  const symbols = laneSymbols(LANES).map((symbol) => `${symbol}:${LANE_PRICE}`);
  // The program reads its prices from this variable: there are no others.
  const market = {
    SIMULATOR_SYMBOLS: symbols.join(','),
    SIMULATOR_TICK_MS: String(RENEWED_EVERY_MS),
  };
  e2e = await startE2eStack({ env: { 'market-data': market }, marketData: MANUAL_MARKET_ENTRY });
  move = createMoveMarket(e2e.stack.urls.marketData, PLENTY);
  const randoms = laneSymbols(LANES).map((_, index) => seededRandom(SEED + index));
  lanes = await createLanes(e2e, move, randoms, MIDDLE_MS);
});

afterAll(() => e2e?.stop());

/** Runs the races on all lanes at once; the books add up all the while. */
async function runRaces<T>(raceOnce: (lane: RaceLane) => Promise<T>): Promise<T[]> {
  const outcomes: T[] = [];
  const failures: unknown[] = [];
  let left = RACES;
  let isOver = false;
  const run = async (lane: RaceLane): Promise<void> => {
    while (left > 0) {
      left -= 1;
      try {
        outcomes.push(await raceOnce(lane));
      } catch (error) {
        left = 0;
        failures.push(error);
      }
    }
  };
  const check = async (): Promise<void> => {
    while (!isOver) {
      expect(await checkHub(e2e.hub)).toEqual([]);
      await sleep(CHECK_EVERY_MS);
    }
  };
  const checking = check();
  checking.catch(() => {});
  await Promise.all(lanes.map(run));
  isOver = true;
  // Races that are under way when one fails end first: what they leave behind would look like
  // another failure.
  if (failures.length > 0) throw failures[0];
  await checking;
  return outcomes;
}

interface Outcome {
  ended: string;
  delayMs: number;
}

function report(
  what: string,
  outcomes: readonly Outcome[],
  looks: number,
  startedAt: number,
): void {
  const counts = [...Map.groupBy(outcomes, ({ ended }) => ended)].map(([ended, all]) => {
    const delays = all.map(({ delayMs }) => delayMs).sort((a, b) => a - b);
    return `${ended} ${all.length} (${delays.at(0)?.toFixed(0)} to ${delays.at(-1)?.toFixed(0)} ms)`;
  });
  const seconds = ((Date.now() - startedAt) / 1_000).toFixed(1);
  console.info(
    `${outcomes.length} ${what} in ${seconds} s, seed ${SEED}, looked at ${looks} times: ${counts.sort().join(', ')}`,
  );
}

async function expectRestInOrder(): Promise<void> {
  await waitUntilAtRest(e2e);
  await expectBooksInOrder(e2e);
  expect(await e2e.hub`select kind, key, details from breaks`).toEqual([]);
}

const worth = (side: RaceSide, quantity: number, limit: string): Decimal =>
  side === 'BUY' ? new Decimal(limit).times(quantity) : new Decimal(quantity);

it(`gives the venue the last word in each of ${RACES} races between a cancel and a fill`, async () => {
  const startedAt = Date.now();
  let looks = 0;
  const raceCancel = async (lane: RaceLane): Promise<Outcome> => {
    const side = chooseFrom<RaceSide>(['BUY', 'SELL'], lane.random);
    const size = lane.random() < 0.7 ? PLENTY : 4;
    const { id } = await restInLane(lane, side, String(QUANTITY));
    const watch = watchLane(e2e, lane, side, worth(side, QUANTITY, '99.00'));
    const { answer, delayMs } = await race(
      lane,
      () => lane.trader.cancel(id),
      () => crossLane(lane, move, side, size),
    );
    await sleep(CROSSED_MS);
    await move(lane.symbol, LANE_PRICE);
    const order = (await settleRace(e2e, lane, [id])).get(id);
    looks += await watch.stop();

    if (answer.status === 409) expect(answer.body.code).toBe('ORDER_NOT_CANCELABLE');
    else expect(answer.status, answer.text).toBe(202);
    if (order?.status === 'CANCELED') expect(order.filled.lt(QUANTITY)).toBe(true);
    else expect(order).toMatchObject({ status: 'FILLED', filled: new Decimal(QUANTITY) });
    expect(await findHolds(e2e, lane)).toBe(NO_HOLDS);
    const hasTraded = !order?.filled.isZero();
    keepEven(lane, hasTraded);
    return {
      ended:
        order?.status === 'CANCELED' && hasTraded ? 'CANCELED after a part' : `${order?.status}`,
      delayMs,
    };
  };
  const outcomes = await runRaces(raceCancel);
  report('races of a cancel', outcomes, looks, startedAt);
  const endings = new Set(outcomes.map(({ ended }) => ended));
  expect([...endings].sort()).toEqual(['CANCELED', 'CANCELED after a part', 'FILLED']);
  await expectRestInOrder();
}, 300_000);

interface Replacement {
  quantity: number;
  limitPrice: string;
}

const REPLACED_LIMITS: Readonly<Record<RaceSide, readonly string[]>> = {
  BUY: ['98.90', '99.00', '99.50'],
  SELL: ['100.50', '101.00', '101.10'],
};

/** Whatever is still open after the race is filled or canceled. */
async function finish(
  lane: RaceLane,
  side: RaceSide,
  ids: readonly string[],
): Promise<Map<string, Ended>> {
  if (lane.random() < 0.5) await crossLane(lane, move, side, PLENTY);
  else {
    for (const id of ids) {
      const { status, text } = await lane.trader.cancel(id);
      expect([202, 409], text).toContain(status);
    }
  }
  const ended = await settleRace(e2e, lane, ids);
  await move(lane.symbol, LANE_PRICE);
  return ended;
}

/**
 * An order with its replacement: fills never beyond what was wanted, whichever of the two they
 * belong to. Says how the race went.
 */
function judgeReplace(
  wanted: Replacement,
  original: Ended | undefined,
  replacement: Ended | undefined,
): string {
  if (original?.status !== 'REPLACED' || !replacement) {
    expect(original?.filled.lte(QUANTITY)).toBe(true);
    if (replacement)
      expect(replacement).toMatchObject({
        status: 'REJECTED',
        rejectCode: 'REPLACE_REJECTED',
        filled: new Decimal(0),
      });
    return original?.status === 'FILLED' ? 'FILLED first' : `rejected, then ${original?.status}`;
  }
  expect(replacement.quantity.plus(original.filled)).toEqual(new Decimal(wanted.quantity));
  expect(original.filled.plus(replacement.filled).lte(wanted.quantity)).toBe(true);
  if (replacement.status !== 'FILLED') expect(replacement.status).toBe('CANCELED');
  else expect(original.filled.plus(replacement.filled)).toEqual(new Decimal(wanted.quantity));
  return original.filled.isZero() ? 'REPLACED' : 'REPLACED after a part';
}

it(`gives the venue the last word in each of ${RACES} races between a replace and a fill`, async () => {
  const startedAt = Date.now();
  let looks = 0;
  const raceReplace = async (lane: RaceLane): Promise<Outcome> => {
    const side = chooseFrom<RaceSide>(['BUY', 'SELL'], lane.random);
    const size = chooseFrom([3, 6, PLENTY], lane.random);
    const wanted = {
      quantity: chooseFrom([5, 8, 12, 20], lane.random),
      limitPrice: chooseFrom(REPLACED_LIMITS[side], lane.random),
    };
    const original = await restInLane(lane, side, String(QUANTITY));
    const needed = Decimal.max(
      worth(side, QUANTITY, '99.00'),
      worth(side, wanted.quantity, wanted.limitPrice),
      heldLast(side, wanted),
    );
    const watch = watchLane(e2e, lane, side, needed.plus(CENT));
    const { answer, delayMs } = await race(
      lane,
      () => replaceOrder(lane, original, wanted),
      () => crossLane(lane, move, side, size),
    );
    await sleep(CROSSED_MS);
    await move(lane.symbol, LANE_PRICE);
    const replacementId = readReplacementId(answer);
    const ids = replacementId === null ? [original.id] : [original.id, replacementId];
    const ended = await finish(lane, side, ids);
    looks += await watch.stop();
    const outcome = judgeReplace(
      wanted,
      ended.get(original.id),
      replacementId === null ? undefined : ended.get(replacementId),
    );
    expect(await findHolds(e2e, lane)).toBe(NO_HOLDS);
    keepEven(lane, outcome !== 'REPLACED');
    return { ended: outcome, delayMs };
  };
  const outcomes = await runRaces(raceReplace);
  report('races of a replace', outcomes, looks, startedAt);
  const endings = new Set(outcomes.map(({ ended }) => ended));
  expect([...endings]).toEqual(
    expect.arrayContaining(['REPLACED', 'REPLACED after a part', 'FILLED first']),
  );
  await expectRestInOrder();
}, 300_000);

/**
 * A replacement's shares beyond the original's are held for however much of the original has filled
 * by then.
 */
const heldLast = (side: RaceSide, { quantity, limitPrice }: Replacement): Decimal =>
  worth(side, QUANTITY, '99.00').plus(worth(side, Math.max(quantity - QUANTITY, 0), limitPrice));

const replaceOrder = (
  { trader }: RaceLane,
  { id }: Order,
  { quantity, limitPrice }: Replacement,
): Promise<Answer<Order & ProblemBody>> =>
  trader.send('PATCH', `/v1/orders/${id}`, {
    body: { quantity: String(quantity), limitPrice },
    headers: { 'Idempotency-Key': randomUUID() },
  });

/**
 * The order that was to take the place; `null` when the original was closed before anybody decided
 * on one.
 */
function readReplacementId({ status, body, text }: Answer<Order & ProblemBody>): string | null {
  if (status === 202) return body.id;
  expect(['ORDER_NOT_REPLACEABLE', 'REPLACE_REJECTED'], text).toContain(body.code);
  return body.code === 'REPLACE_REJECTED' ? (body.orderId ?? null) : null;
}

const ONE_REPLACEMENT =
  '(select r.id from orders r join orders o on o.replaced_by = r.id order by r.id limit 1)';
const TWO_REPLACEMENTS = ONE_REPLACEMENT.replace('limit 1', 'limit 2');

/**
 * Each breaks one thing between an order and its replacement, as a defect or a hand in the database
 * would.
 */
const CORRUPTIONS: readonly [rule: string, statement: string][] = [
  [
    'a replaced order and its replacement name each other',
    `update orders set replaced_by = null where replaced_by = ${ONE_REPLACEMENT}`,
  ],
  [
    'a replacement works in the place of its original or not at all',
    `update orders set status = 'REJECTED', reject_code = 'REPLACE_REJECTED' where id = ${ONE_REPLACEMENT}`,
  ],
  [
    'one replacement at most waits for a place',
    `with two as ${TWO_REPLACEMENTS},
      gone as (update orders set replaced_by = null where replaced_by in (select id from two))
    update orders set status = 'PENDING_NEW', replaces = (select replaces from orders where id = (select min(id::text)::uuid from two))
    where id in (select id from two)`,
  ],
  [
    'no replacement waits for the place of an order that has ended',
    `with one as ${ONE_REPLACEMENT}, gone as (update orders set replaced_by = null where replaced_by in (select id from one))
    update orders set status = 'PENDING_NEW' where id in (select id from one)`,
  ],
];

it.each(CORRUPTIONS)('finds it when this does not hold in the hub: %s', async (rule, statement) => {
  await undone(e2e.hub, async (tx) => {
    await tx.unsafe(statement);
    expect((await checkInvariants(tx, e2e.venue)).map((violation) => violation.rule)).toContain(
      rule,
    );
  });
});

it('finds it when an order replaces another one at the venue', async () => {
  await undone(e2e.venue, async (tx) => {
    await tx.unsafe(`update orders set replaces = gen_random_uuid()::text where client_order_id = (
      select min(client_order_id) from orders where replaces is not null)`);
    const broken = await checkInvariants(e2e.hub, tx);
    expect(broken.map((violation) => violation.rule)).toContain(
      'an order replaces the same order in both books',
    );
  });
});

it('has a corruption for every rule of replacements', () => {
  const rules = Object.keys({ ...REPLACEMENT_RULES, ...REPLACEMENT_RULES_AT_REST });
  expect(CORRUPTIONS.map(([rule]) => rule)).toEqual(expect.arrayContaining(rules));
});
