import { expect, it } from 'vitest';
import {
  ACCOUNTS,
  mixedOrder,
  OPENING_ORDERS,
  openingOrder,
  restingOrder,
  SYMBOLS,
} from '../../bench/order-mix.ts';
import { PRICES } from '../support/test-stack.ts';

interface Body {
  symbol: string;
  side: 'BUY' | 'SELL';
  quantity: string;
}

const bodyOf = (text: string) => JSON.parse(text) as Body;
const orders = (count: number) =>
  Array.from({ length: count }, (_, index) => mixedOrder(index)).map(({ account, body }) => ({
    account,
    ...bodyOf(body),
  }));

it('opens one position in each symbol of each account', () => {
  const opened = Array.from({ length: OPENING_ORDERS }, (_, index) => openingOrder(index));
  const places = new Set(opened.map(({ account, body }) => `${account}/${bodyOf(body).symbol}`));
  expect(places.size).toBe(ACCOUNTS * SYMBOLS.length);
  expect(opened.every(({ body }) => bodyOf(body).side === 'BUY')).toBe(true);
});

it('uses all accounts and symbols, and buys as often as it sells', () => {
  const mixed = orders(2 * OPENING_ORDERS);
  expect(new Set(mixed.map(({ account }) => account)).size).toBe(ACCOUNTS);
  expect(new Set(mixed.map(({ symbol }) => symbol)).size).toBe(SYMBOLS.length);
  expect(mixed.filter(({ side }) => side === 'BUY')).toHaveLength(OPENING_ORDERS);
});

it('never sells more than was opened, however many orders run and whichever of them is booked first', () => {
  const mixed = orders(5_000);
  const opening = Number(bodyOf(openingOrder(0).body).quantity);
  const sold = new Map<string, number>();
  for (const { account, symbol, side, quantity } of mixed) {
    const place = `${account}/${symbol}`;
    if (side === 'SELL') sold.set(place, (sold.get(place) ?? 0) + Number(quantity));
  }
  expect(Math.max(...sold.values())).toBeLessThanOrEqual(opening);
});

it('rests in the books of all symbols, for all accounts alike, below every price at which it could trade', () => {
  const resting = Array.from({ length: 2 * OPENING_ORDERS }, (_, index) => restingOrder(index));
  expect(
    new Set(resting.map(({ account, body }) => `${account}/${bodyOf(body).symbol}`)).size,
  ).toBe(OPENING_ORDERS);
  const limits = resting.map(
    ({ body }) => JSON.parse(body) as { symbol: string; limitPrice: string },
  );
  for (const { symbol, limitPrice } of limits) {
    const share = Number(limitPrice) / Number(PRICES[symbol]);
    expect(share).toBeGreaterThan(0.5);
    expect(share).toBeLessThan(0.9);
  }
});
