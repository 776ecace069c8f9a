import { setTimeout as sleep } from 'node:timers/promises';
import type { Order } from '../../contracts/orders/order.ts';
import { Decimal } from '../../domain/money/decimal.ts';
import { buyLimit } from './e2e-client.ts';
import type { E2eStack, Trader } from './e2e-stack.ts';
import type { MoveMarket } from './manual-market.ts';

/**
 * A symbol of its own and one trader: what happens to its market and its account is the lane's race
 * alone.
 */
export interface RaceLane {
  trader: Trader;
  symbol: string;
  random: () => number;
  /**
   * How long after the request the market crosses, in the middle of the random delays; moves with
   * the outcomes on all lanes so that both stay likely.
   */
  pace: { middleMs: number };
}

export const LANE_PRICE = '100.00';
/** Prices at which an order rests, and the last price that crosses it by far. */
const RESTING = {
  BUY: { limit: '99.00', crossing: '98.00' },
  SELL: { limit: '101.00', crossing: '102.00' },
} as const;

export type RaceSide = keyof typeof RESTING;

const SHARES_TO_SELL = '2000';
const PLENTY = 100_000;

export const laneSymbols = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `RACE${index + 1}`);

/** Traders with money and shares, each on its own symbol, which becomes an instrument. */
export async function createLanes(
  e2e: E2eStack,
  move: MoveMarket,
  randoms: readonly (() => number)[],
  middleMs: number,
): Promise<RaceLane[]> {
  const symbols = laneSymbols(randoms.length);
  await e2e.hub`insert into instruments ${e2e.hub(symbols.map((symbol) => ({ symbol, name: symbol, exchange: 'TEST' })))} on conflict do nothing`;
  const traders = await e2e.createTraders(randoms.length, '1000000.00');
  const pace = { middleMs };
  const lanes: RaceLane[] = [];
  for (const [index, symbol] of symbols.entries()) {
    const [trader, random] = [traders[index], randoms[index]];
    if (!trader || !random) throw new Error('a lane has a trader');
    await move(symbol, LANE_PRICE, PLENTY);
    const bought = await trader.submit({
      symbol,
      side: 'BUY',
      type: 'MARKET',
      timeInForce: 'DAY',
      quantity: SHARES_TO_SELL,
    });
    if (bought.status !== 202) throw new Error(`the lane has no shares: ${bought.text}`);
    await trader.waitForOrder(bought.body.id, ({ status }) => status === 'FILLED');
    lanes.push({ trader, symbol, random, pace });
  }
  return lanes;
}

/** An order that rests at the venue, below or above the lane's market. */
export async function restInLane(
  { trader, symbol }: RaceLane,
  side: RaceSide,
  quantity: string,
): Promise<Order> {
  const { status, body, text } = await trader.submit(
    buyLimit(symbol, quantity, RESTING[side].limit, { side }),
  );
  if (status !== 202) throw new Error(`the order was not accepted: ${status} ${text}`);
  return trader.waitForOrder(body.id, (order) => order.status === 'NEW');
}

/** The market crosses every order of the side, with so many shares. */
export const crossLane = (
  { symbol }: RaceLane,
  move: MoveMarket,
  side: RaceSide,
  size: number,
): Promise<void> => move(symbol, RESTING[side].crossing, size);

const DELAY_SPREAD_MS = 30;
const STEP_MS = 2;
const MIDDLE_MS_MAX = 400;

/**
 * Runs the request and the crossing, the second a random moment after (or before) the first;
 * returns the request's answer and the delay.
 */
export async function race<T>(
  lane: RaceLane,
  request: () => Promise<T>,
  cross: () => Promise<void>,
): Promise<{ answer: T; delayMs: number }> {
  const delayMs = lane.pace.middleMs + (lane.random() - 0.5) * DELAY_SPREAD_MS;
  const afterMs = async (ms: number): Promise<void> => {
    if (ms > 0) await sleep(ms);
  };
  const crossed = afterMs(delayMs).then(cross);
  const answered = afterMs(-delayMs).then(request);
  const [answer] = await Promise.all([answered, crossed]);
  return { answer, delayMs };
}

/** The market that came first comes a little later the next time, and the other way round. */
export function keepEven({ pace }: RaceLane, hasMarketWon: boolean): void {
  pace.middleMs = Math.min(pace.middleMs + (hasMarketWon ? STEP_MS : -STEP_MS), MIDDLE_MS_MAX);
}

/** What both sides say of the orders in the end. */
export interface Ended {
  id: string;
  status: string;
  quantity: Decimal;
  filled: Decimal;
  rejectCode: string | null;
}

/**
 * Waits until nothing of the lane is open, then compares status and fills of the orders with the
 * venue's word for them. Throws where they differ.
 */
export async function settleRace(
  e2e: E2eStack,
  { trader }: RaceLane,
  orderIds: readonly string[],
): Promise<Map<string, Ended>> {
  for (const id of orderIds) await trader.waitForEnd(id);
  const ours = await e2e.hub<
    {
      id: string;
      status: string;
      quantity: string;
      filled: string;
      reject_code: string | null;
      trades: string;
    }[]
  >`
    select o.id, o.status, o.quantity, o.filled_quantity as filled, o.reject_code,
      (select coalesce(string_agg(concat_ws(' ', e.broker_execution_id, trim_scale(e.quantity), trim_scale(e.price)), ', '
        order by e.broker_execution_id), '') from executions e where e.order_id = o.id) as trades
    from orders o where o.id in ${e2e.hub([...orderIds])}`;
  const theirs = await e2e.venue<{ id: string; status: string; filled: string; trades: string }[]>`
    select o.client_order_id as id, o.status, o.filled_quantity as filled,
      (select coalesce(string_agg(concat_ws(' ', 'PB-' || v.venue_id || '-' || r.sequence, trim_scale(r.last_quantity), trim_scale(r.last_price)), ', '
        order by 'PB-' || v.venue_id || '-' || r.sequence), '')
        from execution_reports r, venue v where r.exec_type = 'TRADE' and r.client_order_id = o.client_order_id) as trades
    from orders o where o.client_order_id in ${e2e.venue([...orderIds])}`;
  const atVenue = new Map(theirs.map((order) => [order.id, order]));
  const ended = new Map<string, Ended>();
  for (const { id, status, quantity, filled, reject_code: rejectCode, trades } of ours) {
    const there = atVenue.get(id);
    const isSame = there
      ? there.status === status && there.trades === trades
      : status === 'REJECTED' && trades === '';
    if (!isSame)
      throw new Error(
        `${id} is ${status} (${trades}) here and ${there?.status ?? 'unknown'} (${there?.trades}) there`,
      );
    ended.set(id, {
      id,
      status,
      quantity: new Decimal(quantity),
      filled: new Decimal(filled),
      rejectCode,
    });
  }
  return ended;
}

/**
 * Nothing of the lane is set aside any more: neither cash nor shares, in any of the places where
 * that is kept.
 */
export async function findHolds(e2e: E2eStack, { trader }: RaceLane): Promise<string> {
  const { accountId } = trader.account;
  const [row] = await e2e.hub<{ held: string }[]>`
    select concat_ws(' ',
      (select coalesce(sum(remaining), 0) from holds where account_id = ${accountId}),
      (select coalesce(sum(balance), 0) from ledger_accounts where account_id = ${accountId} and kind = 'CASH_HELD'),
      (select coalesce(sum(held_quantity), 0) from positions where account_id = ${accountId})) as held`;
  return row?.held ?? '';
}

export const NO_HOLDS = '0.00000000 0.00000000 0.00000000';
