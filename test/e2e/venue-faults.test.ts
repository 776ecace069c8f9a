import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createAccessTokens } from '../../adapters/security/access-tokens.ts';
import { waitUntil } from '../../dev/wait-until.ts';
import { expectBooksInOrder } from '../support/books-in-order.ts';
import { buyMarket, createE2eClient } from '../support/e2e-client.ts';
import { healStack } from '../support/e2e-recovery.ts';
import { askStanding, readCounter, waitUntilAtRest } from '../support/e2e-rest.ts';
import { type OwnE2eStack, startE2eStack, type Trader } from '../support/e2e-stack.ts';
import {
  cancelResting,
  createSellers,
  moveBack,
  moveToResting,
  planLoad,
  type SentOrder,
  sendLoad,
} from '../support/fault-load.ts';
import {
  createMoveMarket,
  MANUAL_MARKET_ENTRY,
  type MoveMarket,
} from '../support/manual-market.ts';
import { checkHub } from '../support/trading-invariants.ts';
import { seededRandom } from '../support/trading-load.ts';
import { volume } from '../support/volume.ts';

const ORDERS = volume(60, 200);
const TRADERS = 10;
const SEED = 20_261_127;
/** Little enough that many orders are filled in parts, some of them by the stream of reports. */
const QUOTE_SIZE = 12;
/** All quick retries (36 s) and then some, on a machine that is shared. */
const LONG_WAIT_MS_MAX = 120_000;
const MINUTE_MS = 60_000;
/** A caller waits 0.8 s for the venue. */
const TOO_LATE_MS = 1_500;

let e2e: OwnE2eStack;
let move: MoveMarket;
let traders: Trader[];

beforeAll(async () => {
  e2e = await startE2eStack({
    env: { 'market-data': { SIMULATOR_SIZE: String(QUOTE_SIZE) } },
    marketData: MANUAL_MARKET_ENTRY,
  });
  move = createMoveMarket(e2e.stack.urls.marketData, QUOTE_SIZE);
});

afterAll(() => e2e?.stop());

beforeEach(async () => {
  traders = await createSellers(e2e, move, TRADERS);
});

interface FaultCase {
  name: string;
  begin(): Promise<void>;
  /** Told of every order that is accepted. */
  onSent?(count: number): void;
  /** How long it lasts once all is sent, moved and canceled. */
  endure?(sent: readonly SentOrder[]): Promise<void>;
  /** Proof that the fault did hit; asked before it is healed. */
  proof?(): Promise<number>;
  heal(sent: readonly SentOrder[]): Promise<void>;
}

const venueProcess = () => e2e.stack.processes['paper-broker'];
const heal = (): Promise<void> => e2e.setFault({ mode: 'NONE' });
const countPlaceFailures = () =>
  readCounter(
    e2e.stack.urls.paperBrokerMetrics,
    'paper_broker_calls_total',
    'PlaceOrder',
    'Unavailable',
  );
const countRepeated = () =>
  readCounter(e2e.stack.urls.workersMetrics, 'hub_broker_reports_repeated_total');
const countGaps = () => readCounter(e2e.stack.urls.workersMetrics, 'hub_broker_report_gaps_total');

let restarts: Promise<void> = Promise.resolve();

