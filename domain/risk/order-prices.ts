import { assertNever } from '../assert-never.ts';
import { Decimal, formatDecimal, ZERO } from '../money/decimal.ts';
import { type OrderType, type PriceName, rulesOf, type Side } from '../orders/order.ts';
import { type BidAsk, isWithinCollar, worstPriceFrom } from './collar.ts';
import { isOnPriceIncrement, minimumPriceVariation } from './price-increment.ts';
import type { Rejection } from './rejection.ts';

/** What of an order's terms says at which prices it trades. Prices in USD, the trail in percent. */
export interface PriceTerms extends Record<PriceName, Decimal | null> {
  side: Side;
  type: OrderType;
}

export interface OrderPrices {
  /** Where the order would trade as things stand: its size is counted with it. */
  expected: Decimal;
  /** The worst price it may trade at: a BUY holds so much a share. */
  worst: Decimal;
  /**
   * The worst price once more when the order has no limit price that says it, for the broker to
   * keep to.
   */
  protection: Decimal | null;
}

const ONE = new Decimal(1);
const PERCENT = new Decimal(100);

/** The side of the quote that an order trades at. */
export const touchOf = (side: Side, quote: BidAsk): Decimal =>
  side === 'BUY' ? quote.ask : quote.bid;

/**
 * The prices of an order at a quote. An order without a limit is protected 5 % beyond the price
 * that sets it off: the touch for MARKET, the stop price for STOP, for TRAILING_STOP the stop it
 * starts with, which moves only to the account's advantage. Throws a RangeError for a price that
 * the order's type needs and has not, or that is not positive, and for a trail that is not between
 * 0 and 100 %.
 */
export function pricesOf(terms: PriceTerms, quote: BidAsk): OrderPrices {
  const { pricedBy } = rulesOf(terms.type);
  switch (pricedBy) {
    case 'LIMIT': {
      const limit = needed(terms, 'limitPrice');
      if (has(terms, 'stopPrice')) positive(terms, 'stopPrice');
      return { expected: limit, worst: limit, protection: null };
    }
    case 'TOUCH':
      return protectedFrom(terms.side, touchOf(terms.side, quote));
    case 'STOP':
      return protectedFrom(terms.side, positive(terms, 'stopPrice'));
    case 'TRAIL':
      return protectedFrom(terms.side, initialStop(terms, quote));
    default:
      return assertNever(pricedBy);
  }
}

function protectedFrom(side: Side, price: Decimal): OrderPrices {
  const worst = worstPriceFrom(side, price);
  return { expected: price, worst, protection: worst };
}

function initialStop(terms: PriceTerms, quote: BidAsk): Decimal {
  const trail = positive(terms, 'trailPercent').div(PERCENT);
  if (trail.gte(ONE)) throw new RangeError('A trail is less than 100 %');
  const touch = touchOf(terms.side, quote);
  return touch.times(terms.side === 'BUY' ? ONE.plus(trail) : ONE.minus(trail));
}

const has = ({ type }: PriceTerms, name: PriceName): boolean => rulesOf(type).terms.includes(name);

function needed(terms: PriceTerms, field: PriceName): Decimal {
  const value = terms[field];
  if (!value) throw new RangeError(`A ${terms.type} order has a ${field}`);
  return value;
}

function positive(terms: PriceTerms, field: 'stopPrice' | 'trailPercent'): Decimal {
  const value = needed(terms, field);
  if (!value.gt(ZERO))
    throw new RangeError(`The ${field} of an order is positive, not ${formatDecimal(value)}`);
  return value;
}

/**
 * The prices that an order in force has; those that stay were checked against the market of their
 * time, and need not fit today's.
 */
export interface PricesBefore extends Pick<PriceTerms, 'limitPrice' | 'stopPrice'> {
  /** Its stop was reached: it is a LIMIT or MARKET order by now. */
  isTriggered: boolean;
}

/**
 * Checks the prices that an order names: on the price increment; a limit within the collar of the
 * quote, that of a STOP_LIMIT of its stop price until that was reached; a stop on its side of the
 * market, above the ask for a BUY, below the bid for a SELL. `null` when all is well.
 */
export function checkPrices(
  terms: PriceTerms,
  quote: BidAsk,
  before: PricesBefore | null,
): Rejection | null {
  const limitPrice = has(terms, 'limitPrice') ? terms.limitPrice : null;
  const stopPrice = has(terms, 'stopPrice') ? terms.stopPrice : null;
  const stopStays = isSamePrice(stopPrice, before?.stopPrice);
  const limitStays = isSamePrice(limitPrice, before?.limitPrice) && stopStays;
  return (
    checkIncrement('limitPrice', limitPrice) ??
    checkIncrement('stopPrice', stopPrice) ??
    (limitPrice && !limitStays
      ? checkCollar(terms.side, limitPrice, before?.isTriggered ? null : stopPrice, quote)
      : null) ??
    (stopPrice && !stopStays ? checkStopSide(terms.side, stopPrice, quote) : null)
  );
}

/** A price that is not known, `undefined`, is none that an order has. */
export const isSamePrice = (a: Decimal | null, b: Decimal | null | undefined): boolean =>
  a && b ? a.eq(b) : a === b;

function checkIncrement(field: string, price: Decimal | null): Rejection | null {
  if (!price || isOnPriceIncrement(price)) return null;
  const increment = formatDecimal(minimumPriceVariation(price));
  return { code: 'PRICE_INCREMENT_INVALID', facts: { [field]: formatDecimal(price), increment } };
}

function checkCollar(
  side: Side,
  limitPrice: Decimal,
  stopPrice: Decimal | null,
  quote: BidAsk,
): Rejection | null {
  const around = stopPrice ? { bid: stopPrice, ask: stopPrice } : quote;
  if (isWithinCollar(side, limitPrice, around)) return null;
  const reference = stopPrice ? { stopPrice: formatDecimal(stopPrice) } : quoteFacts(quote);
  return {
    code: 'LIMIT_PRICE_OUTSIDE_COLLAR',
    facts: { limitPrice: formatDecimal(limitPrice), ...reference },
  };
}

function checkStopSide(side: Side, stopPrice: Decimal, quote: BidAsk): Rejection | null {
  if (side === 'BUY' ? stopPrice.gt(quote.ask) : stopPrice.lt(quote.bid)) return null;
  return {
    code: 'STOP_PRICE_INVALID',
    facts: { stopPrice: formatDecimal(stopPrice), ...quoteFacts(quote) },
  };
}

const quoteFacts = ({ bid, ask }: BidAsk) => ({ bid: formatDecimal(bid), ask: formatDecimal(ask) });
