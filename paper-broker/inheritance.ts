import type { Decimal } from '../domain/money/decimal.ts';
import type { Origin } from './engine-state.ts';
import { hasStop, isForAuction, type LiveOrder, type OrderTerms, placeOf } from './order.ts';
import { sameNumbers } from './terms.ts';

/**
 * What a replacement for `quantity` has from the order whose place it takes (FIX 35=G: what it does
 * not change stays): a trigger that came, the water mark of a trailing stop whatever its new trail,
 * and the place in the queue unless one of its numbers changes or the quantity grows, as on Nasdaq
 * and CME.
 */
export function inheritFrom(original: LiveOrder, terms: OrderTerms, quantity: Decimal): Origin {
  const isSameType = terms.type === original.terms.type;
  return {
    replaces: original.terms.clientOrderId,
    carried: original.filled,
    ...(keepsPlace(original, terms, quantity) && placeOf(original)),
    triggeredAtMs: hasStop(terms) ? original.triggeredAtMs : null,
    waterMark: isSameType ? original.waterMark : null,
  };
}

/**
 * A stop that was reached has done its work: the order is a MARKET or LIMIT order by now, and
 * cannot be put to sleep again. A trailing stop is known by its trail.
 */
export const movesReachedStop = (original: LiveOrder, terms: OrderTerms): boolean =>
  original.triggeredAtMs !== null &&
  hasStop(terms) &&
  (terms.type !== original.terms.type ||
    !sameNumbers(original.terms, terms, ['stopPrice', 'trailPercent']));

const keepsPlace = (original: LiveOrder, terms: OrderTerms, quantity: Decimal): boolean =>
  terms.type === original.terms.type &&
  sameNumbers(original.terms, terms) &&
  isForAuction(original.terms) === isForAuction(terms) &&
  quantity.lessThanOrEqualTo(original.filled.plus(original.leaves));
