import type { Order } from '../../contracts/orders/order.ts';
import { buyLimit, type OrderRequest } from './e2e-client.ts';
import type { E2eStack, Trader } from './e2e-stack.ts';
import type { MoveMarket } from './manual-market.ts';
import { chooseFrom } from './trading-load.ts';

/**
 * Last prices in USD. IBM is only bought and only falls, FB is only sold and only rises: what is
 * marketable there stays so.
 */
const LAST = { AAPL: '205.75', FB: '38.23', IBM: '127.50', MSFT: '28.77' } as const;

/** What an order of the load is to come to. */
export type Course = 'AT_ONCE' | 'RESTS_THEN_FILLS' | 'RESTS_THEN_CANCELED';

export interface LoadOrder {
  course: Course;
  request: OrderRequest;
}

export interface SentOrder extends LoadOrder {
  trader: Trader;
  order: Order;
}

const SHARES_OF_EACH = '400';
const PLENTY = 100_000;
const CLIENTS = 16;

const sellLimit = (symbol: string, quantity: string, limitPrice: string): OrderRequest => ({
  ...buyLimit(symbol, quantity, limitPrice),
  side: 'SELL',
});

/** Traders with money, and with shares to sell. */
export async function createSellers(
  e2e: E2eStack,
  move: MoveMarket,
  count: number,
): Promise<Trader[]> {
  const traders = await e2e.createTraders(count, '1000000.00');
  await Promise.all([move('FB', LAST.FB, PLENTY), move('MSFT', LAST.MSFT, PLENTY)]);
  const buys = traders.flatMap((trader) =>
    ['FB', 'MSFT'].map((symbol) => ({ trader, request: buyMarketable(symbol, SHARES_OF_EACH) })),
  );
  await Promise.all(
    buys.map(async ({ trader, request }) => {
      const { body } = await trader.submit(request);
      await trader.waitForOrder(body.id, ({ status }) => status === 'FILLED');
    }),
  );
  await Promise.all([move('FB', LAST.FB), move('MSFT', LAST.MSFT)]);
  return traders;
}

const buyMarketable = (symbol: string, quantity: string): OrderRequest => ({
  symbol,
  side: 'BUY',
  type: 'MARKET',
  timeInForce: 'DAY',
  quantity,
});

/**
 * Both sides, whole and broken quantities; two thirds trade at once, the others rest until the
 * market comes to them or they are canceled.
 */
export function planLoad(count: number, random: () => number): LoadOrder[] {
  return Array.from({ length: count }, () => {
    const roll = random();
    const shares = 1 + Math.floor(random() * 12);
    const quantity =
      random() < 0.25 ? `${shares}.${1 + Math.floor(random() * 999)}` : String(shares);
    if (roll < 0.66) return { course: 'AT_ONCE', request: chooseAtOnce(quantity, random) };
    if (roll < 0.84)
      return {
        course: 'RESTS_THEN_FILLS',
        request: chooseResting(quantity, random, ['IBM', '121.00'], ['FB', '40.00']),
      };
    return {
      course: 'RESTS_THEN_CANCELED',
      request: chooseResting(quantity, random, ['AAPL', '196.00'], ['MSFT', '30.00']),
    };
  });
}

function chooseAtOnce(quantity: string, random: () => number): OrderRequest {
  const isBuy = random() < 0.5;
  const isLimit = random() < 0.35;
  if (isBuy) {
    const symbol = chooseFrom(['AAPL', 'IBM'] as const, random);
    const limits = { AAPL: '212.00', IBM: '131.00' } as const;
    return isLimit
      ? buyLimit(symbol, quantity, limits[symbol], { timeInForce: 'DAY' })
      : buyMarketable(symbol, quantity);
  }
  const symbol = chooseFrom(['FB', 'MSFT'] as const, random);
  const limits = { FB: '37.00', MSFT: '28.00' } as const;
  return isLimit
    ? sellLimit(symbol, quantity, limits[symbol])
    : { ...buyMarketable(symbol, quantity), side: 'SELL' };
}

type PriceIn = readonly [symbol: string, limitPrice: string];

const chooseResting = (
  quantity: string,
  random: () => number,
  buy: PriceIn,
  sell: PriceIn,
): OrderRequest =>
  random() < 0.5 ? buyLimit(buy[0], quantity, buy[1]) : sellLimit(sell[0], quantity, sell[1]);

/** Sends all, some at once; each must be accepted. `onSent` is told how many have been so far. */
export async function sendLoad(
  traders: readonly Trader[],
  load: readonly LoadOrder[],
  onSent: (count: number) => void = () => {},
): Promise<SentOrder[]> {
  const sent: SentOrder[] = [];
  const waiting = load.entries();
  const client = async (): Promise<void> => {
    for (const [index, planned] of waiting) {
      const trader = traders[index % traders.length];
      if (!trader) throw new Error('nobody trades');
      const answer = await trader.submit(planned.request);
      if (answer.status !== 202)
        throw new Error(`an order was not accepted: ${answer.status} ${answer.text}`);
      sent.push({ ...planned, trader, order: answer.body });
      onSent(sent.length);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  return sent;
}

/** The market comes to the orders that wait for it. */
export async function moveToResting(move: MoveMarket): Promise<void> {
  await Promise.all([move('IBM', '120.50'), move('FB', '40.50')]);
}

export async function moveBack(move: MoveMarket): Promise<void> {
  await Promise.all([move('IBM', LAST.IBM), move('FB', LAST.FB)]);
}

/**
 * Each order that is to be canceled is asked to be, once. The answer may come before the venue has
 * spoken.
 */
export async function cancelResting(sent: readonly SentOrder[]): Promise<void> {
  const toCancel = sent.filter(({ course }) => course === 'RESTS_THEN_CANCELED').values();
  const client = async (): Promise<void> => {
    for (const { trader, order } of toCancel) {
      const answer = await trader.cancel(order.id);
      if (answer.status !== 202)
        throw new Error(`a resting order was not canceled: ${answer.status} ${answer.text}`);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
}
