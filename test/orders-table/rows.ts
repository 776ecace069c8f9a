import type { OrderTerms } from '../../contracts/orders/order.ts';
import type { OrderType, Side, TimeInForce } from '../../domain/orders/order.ts';
import { SYMBOL } from './rig.ts';

/** An order of ten shares, or by notional. */
export interface Row {
  side: Side;
  type: OrderType;
  timeInForce: TimeInForce;
  isNotional: boolean;
}

const row = (side: Side, type: OrderType, timeInForce: TimeInForce, isNotional = false): Row => ({
  side,
  type,
  timeInForce,
  isNotional,
});

/** Every type with every time in force that it may have; sales of each kind of hold and stop. */
export const ROWS: readonly Row[] = [
  ...(['DAY', 'GTC', 'IOC', 'FOK', 'OPG', 'CLS'] as const).map((timeInForce) =>
    row('BUY', 'MARKET', timeInForce),
  ),
  ...(['DAY', 'GTC', 'IOC', 'FOK', 'OPG', 'CLS'] as const).map((timeInForce) =>
    row('BUY', 'LIMIT', timeInForce),
  ),
  ...(['DAY', 'GTC'] as const).map((timeInForce) => row('BUY', 'STOP', timeInForce)),
  ...(['DAY', 'GTC'] as const).map((timeInForce) => row('BUY', 'STOP_LIMIT', timeInForce)),
  ...(['DAY', 'GTC'] as const).map((timeInForce) => row('BUY', 'TRAILING_STOP', timeInForce)),
  row('BUY', 'MARKET', 'DAY', true),
  row('SELL', 'MARKET', 'DAY'),
  row('SELL', 'LIMIT', 'DAY'),
  row('SELL', 'STOP', 'DAY'),
  row('SELL', 'TRAILING_STOP', 'GTC'),
];

export const hasStop = ({ type }: Row): boolean =>
  type === 'STOP' || type === 'STOP_LIMIT' || type === 'TRAILING_STOP';

export interface Prices {
  bid: string;
  ask: string;
  last: string;
}

/** The prices of an order and the course of the market around it. */
export interface Course {
  terms: Partial<
    Pick<OrderTerms, 'quantity' | 'notional' | 'limitPrice' | 'stopPrice' | 'trailPercent'>
  >;
  /** What is set aside for it: USD of a buyer, shares of a seller. */
  hold: string;
  /** What it does not trade at. With nothing on offer, where every price would do. */
  away: Prices & { size?: '0' };
  /** What moves its stop, and does not reach it. */
  approach: Prices | null;
  /** What it trades at, one after the other. */
  trades: readonly [Prices, Prices, Prices];
  /**
   * The fills that come of it: whole at the first price, or 4, then 3, then the rest. Rounded one
   * by one they would be a cent off.
   */
  fills: { WHOLE: string; FIRST: string; SECOND: string; REST: string };
}

const prices = (bid: string, ask: string, last: string): Prices => ({ bid, ask, last });

/**
 * The market as the day begins; every order is decided on it unless it is to trade at once, or
 * never.
 */
export const OPENING: Prices = prices('99.98', '100.00', '99.99');

const TEN = { quantity: '10' };

