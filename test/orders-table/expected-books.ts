import type { Books } from '../support/books.ts';
import type { Fill, Part } from './outcomes.ts';
import { courseOf, type Row } from './rows.ts';

/**
 * The test's own arithmetic, in whole numbers of 10⁻⁸: nothing of the domain's is used to check the
 * domain.
 */
const DECIMALS = 8;
const ONE = 10n ** 8n;

export interface ScriptedFill {
  quantity: string;
  price: string;
  day: 'Tue' | 'Wed';
}

export function scriptedFills(row: Row, fills: readonly Fill[]): ScriptedFill[] {
  return fills.map((fill) => {
    const [part, day] = fill.split(' ') as [Part, 'Tue' | 'Wed'];
    const [quantity = '', price = ''] = courseOf(row).fills[part].split(' @ ');
    return { quantity, price, day };
  });
}

/**
 * Cash of all fills together in whole cents: what is bought costs no less than it is worth, what is
 * sold brings no more.
 */
function cashCents({ side }: Row, fills: readonly ScriptedFill[]): bigint {
  const [cost, cent] = [costOf(fills), ONE ** 2n / 100n];
  return side === 'BUY' ? (cost + cent - 1n) / cent : cost / cent;
}

export const totalQuantity = (fills: readonly ScriptedFill[]): string =>
  plain(sum(fills.map(({ quantity }) => units(quantity))));

/** `null` when nothing is filled. */
export function averagePrice(fills: readonly ScriptedFill[]): string | null {
  const quantity = sum(fills.map((fill) => units(fill.quantity)));
  return quantity === 0n ? null : plain(divideHalfEven(costOf(fills), quantity));
}

/**
 * The books of an account that had 100,000.00, once its order has come to its end. A seller has
 * bought ten shares at 100.00 before. No trade is settled yet.
 */
export function expectedBooks(row: Row, fills: readonly ScriptedFill[]): Books {
  const before = row.side === 'SELL' ? -100_000n : 0n;
  const unsettled = before + (row.side === 'SELL' ? cashCents(row, fills) : -cashCents(row, fills));
  const position = positionAfter(row, fills);
  return {
    settled: '100000.00',
    unsettled: dollars(unsettled),
    held: '0.00',
    buyingPower: dollars(10_000_000n + unsettled),
    openHolds: 0,
    positions:
      position === null
        ? []
        : [{ symbol: 'AAPL', heldQuantity: '0', securities: position.quantity, ...position }],
    sums: position === null ? { USD: '0' } : { USD: '0', AAPL: '0' },
  };
}

function positionAfter(
  row: Row,
  fills: readonly ScriptedFill[],
): { quantity: string; averagePrice: string } | null {
  if (row.side === 'BUY') {
    const average = averagePrice(fills);
    return average === null ? null : { quantity: totalQuantity(fills), averagePrice: average };
  }
  const left = 10n * ONE - units(totalQuantity(fills));
  return { quantity: plain(left), averagePrice: left === 0n ? '0' : '100' };
}

/** Σ quantity × price, with 16 decimals. */
const costOf = (fills: readonly ScriptedFill[]): bigint =>
  sum(fills.map(({ quantity, price }) => units(quantity) * units(price)));

const sum = (values: readonly bigint[]): bigint =>
  values.reduce((total, value) => total + value, 0n);

function units(text: string): bigint {
  const [whole = '0', fraction = ''] = text.split('.');
  return BigInt(whole) * ONE + BigInt(fraction.padEnd(DECIMALS, '0'));
}

function plain(value: bigint): string {
  const fraction = (value % ONE).toString().padStart(DECIMALS, '0').replace(/0+$/, '');
  return fraction === '' ? `${value / ONE}` : `${value / ONE}.${fraction}`;
}

function dollars(cents: bigint): string {
  const size = cents < 0n ? -cents : cents;
  return `${cents < 0n ? '-' : ''}${size / 100n}.${(size % 100n).toString().padStart(2, '0')}`;
}

/** Of numbers that are not negative. */
function divideHalfEven(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  const twice = (value % by) * 2n;
  return twice > by || (twice === by && quotient % 2n === 1n) ? quotient + 1n : quotient;
}
