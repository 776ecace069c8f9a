import { chooseFrom } from '../test/support/trading-load.ts';

/** The body of `POST /v1/orders`. */
export type OrderBody = Readonly<Record<string, string>>;

/**
 * What a client does when the answer is 503 or does not come: asks again under the same key, lets
 * it be, or had no key in the first place.
 */
export type Persistence = 'INSISTS' | 'GIVES_UP' | 'HAS_NO_KEY';

export interface PlannedOrder {
  /** Index of the trader who sends it. */
  trader: number;
  body: OrderBody;
  persistence: Persistence;
  /** What its client asks of it later, once it has been acknowledged. */
  followUp: { ask: 'CANCEL' } | { ask: 'REPLACE'; body: OrderBody } | null;
  followUpAfterMs: number;
}

/** Where the simulator starts, in USD. */
const PRICES = { AAPL: 205.75, FB: 38.23, GOOG: 529.2, IBM: 127.5, MSFT: 28.77 } as const;
const SYMBOLS = Object.keys(PRICES) as (keyof typeof PRICES)[];
const FOLLOW_UP_MS_MAX = 4_000;

type Random = () => number;

/**
 * A day's mixture: every type and side, whole and broken quantities, marketable, near and far from
 * the market, and some nonsense.
 */
export function planOrders(count: number, traders: number, random: Random): PlannedOrder[] {
  return Array.from({ length: count }, () => {
    const body = random() < 0.04 ? planNonsense(random) : planBody(random);
    const roll = random();
    return {
      trader: Math.floor(random() * traders),
      body,
      persistence: roll < 0.6 ? 'INSISTS' : roll < 0.85 ? 'GIVES_UP' : 'HAS_NO_KEY',
      followUp: planFollowUp(body, random),
      followUpAfterMs: Math.floor(random() * FOLLOW_UP_MS_MAX),
    };
  });
}

function planBody(random: Random): OrderBody {
  const symbol = chooseFrom(SYMBOLS, random);
  const side = random() < 0.6 ? 'BUY' : 'SELL';
  const common = { symbol, side };
  const quantity = planQuantity(random);
  const price = PRICES[symbol];
  // Away from the market in the direction in which the order does not trade at once.
  const away = side === 'BUY' ? -1 : 1;
  const near = cents(price * (1 + away * (0.001 + random() * 0.015)));
  const restingTime = random() < 0.5 ? 'GTC' : 'DAY';
  const roll = random();
  if (roll < 0.34)
    return {
      ...common,
      type: 'MARKET',
      timeInForce: chooseFrom(['DAY', 'DAY', 'GTC', 'IOC', 'FOK'], random),
      quantity,
    };
  if (roll < 0.38)
    return {
      ...common,
      type: 'MARKET',
      timeInForce: 'DAY',
      notional: cents(50 + random() * 2_000),
    };
  if (roll < 0.5)
    return {
      ...common,
      type: 'LIMIT',
      timeInForce: chooseFrom(['DAY', 'GTC', 'IOC', 'FOK'], random),
      quantity,
      limitPrice: cents(price * (1 - away * 0.03)),
    };
  if (roll < 0.7)
    return { ...common, type: 'LIMIT', timeInForce: restingTime, quantity, limitPrice: near };
  if (roll < 0.8)
    return {
      ...common,
      type: 'LIMIT',
      timeInForce: restingTime,
      quantity,
      limitPrice: cents(price * (1 + away * 0.2)),
    };
  const stopPrice = cents(price * (1 - away * (0.001 + random() * 0.01)));
  if (roll < 0.88)
    return { ...common, type: 'STOP', timeInForce: restingTime, quantity, stopPrice };
  if (roll < 0.94)
    return {
      ...common,
      type: 'STOP_LIMIT',
      timeInForce: restingTime,
      quantity,
      stopPrice,
      limitPrice: cents(Number(stopPrice) * (1 - away * 0.005)),
    };
  return {
    ...common,
    type: 'TRAILING_STOP',
    timeInForce: restingTime,
    quantity,
    trailPercent: cents(0.2 + random()),
  };
}

function planQuantity(random: Random): string {
  const shares = 1 + Math.floor(random() * 15);
  if (random() < 0.02) return '1000000';
  if (random() < 0.1) return String(shares * 20);
  return random() < 0.25 ? `${shares}.${1 + Math.floor(random() * 999)}` : String(shares);
}

const planNonsense = (random: Random): OrderBody =>
  chooseFrom(
    [
      { symbol: 'NOPE', side: 'BUY', type: 'MARKET', timeInForce: 'DAY', quantity: '1' },
      { symbol: 'AAPL', side: 'BUY', type: 'MARKET', timeInForce: 'DAY', quantity: '0' },
      { symbol: 'AAPL', side: 'HOLD', type: 'MARKET', timeInForce: 'DAY', quantity: '1' },
      { symbol: 'IBM', side: 'BUY', type: 'LIMIT', timeInForce: 'DAY', quantity: '1' },
      {
        symbol: 'IBM',
        side: 'SELL',
        type: 'STOP',
        timeInForce: 'IOC',
        quantity: '1',
        stopPrice: '100.00',
      },
    ],
    random,
  );

function planFollowUp(body: OrderBody, random: Random): PlannedOrder['followUp'] {
  const roll = random();
  if (roll < 0.2) return { ask: 'CANCEL' };
  if (roll > 0.32 || body.type === 'MARKET') return null;
  if (body.limitPrice !== undefined)
    return {
      ask: 'REPLACE',
      body: { limitPrice: cents(Number(body.limitPrice) * (0.99 + random() * 0.02)) },
    };
  return { ask: 'REPLACE', body: { quantity: planQuantity(random) } };
}

const cents = (price: number): string => price.toFixed(2);