export const COURSES: Readonly<Record<string, Course>> = {
  // Protected at 100.00 × 1.05.
  'BUY MARKET': {
    terms: TEN,
    hold: '1050',
    away: { ...OPENING, size: '0' },
    approach: null,
    trades: [OPENING, prices('100.07', '100.085', '100.08'), prices('99.99', '100.005', '100.00')],
    fills: {
      WHOLE: '10 @ 100.00',
      FIRST: '4 @ 100.00',
      SECOND: '3 @ 100.085',
      REST: '3 @ 100.005',
    },
  },
  // 1234.56 / 100.00 shares, protected at 105.00.
  'BUY MARKET by notional': {
    terms: { quantity: null, notional: '1234.56' },
    hold: '1296.29',
    away: { ...OPENING, size: '0' },
    approach: null,
    trades: [OPENING, prices('100.07', '100.085', '100.08'), prices('99.99', '100.005', '100.00')],
    fills: {
      WHOLE: '12.3456 @ 100.00',
      FIRST: '4 @ 100.00',
      SECOND: '3 @ 100.085',
      REST: '5.3456 @ 100.005',
    },
  },
  'BUY LIMIT': {
    terms: { ...TEN, limitPrice: '100.10' },
    hold: '1001',
    away: prices('100.48', '100.50', '100.49'),
    approach: null,
    trades: [OPENING, prices('100.07', '100.085', '100.08'), prices('99.99', '100.005', '100.00')],
    fills: {
      WHOLE: '10 @ 100.00',
      FIRST: '4 @ 100.00',
      SECOND: '3 @ 100.085',
      REST: '3 @ 100.005',
    },
  },
  // Protected at 102.00 × 1.05.
  'BUY STOP': {
    terms: { ...TEN, stopPrice: '102.00' },
    hold: '1071',
    away: OPENING,
    approach: prices('101.97', '101.99', '101.99'),
    trades: [
      prices('102.00', '102.01', '102.00'),
      prices('102.19', '102.205', '102.20'),
      prices('101.00', '101.005', '101.00'),
    ],
    fills: {
      WHOLE: '10 @ 102.01',
      FIRST: '4 @ 102.01',
      SECOND: '3 @ 102.205',
      REST: '3 @ 101.005',
    },
  },
  'BUY STOP_LIMIT': {
    terms: { ...TEN, stopPrice: '102.00', limitPrice: '102.50' },
    hold: '1025',
    away: OPENING,
    approach: prices('101.97', '101.99', '101.99'),
    trades: [
      prices('102.00', '102.01', '102.00'),
      prices('102.47', '102.485', '102.48'),
      prices('101.00', '101.005', '101.00'),
    ],
    fills: {
      WHOLE: '10 @ 102.01',
      FIRST: '4 @ 102.01',
      SECOND: '3 @ 102.485',
      REST: '3 @ 101.005',
    },
  },
  // Protected at 100.00 × 1.05 × 1.05. The stop trails a last price of 95.00 down to 99.75.
  'BUY TRAILING_STOP': {
    terms: { ...TEN, trailPercent: '5' },
    hold: '1102.5',
    away: OPENING,
    approach: prices('94.99', '95.01', '95.00'),
    trades: [
      prices('99.74', '99.80', '99.75'),
      prices('99.89', '99.905', '99.90'),
      prices('99.00', '99.005', '99.00'),
    ],
    fills: { WHOLE: '10 @ 99.80', FIRST: '4 @ 99.80', SECOND: '3 @ 99.905', REST: '3 @ 99.005' },
  },
  'SELL MARKET': {
    terms: TEN,
    hold: '10',
    away: { ...OPENING, size: '0' },
    approach: null,
    trades: [OPENING, prices('99.895', '99.91', '99.90'), prices('99.975', '99.99', '99.98')],
    fills: { WHOLE: '10 @ 99.98', FIRST: '4 @ 99.98', SECOND: '3 @ 99.895', REST: '3 @ 99.975' },
  },
  'SELL LIMIT': {
    terms: { ...TEN, limitPrice: '99.88' },
    hold: '10',
    away: prices('99.50', '99.52', '99.51'),
    approach: null,
    trades: [OPENING, prices('99.895', '99.91', '99.90'), prices('99.975', '99.99', '99.98')],
    fills: { WHOLE: '10 @ 99.98', FIRST: '4 @ 99.98', SECOND: '3 @ 99.895', REST: '3 @ 99.975' },
  },
  'SELL STOP': {
    terms: { ...TEN, stopPrice: '97.00' },
    hold: '10',
    away: OPENING,
    approach: prices('97.00', '97.03', '97.01'),
    trades: [
      prices('96.99', '97.00', '97.00'),
      prices('96.805', '96.82', '96.81'),
      prices('97.005', '97.02', '97.01'),
    ],
    fills: { WHOLE: '10 @ 96.99', FIRST: '4 @ 96.99', SECOND: '3 @ 96.805', REST: '3 @ 97.005' },
  },
  // The stop trails a last price of 105.00 up to 99.75.
  'SELL TRAILING_STOP': {
    terms: { ...TEN, trailPercent: '5' },
    hold: '10',
    away: OPENING,
    approach: prices('104.99', '105.01', '105.00'),
    trades: [
      prices('99.70', '99.76', '99.75'),
      prices('99.605', '99.62', '99.61'),
      prices('100.005', '100.02', '100.01'),
    ],
    fills: { WHOLE: '10 @ 99.70', FIRST: '4 @ 99.70', SECOND: '3 @ 99.605', REST: '3 @ 100.005' },
  },
};

export function courseOf({ side, type, isNotional }: Row): Course {
  const course = COURSES[`${side} ${type}${isNotional ? ' by notional' : ''}`];
  if (!course) throw new Error(`there is no course for ${side} ${type}`);
  return course;
}

export function termsOf(row: Row): OrderTerms {
  const { side, type, timeInForce } = row;
  const absent = {
    quantity: null,
    notional: null,
    limitPrice: null,
    stopPrice: null,
    trailPercent: null,
    clientOrderId: null,
  };
  return { symbol: SYMBOL, side, type, timeInForce, ...absent, ...courseOf(row).terms };
}
