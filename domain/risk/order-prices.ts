import { assertNever } from '../assert-never.ts';
import { Decimal, formatDecimal, ZERO } from '../money/decimal.ts';
import type { OrderType, Side } from '../order/order.ts';
import { type BidAsk, isWithinCollar, worstPriceFrom } from './collar.ts';
import { isOnPriceIncrement, minimumPriceVariation } from './price-increment.ts';
import type { Refusal } from './refusal.ts';

/** What of an order's terms says at which prices it trades. Prices in USD, the trail in percent. */
export interface PriceTerms {
  side: Side;
  type: OrderType;
  limitPrice: Decimal | null;
  stopPrice: Decimal | null;
  trailPercent: Decimal | null;
}

export interface OrderPrices {
  /** Where the order would trade as things stand: its size is counted with it. */
  expected: Decimal;
  /** The worst price it may trade at: a BUY holds so much a share. */
  worst: Decimal;
  /** The worst price once more when the order has no limit price that says it, for the venue to keep to. */
  protection: Decimal | null;
}

const ONE = new Decimal(1);
const PERCENT = new Decimal(100);

/** The side of the quote that an order trades at. */
export const touchOf = (side: Side, quote: BidAsk): Decimal => (side === 'BUY' ? quote.ask : quote.bid);

/**
 * The prices of an order at a quote. An order without a limit is protected 5 % beyond the price that sets it off: the touch for MARKET, the stop
 * price for STOP, for TRAILING_STOP the stop it starts with, which moves only to the account's advantage. Throws a RangeError for a
 * price that the order's type needs and has not, or that is not positive, and for a trail that is not between 0 and 100 %.
 */
export function pricesOf(terms: PriceTerms, quote: BidAsk): OrderPrices {
  switch (terms.type) {
    case 'LIMIT':
    case 'STOP_LIMIT': {
      const limit = needed(terms, 'limitPrice');
      if (terms.type === 'STOP_LIMIT') positive(terms, 'stopPrice');
      return { expected: limit, worst: limit, protection: null };
    }
    case 'MARKET':
      return protectedFrom(terms.side, touchOf(terms.side, quote));
    case 'STOP':
      return protectedFrom(terms.side, positive(terms, 'stopPrice'));
    case 'TRAILING_STOP':
      return protectedFrom(terms.side, initialStop(terms, quote));
    default:
      return assertNever(terms.type);
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

function needed(terms: PriceTerms, field: 'limitPrice' | 'stopPrice' | 'trailPercent'): Decimal {
  const value = terms[field];
  if (!value) throw new RangeError(`A ${terms.type} order has a ${field}`);
  return value;
}

function positive(terms: PriceTerms, field: 'stopPrice' | 'trailPercent'): Decimal {
  const value = needed(terms, field);
  if (!value.gt(ZERO)) throw new RangeError(`The ${field} of an order is positive, not ${formatDecimal(value)}`);
  return value;
}

/** The prices that an order in force has; those that stay were checked against the market of their time, and need not fit today's. */
export type PricesBefore = Pick<PriceTerms, 'limitPrice' | 'stopPrice'>;

/**
 * Checks the prices that an order names: on the price increment; a limit within the collar of the quote, that of a STOP_LIMIT of its stop price;
 * a stop on its side of the market, above the ask for a BUY, below the bid for a SELL. `null` when all is well.
 */
export function checkPrices(terms: PriceTerms, quote: BidAsk, before: PricesBefore | null): Refusal | null {
  const limitPrice = terms.type === 'LIMIT' || terms.type === 'STOP_LIMIT' ? terms.limitPrice : null;
  const stopPrice = terms.type === 'STOP' || terms.type === 'STOP_LIMIT' ? terms.stopPrice : null;
  const stopStays = isSame(stopPrice, before?.stopPrice);
  const limitStays = isSame(limitPrice, before?.limitPrice) && stopStays;
  return (
    checkIncrement('limitPrice', limitPrice) ??
    checkIncrement('stopPrice', stopPrice) ??
    (limitPrice && !limitStays ? checkCollar(terms.side, limitPrice, stopPrice, quote) : null) ??
    (stopPrice && !stopStays ? checkStopSide(terms.side, stopPrice, quote) : null)
  );
}

const isSame = (price: Decimal | null, before: Decimal | null | undefined): boolean =>
  before !== undefined && (price && before ? price.eq(before) : price === before);

function checkIncrement(field: string, price: Decimal | null): Refusal | null {
  if (!price || isOnPriceIncrement(price)) return null;
  const increment = formatDecimal(minimumPriceVariation(price));
  return { code: 'PRICE_INCREMENT_INVALID', facts: { [field]: formatDecimal(price), increment } };
}

function checkCollar(side: Side, limitPrice: Decimal, stopPrice: Decimal | null, quote: BidAsk): Refusal | null {
  const around = stopPrice ? { bid: stopPrice, ask: stopPrice } : quote;
  if (isWithinCollar(side, limitPrice, around)) return null;
  const reference = stopPrice ? { stopPrice: formatDecimal(stopPrice) } : quoteFacts(quote);
  return { code: 'LIMIT_PRICE_OUTSIDE_COLLAR', facts: { limitPrice: formatDecimal(limitPrice), ...reference } };
}

function checkStopSide(side: Side, stopPrice: Decimal, quote: BidAsk): Refusal | null {
  if (side === 'BUY' ? stopPrice.gt(quote.ask) : stopPrice.lt(quote.bid)) return null;
  return { code: 'STOP_PRICE_INVALID', facts: { stopPrice: formatDecimal(stopPrice), ...quoteFacts(quote) } };
}

const quoteFacts = ({ bid, ask }: BidAsk) => ({ bid: formatDecimal(bid), ask: formatDecimal(ask) });