const FAULTS: readonly FaultCase[] = [
  {
    name: 'acts, and every answer to PlaceOrder is lost',
    begin: () => e2e.setFault({ mode: 'LOSE_ANSWER', target: 'PLACE_ORDER' }),
    proof: countPlaceFailures,
    heal,
  },
  {
    name: 'gets no PlaceOrder at all',
    begin: () => e2e.setFault({ mode: 'DOWN', target: 'PLACE_ORDER' }),
    proof: countPlaceFailures,
    heal,
  },
  {
    name: 'takes each PlaceOrder only after its caller has given it up',
    begin: () => e2e.setFault({ mode: 'SLOW', target: 'PLACE_ORDER', delayMs: TOO_LATE_MS }),
    heal,
  },
  {
    name: 'is killed, and away until the orders wait minutes for their next attempt',
    begin: async () => venueProcess()?.kill('SIGKILL'),
    async endure(sent) {
      await waitForLongWaits(sent);
      expect(await checkHub(e2e.hub)).toEqual([]);
    },
    async heal(sent) {
      await venueProcess()?.start();
      await retryAll(sent);
    },
  },
  {
    name: 'is killed twice in mid-load and started again at once',
    begin: async () => {},
    onSent(count) {
      if (count !== ORDERS * 0.25 && count !== ORDERS * 0.6) return;
      restarts = restarts.then(async () => {
        await venueProcess()?.kill('SIGKILL');
        await venueProcess()?.start();
      });
    },
    heal: () => restarts,
  },
  {
    name: 'reports everything three times',
    begin: () => e2e.setFault({ mode: 'REPEAT_REPORTS' }),
    endure: waitUntilVenueIsDone,
    proof: countRepeated,
    heal,
  },
  {
    name: 'reports in reverse order, also what a reader that comes back has missed',
    begin: () => e2e.setFault({ mode: 'REVERSE_REPORTS' }),
    onSent(count) {
      if (count === ORDERS / 2) restarts = Promise.resolve(e2e.stack.processes.workers?.restart());
    },
    endure: waitUntilVenueIsDone,
    async heal() {
      await restarts;
      await heal();
    },
  },
  {
    name: 'leaves all reports of one symbol out of the stream',
    begin: () => e2e.setFault({ mode: 'DROP_REPORTS', symbol: 'IBM' }),
    endure: waitUntilVenueIsDone,
    proof: countGaps,
    async heal() {
      await heal();
      // What is missing at the very end shows with the next report.
      await traders[0]?.submit(buyMarket('AAPL', '1'));
    },
  },
];

/** The venue has nothing to do any more: every report of it was made under the fault. */
async function waitUntilVenueIsDone(sent: readonly SentOrder[]): Promise<void> {
  const ids = sent.map(({ order }) => order.id);
  const isDone = async (): Promise<boolean> => {
    const closed = await e2e.venue`
      select 1 from orders where client_order_id in ${e2e.venue(ids)} and status not in ('NEW', 'PARTIALLY_FILLED')`;
    return closed.length === ids.length;
  };
  await waitUntil(isDone, {
    timeoutMs: LONG_WAIT_MS_MAX,
    everyMs: 200,
    message: 'orders are still open at the venue',
  });
}

/**
 * Every order that is still open has used up its quick retries: nothing would happen to it for
 * minutes.
 */
async function waitForLongWaits(sent: readonly SentOrder[]): Promise<void> {
  const isWaitingLong = async ({ order }: SentOrder): Promise<boolean> => {
    const standing = await askStanding(e2e, order.id);
    if (standing?.status === 'CANCELED') return true;
    expect(standing).toMatchObject({ filledQuantity: '0', rejectCode: null });
    expect(['PENDING_NEW', 'PENDING_CANCEL']).toContain(standing?.status);
    const until = standing?.waiting?.until ?? null;
    return until !== null && Date.parse(until) > Date.now() + MINUTE_MS;
  };
  let pending = [...sent];
  const isAllWaiting = async (): Promise<boolean> => {
    const still: SentOrder[] = [];
    for (const each of pending) if (!(await isWaitingLong(each))) still.push(each);
    pending = still;
    return still.length === 0;
  };
  await waitUntil(isAllWaiting, {
    timeoutMs: LONG_WAIT_MS_MAX,
    everyMs: 1_000,
    message: 'the orders do not wait for their long retries',
  });
}

/**
 * What an operator does once the venue is back: ends the waits, also those that began anew because
 * it was too early.
 */
