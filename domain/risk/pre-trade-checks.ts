import type { TradingCalendar } from '../market/calendar.ts';
import {
  Decimal,
  formatCash,
  formatDecimal,
  roundDownToCents,
  roundUpToCents,
  ZERO,
} from '../money/decimal.ts';
import type { Side, TimeInForce } from '../orders/order.ts';
import { type Release, releaseOf } from '../orders/release.ts';
import { ok, type Result } from '../result.ts';
import type { BidAsk } from './collar.ts';
import { type Rejection, reject } from './rejection.ts';

/**
 * The most that one order may be worth, in USD: a pre-trade limit against erroneous orders (SEC
 * Rule 15c3-5).
 */
export const ORDER_NOTIONAL_MAX: Decimal = new Decimal('10000000');

/**
 * The least that one order may be worth, in USD, unless it closes a position: rounding to cents
 * costs a smaller one more than a percent.
 */
export const ORDER_NOTIONAL_MIN: Decimal = new Decimal(1);

/** How many open orders an account may have where nothing else is configured. */
export const OPEN_ORDERS_MAX_DEFAULT = 500;

/** What a decision on an order stands on. */
export interface DecisionGround {
  account: { status: 'ACTIVE' | 'RESTRICTED'; buyingPower: Decimal; shortingAllowed: boolean };
  /** `heldQuantity`: the shares already held for open orders. */
  position: { quantity: Decimal; heldQuantity: Decimal };
  instrument: { tradable: boolean; fractionable: boolean } | null;
  quote: BidAsk | null;
  nowMs: number;
  /** The instrument's own. */
  calendar: TradingCalendar;
}

/** Shares that are in the position and not held for another order. */
export const availableShares = ({ position }: DecisionGround): Decimal =>
  Decimal.max(position.quantity.minus(position.heldQuantity), ZERO);

/**
 * Shares with which an order closes the position: a SELL all that no other order holds, a BUY all
 * that is short. Zero when there is nothing to close.
 */
export const closingQuantity = (side: Side, ground: DecisionGround): Decimal =>
  side === 'SELL' ? availableShares(ground) : Decimal.max(ground.position.quantity.neg(), ZERO);

/**
 * Whether anything of the instrument can be ordered by the account now, and when it would go to the
 * broker.
 */
export function checkMarket(
  { instrument, account, quote, nowMs, calendar }: DecisionGround,
  timeInForce: TimeInForce,
): Result<{ quote: BidAsk; fractionable: boolean; release: Release }, Rejection> {
  if (!instrument) return reject('UNKNOWN_SYMBOL');
  if (!instrument.tradable) return reject('INSTRUMENT_HALTED');
  if (account.status !== 'ACTIVE') return reject('ACCOUNT_RESTRICTED');
  const release = releaseOf(timeInForce, nowMs, calendar);
  if (release === 'MARKET_CLOSED') return reject('MARKET_CLOSED');
  if (!quote) return reject('NO_QUOTE');
  return ok({ quote, fractionable: instrument.fractionable, release });
}

export function checkWholeShares(quantity: Decimal, fractionable: boolean): Rejection | null {
  if (fractionable || quantity.isInteger()) return null;
  return { code: 'QUANTITY_NOT_FRACTIONABLE', facts: { quantity: formatDecimal(quantity) } };
}

/** What an order comes to, or what is left of it when it takes another's place. */
export interface SizedOrder {
  /** Shares. */
  quantity: Decimal;
  /** What it is worth in USD. */
  notional: Decimal;
  /** With which quantity it closes a position, see {@link closingQuantity}. */
  closing: Decimal;
}

type OrderRule = (order: SizedOrder, ground: DecisionGround) => Rejection | null;

/** What every single order must keep to, new or in another's place; the first broken rule rejects. */
const ORDER_RULES: readonly OrderRule[] = [requireLeastWorth, limitWorth];

export function checkOrder(order: SizedOrder, ground: DecisionGround): Rejection | null {
  for (const rule of ORDER_RULES) {
    const rejection = rule(order, ground);
    if (rejection) return rejection;
  }
  return null;
}

function requireLeastWorth({ quantity, notional, closing }: SizedOrder): Rejection | null {
  if (notional.gte(ORDER_NOTIONAL_MIN) || quantity.eq(closing)) return null;
  const worth = formatCash(roundDownToCents(notional));
  const facts = { notional: worth, minimum: formatCash(ORDER_NOTIONAL_MIN) };
  return { code: 'ORDER_TOO_SMALL', facts };
}

function limitWorth({ notional }: SizedOrder): Rejection | null {
  if (notional.lte(ORDER_NOTIONAL_MAX)) return null;
  const worth = formatCash(roundUpToCents(notional));
  const facts = { notional: worth, maximum: formatCash(ORDER_NOTIONAL_MAX) };
  return { code: 'ORDER_TOO_LARGE', facts };
}

export function checkBuyingPower(required: Decimal, { account }: DecisionGround): Rejection | null {
  if (required.lte(account.buyingPower)) return null;
  return {
    code: 'INSUFFICIENT_BUYING_POWER',
    facts: { required: formatCash(required), available: formatCash(account.buyingPower) },
  };
}

export const positionRejection = (required: Decimal, available: Decimal): Rejection => ({
  code: 'INSUFFICIENT_POSITION',
  facts: { required: formatDecimal(required), available: formatDecimal(available) },
});
