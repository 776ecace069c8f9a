import {
  type Decimal,
  type DecimalBounds,
  formatDecimal,
  PRICE_BOUNDS,
  parseDecimal,
  QUANTITY_BOUNDS,
} from '../domain/money/decimal.ts';
import type { OrderType, TimeInForce } from '../domain/orders/order.ts';
import {
  isForAuction,
  NUMBER_TERMS,
  type NumberTerm,
  type OrderTerms,
  type VenueRejectCode,
} from './order.ts';

/** The numbers of an order that can be matched. */
export interface MatchableTerms {
  quantity: Decimal;
  /**
   * The worst price at which it may trade: its limit, or its protection. `null` for an order
   * without either.
   */
  limit: Decimal | null;
  /** STOP and STOP_LIMIT. */
  stop: Decimal | null;
  /** TRAILING_STOP. */
  trailPercent: Decimal | null;
}

export type TermsDecision =
  | ({ accepted: true } & MatchableTerms)
  | { accepted: false; rejectCode: VenueRejectCode };

type Need = 'NEVER' | 'OPTIONAL' | 'ALWAYS';

/** Which prices an order of a type carries, and for how long it may be sent. */
interface TypeRules {
  limit: Need;
  protection: Need;
  stop: Need;
  trail: Need;
  timesInForce: readonly TimeInForce[];
}

const NO_PRICE = { limit: 'NEVER', protection: 'NEVER', stop: 'NEVER', trail: 'NEVER' } as const;
const ANY_TIME: readonly TimeInForce[] = ['DAY', 'GTC', 'IOC', 'FOK', 'OPG', 'CLS'];
const RESTING_TIME: readonly TimeInForce[] = ['DAY', 'GTC'];
const TYPE_RULES: Record<OrderType, TypeRules> = {
  MARKET: { ...NO_PRICE, protection: 'OPTIONAL', timesInForce: ANY_TIME },
  LIMIT: { ...NO_PRICE, limit: 'ALWAYS', timesInForce: ANY_TIME },
  STOP: { ...NO_PRICE, protection: 'OPTIONAL', stop: 'ALWAYS', timesInForce: RESTING_TIME },
  STOP_LIMIT: { ...NO_PRICE, limit: 'ALWAYS', stop: 'ALWAYS', timesInForce: RESTING_TIME },
  TRAILING_STOP: {
    ...NO_PRICE,
    protection: 'OPTIONAL',
    trail: 'ALWAYS',
    timesInForce: RESTING_TIME,
  },
};

/**
 * Whether this venue can work an order, by its terms alone: each type with the prices and times in
 * force that belong to it, as at Alpaca. Protection is CME's market with protection. Quantities and
 * prices are positive with at most 8 decimals, a trail is below 100 %.
 */
export function checkTerms(terms: OrderTerms): TermsDecision {
  const rules = TYPE_RULES[terms.type];
  if (!rules.timesInForce.includes(terms.timeInForce)) return reject('UNSUPPORTED_ORDER_TYPE');
  if (isForAuction(terms) !== (terms.auctionAtMs !== null)) return reject('INVALID_AUCTION_TIME');
  const quantity = readNeeded(terms.quantity, 'ALWAYS', QUANTITY_BOUNDS);
  if (!quantity) return reject('INVALID_QUANTITY');
  const limit = readNeeded(terms.limitPrice, rules.limit, PRICE_BOUNDS);
  const protection = readNeeded(terms.protectionPrice, rules.protection, PRICE_BOUNDS);
  const stop = readNeeded(terms.stopPrice, rules.stop, PRICE_BOUNDS);
  const trailPercent = readNeeded(terms.trailPercent, rules.trail, PRICE_BOUNDS);
  if (
    limit === undefined ||
    protection === undefined ||
    stop === undefined ||
    trailPercent === undefined
  )
    return reject('INVALID_PRICE');
  if (trailPercent?.greaterThanOrEqualTo(100)) return reject('INVALID_PRICE');
  return { accepted: true, quantity, limit: limit ?? protection, stop, trailPercent };
}

/** Whether two requests ask for the same order. `10` and `10.0` are the same quantity. */
export function sameTerms(a: OrderTerms, b: OrderTerms): boolean {
  return (
    a.symbol === b.symbol &&
    a.side === b.side &&
    a.type === b.type &&
    a.timeInForce === b.timeInForce &&
    a.auctionAtMs === b.auctionAtMs &&
    a.expiresAtMs === b.expiresAtMs &&
    sameNumber(a.quantity, b.quantity, QUANTITY_BOUNDS) &&
    sameNumbers(a, b)
  );
}

/** Whether two orders have the same of these numbers, however they are written. */
export const sameNumbers = (
  a: OrderTerms,
  b: OrderTerms,
  names: readonly NumberTerm[] = NUMBER_TERMS,
): boolean => names.every((name) => sameNumber(a[name], b[name], PRICE_BOUNDS));

const reject = (rejectCode: VenueRejectCode): TermsDecision => ({ accepted: false, rejectCode });

/**
 * A positive number where there may be one, `null` where there is none; `undefined` when it must
 * not be there, is missing or is no such number.
 */
function readNeeded(
  text: string | null,
  need: Need,
  bounds: DecimalBounds,
): Decimal | null | undefined {
  if (text === null) return need === 'ALWAYS' ? undefined : null;
  if (need === 'NEVER') return undefined;
  const parsed = parseDecimal(text, bounds);
  return parsed.ok && parsed.value.greaterThan(0) ? parsed.value : undefined;
}

function sameNumber(a: string | null, b: string | null, bounds: DecimalBounds): boolean {
  return a === b || (a !== null && b !== null && canonical(a, bounds) === canonical(b, bounds));
}

/** Text that is no number stands for itself. */
function canonical(text: string, bounds: DecimalBounds): string {
  const parsed = parseDecimal(text, bounds);
  return parsed.ok ? formatDecimal(parsed.value) : text;
}