async function retryAll(sent: readonly SentOrder[]): Promise<void> {
  const caller = traders[0]?.account.caller;
  if (!caller) throw new Error('there is no trader');
  const tokens = createAccessTokens(e2e.stack.env.JWT_SECRET ?? '', Date.now);
  const operator = createE2eClient(
    e2e.stack.urls.api,
    await tokens.sign({ ...caller, roles: ['OPERATOR'] }),
  );
  const ids = sent.map(({ order }) => order.id);
  const retryOpen = async (): Promise<boolean> => {
    const open = await e2e.hub<{ id: string }[]>`
      select id from orders where id in ${e2e.hub(ids)} and status in ('PENDING_NEW', 'PENDING_CANCEL')`;
    for (const { id } of open) {
      const answer = await operator.send('POST', `/v1/admin/orders/${id}/retry`, {
        body: { reason: 'the venue is back' },
      });
      expect([202, 409], answer.text).toContain(answer.status);
    }
    return open.length === 0;
  };
  await waitUntil(retryOpen, {
    timeoutMs: LONG_WAIT_MS_MAX,
    everyMs: 1_000,
    message: 'the orders cannot be retried',
  });
}

const ENDS = {
  AT_ONCE: 'FILLED',
  RESTS_THEN_FILLS: 'FILLED',
  RESTS_THEN_CANCELED: 'CANCELED',
} as const;

/** Each order as the hub has it in the end, with how many fills of it each side has. */
async function readEnds(sent: readonly SentOrder[]) {
  const ids = sent.map(({ order }) => order.id);
  const rows = await e2e.hub<{ id: string; status: string; fills: number }[]>`
    select o.id, o.status, (select count(*)::int from executions e where e.order_id = o.id) as fills from orders o where o.id in ${e2e.hub(ids)}`;
  const there = await e2e.venue<{ fills: number }[]>`
    select count(*)::int as fills from execution_reports
    where exec_type = 'TRADE' and client_order_id in ${e2e.venue(ids)}`;
  return { ends: new Map(rows.map((row) => [row.id, row])), fillsThere: there[0]?.fills ?? 0 };
}

function summarize(ends: Iterable<{ status: string }>): string {
  const counts = Map.groupBy(ends, ({ status }) => status);
  return [...counts].map(([status, orders]) => `${status} ${orders.length}`).join(', ');
}

it.each(FAULTS.map((fault, index) => ({ ...fault, index })))(
  `settles ${ORDERS} orders as the venue traded them, each fill once, when it $name`,
  async ({ index, ...fault }) => {
    const before = (await fault.proof?.()) ?? 0;
    await fault.begin();
    const sent = await sendLoad(
      traders,
      planLoad(ORDERS, seededRandom(SEED + index)),
      fault.onSent,
    );
    await moveToResting(move);
    await cancelResting(sent);
    await fault.endure?.(sent);
    if (fault.proof) expect(await fault.proof(), 'the fault hit').toBeGreaterThan(before);
    const healedAt = Date.now();
    await fault.heal(sent);
    await waitUntilAtRest(e2e);
    const seconds = (Date.now() - healedAt) / 1_000;
    await moveBack(move);
    await healStack(e2e);

    const { ends, fillsThere } = await readEnds(sent);
    const fills = [...ends.values()].reduce((sum, end) => sum + end.fills, 0);
    console.info(
      `${fault.name}: ${ends.size} orders, ${fills} fills here, ${fillsThere} there, ${summarize(ends.values())}, ${seconds.toFixed(1)} s until rest`,
    );
    expect(ends.size).toBe(ORDERS);
    expect(fills).toBe(fillsThere);
    for (const { order, course } of sent)
      expect(ends.get(order.id), course).toMatchObject({ status: ENDS[course] });
    await expectBooksInOrder(e2e);
    expect(await e2e.hub`select 1 from holds where remaining > 0`).toHaveLength(0);
    expect(await e2e.hub`select kind, key, details from breaks`).toEqual([]);
  },
  300_000,
);
