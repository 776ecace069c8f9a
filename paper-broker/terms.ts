import { assertNever } from '../domain/assert-never.ts';
import { type Decimal, type DecimalBounds, formatDecimal, PRICE_BOUNDS, parseDecimal, QUANTITY_BOUNDS } from '../domain/money/decimal.ts';
import type { OrderTerms, VenueRejectCode } from './order.ts';

/** The numbers of an order that can be matched. */
export interface MatchableTerms {
  quantity: Decimal;
  /** The worst price at which it may trade; `null` for a market order without protection. */
  limit: Decimal | null;
}

export type TermsDecision = ({ accepted: true } & MatchableTerms) | { accepted: false; rejectCode: VenueRejectCode };

/**
 * Whether this venue can work an order: MARKET (optionally with protection, as CME's) and LIMIT, for
 * DAY, GTC, IOC and FOK. Quantities are positive with at most 8 decimals, prices too. No clock, no book.
 */
export function checkTerms(terms: OrderTerms): TermsDecision {
  if (terms.type !== 'MARKET' && terms.type !== 'LIMIT') return reject('UNSUPPORTED_ORDER_TYPE');
  if (terms.timeInForce === 'OPG' || terms.timeInForce === 'CLS') return reject('UNSUPPORTED_ORDER_TYPE');
  const quantity = readPositive(terms.quantity, QUANTITY_BOUNDS);
  if (quantity === null) return reject('INVALID_QUANTITY');
  switch (terms.type) {
    case 'LIMIT': {
      const limit = terms.limitPrice === null ? null : readPositive(terms.limitPrice, PRICE_BOUNDS);
      return limit === null || terms.protectionPrice !== null ? reject('INVALID_PRICE') : { accepted: true, quantity, limit };
    }
    case 'MARKET': {
      if (terms.limitPrice !== null) return reject('INVALID_PRICE');
      if (terms.protectionPrice === null) return { accepted: true, quantity, limit: null };
      const protection = readPositive(terms.protectionPrice, PRICE_BOUNDS);
      return protection === null ? reject('INVALID_PRICE') : { accepted: true, quantity, limit: protection };
    }
    default:
      return assertNever(terms.type);
  }
}

/** Whether two requests ask for the same order. `10` and `10.0` are the same quantity. */
export function sameTerms(a: OrderTerms, b: OrderTerms): boolean {
  return (
    a.symbol === b.symbol &&
    a.side === b.side &&
    a.type === b.type &&
    a.timeInForce === b.timeInForce &&
    a.expiresAtMs === b.expiresAtMs &&
    sameNumber(a.quantity, b.quantity, QUANTITY_BOUNDS) &&
    sameNumber(a.limitPrice, b.limitPrice, PRICE_BOUNDS) &&
    sameNumber(a.protectionPrice, b.protectionPrice, PRICE_BOUNDS)
  );
}

const reject = (rejectCode: VenueRejectCode): TermsDecision => ({ accepted: false, rejectCode });

function readPositive(text: string, bounds: DecimalBounds): Decimal | null {
  const parsed = parseDecimal(text, bounds);
  return parsed.ok && parsed.value.greaterThan(0) ? parsed.value : null;
}

function sameNumber(a: string | null, b: string | null, bounds: DecimalBounds): boolean {
  return a === b || (a !== null && b !== null && canonical(a, bounds) === canonical(b, bounds));
}

/** Text that is no number stands for itself. */
function canonical(text: string, bounds: DecimalBounds): string {
  const parsed = parseDecimal(text, bounds);
  return parsed.ok ? formatDecimal(parsed.value) : text;
}
