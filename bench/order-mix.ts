/** The symbols that the seed knows. */
export const SYMBOLS = ['AAPL', 'FB', 'GOOG', 'IBM', 'MSFT'] as const;

export const ACCOUNTS = 20;

export interface MixedOrder {
  /** Which account sends it, from 0. */
  readonly account: number;
  readonly body: string;
}

/**
 * A position in every account and symbol, so that sells have something to sell: this many orders,
 * numbered from 0.
 */
export const OPENING_ORDERS = ACCOUNTS * SYMBOLS.length;

const OPENING_QUANTITY = '1500';
const QUANTITY = '10';

const marketOrder = (symbol: string, side: 'BUY' | 'SELL', quantity: string): string =>
  JSON.stringify({ symbol, side, type: 'MARKET', timeInForce: 'DAY', quantity });

/** Two thirds of what the simulator asks for: within the collar, and never reached. */
const FAR_BELOW: Readonly<Record<string, string>> = {
  AAPL: '137.00',
  FB: '25.00',
  GOOG: '352.00',
  IBM: '85.00',
  MSFT: '19.00',
};

const placeOf = (index: number): { account: number; symbol: string; round: number } => ({
  account: index % ACCOUNTS,
  symbol: SYMBOLS[Math.floor(index / ACCOUNTS) % SYMBOLS.length] ?? SYMBOLS[0],
  round: Math.floor(index / OPENING_ORDERS),
});

export function openingOrder(index: number): MixedOrder {
  const { account, symbol } = placeOf(index);
  return { account, body: marketOrder(symbol, 'BUY', OPENING_QUANTITY) };
}

/**
 * Goes round the accounts, then the symbols; each account buys and sells a symbol in turn, so that
 * its position stays near its opening.
 */
export function mixedOrder(index: number): MixedOrder {
  const { account, symbol, round } = placeOf(index);
  return {
    account,
    body: marketOrder(symbol, (round + account) % 2 === 0 ? 'BUY' : 'SELL', QUANTITY),
  };
}

/** A purchase far below the market, good till canceled: it waits, whatever comes. */
export function restingOrder(index: number): MixedOrder {
  const { account, symbol } = placeOf(index);
  const limitPrice = FAR_BELOW[symbol];
  return {
    account,
    body: JSON.stringify({
      symbol,
      side: 'BUY',
      type: 'LIMIT',
      timeInForce: 'GTC',
      quantity: '1',
      limitPrice,
    }),
  };
}
