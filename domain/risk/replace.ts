import { assertNever } from '../assert-never.ts';
import { Decimal, formatDecimal, roundCents, roundUpToCents, ZERO } from '../money/decimal.ts';
import type { OrderType, Side, TimeInForce } from '../order/order.ts';
import type { Release } from '../order/release.ts';
import { isReplaceableTimeInForce } from '../order/time-in-force.ts';
import { err, ok, type Result } from '../result.ts';
import { ROUNDING_ALLOWANCE } from './hold.ts';
import { checkPrices, pricesOf } from './order-prices.ts';
import {
  availableShares,
  checkBuyingPower,
  checkMarket,
  checkSize,
  checkWholeShares,
  type DecisionGround,
  positionRefusal,
} from './pre-trade-checks.ts';
import type { Refusal } from './refusal.ts';

/** The order that is to be replaced, as it stands now. */
export interface OriginalOrder {
  side: Side;
  type: OrderType;
  timeInForce: TimeInForce;
  quantity: Decimal;
  filledQuantity: Decimal;
  limitPrice: Decimal | null;
  stopPrice: Decimal | null;
  /** When it goes or went to the venue; `null`: at once. */
  releaseAtMs: number | null;
  /** `price` in USD a share, null for SHARES; `remaining` in USD or shares. `null`: a sale that its account may make short. */
  hold: { kind: 'CASH' | 'SHARES'; price: Decimal | null; remaining: Decimal } | null;
}

/** All terms that hold once it is replaced. */
export interface ReplacedTerms {
  /** Counts what the original has filled (FIX OrderQty 38). */
  quantity: Decimal;
  limitPrice: Decimal | null;
  stopPrice: Decimal | null;
  trailPercent: Decimal | null;
  timeInForce: TimeInForce;
}

export interface ReplacementInput extends DecisionGround {
  original: OriginalOrder;
  terms: ReplacedTerms;
}

export interface ReplacementDecision extends Release {
  /** Shares that the new order has for itself, as things stand. */
  leaves: Decimal;
  /** `extra`: what it needs beyond the original's hold, in USD or shares. */
  hold: { kind: 'CASH'; price: Decimal; extra: Decimal } | { kind: 'SHARES'; price: null; extra: Decimal } | null;
  protectionPrice: Decimal | null;
}

type Growth = Result<ReplacementDecision['hold'], Refusal>;

/**
 * Decides whether a new order may take the place of an open one, and what it holds while the venue is asked. The checks are those of
 * `decideAcceptance`, in their order, on what is left to fill; limit and stop prices that stay need not fit today's market. Then REPLACE_REJECTED: all
 * that was asked for is filled by now, or the cutoff of the original's auction has passed. What is at the venue already stays there: `releaseAtMs`
 * is null then. Throws a RangeError only for what the edge must not let through.
 */
export function decideReplacement(input: ReplacementInput): Result<ReplacementDecision, Refusal> {
  const { original, terms, nowMs } = input;
  const { timeInForce, quantity } = terms;
  if (!quantity.gt(ZERO)) throw new RangeError(`An order's quantity is positive, not ${formatDecimal(quantity)}`);
  if (!isReplaceableTimeInForce(original.timeInForce, timeInForce)) {
    throw new RangeError(`${original.timeInForce} is not replaced by ${timeInForce}`);
  }
  const market = checkMarket(input, timeInForce);
  if (!market.ok) return market;
  const { quote, fractionable, release } = market.value;
  const ordered = { ...terms, side: original.side, type: original.type };
  const prices = pricesOf(ordered, quote);
  const leaves = quantity.minus(original.filledQuantity);
  const refusal = checkWholeShares(quantity, fractionable) ?? checkPrices(ordered, quote, original) ?? checkSize(leaves, prices.expected);
  if (refusal) return err(refusal);
  const hold = growHold(input, prices.worst, leaves);
  if (!hold.ok) return hold;
  const lateRefusal = checkStillReplaceable(original, terms, nowMs);
  if (lateRefusal) return err(lateRefusal);

  const releaseAtMs = isReleased(original, nowMs) ? null : release.releaseAtMs;
  return ok({ leaves, hold: hold.value, protectionPrice: prices.protection, ...release, releaseAtMs });
}

const isReleased = ({ releaseAtMs }: OriginalOrder, nowMs: number): boolean => releaseAtMs === null || releaseAtMs <= nowMs;

/** From its cutoff on, an order of an auction can be neither canceled nor replaced, as on the exchanges. */
function checkStillReplaceable(original: OriginalOrder, { quantity, timeInForce }: ReplacedTerms, nowMs: number): Refusal | null {
  const { filledQuantity } = original;
  if (quantity.lte(filledQuantity)) {
    return { code: 'REPLACE_REJECTED', facts: { quantity: formatDecimal(quantity), filledQuantity: formatDecimal(filledQuantity) } };
  }
  const isForAuction = timeInForce === 'OPG' || timeInForce === 'CLS';
  return isForAuction && isReleased(original, nowMs) ? { code: 'REPLACE_REJECTED', facts: { reason: 'AUCTION_CUTOFF_PASSED' } } : null;
}

function growHold(input: ReplacementInput, price: Decimal, leaves: Decimal): Growth {
  const { original, terms } = input;
  const growth = Decimal.max(terms.quantity.minus(original.quantity), ZERO);
  switch (original.side) {
    case 'BUY':
      return growCashHold(input, price, leaves);
    case 'SELL': {
      const available = availableShares(input);
      if (!original.hold) {
        return growth.isZero() || input.account.shortingAllowed ? ok(null) : err(positionRefusal(growth, available));
      }
      return growth.lte(available) ? ok({ kind: 'SHARES', price: null, extra: growth }) : err(positionRefusal(growth, available));
    }
    default:
      return assertNever(original.side);
  }
}

/**
 * What a BUY needs beyond its original's hold, so that the two together cover it whatever fills before the venue answers. Fills belong to the
 * original and are paid from its hold. What is lacking, price × leaves − the original's hold, changes with them in one direction only: it is largest
 * now, or when the original has all but filled and leaves price × (new quantity − old quantity). Both are covered.
 *
 * Exactly: while fills keep to the original's hold price, its remaining hold + extra ≥ {@link replacementHold} at any time. For whole shares that fill
 * whole, at whole cents, that is so without further ado. Where cents are rounded, the two orders round apart and can cost a cent more than one: it
 * is held too if the account has it; without it (or when whole shares fill in fractions) the two may be short of that one cent, never more.
 */
function growCashHold(input: ReplacementInput, price: Decimal, leaves: Decimal): Growth {
  const { original, terms, account } = input;
  const { hold, quantity, filledQuantity } = original;
  if (hold?.kind !== 'CASH' || !hold.price) throw new RangeError('An open BUY holds cash at a price');
  const oldNeed = roundUpToCents(hold.price.times(quantity.minus(filledQuantity)));
  const lackingNow = roundUpToCents(price.times(leaves)).minus(Decimal.min(hold.remaining, oldNeed));
  const lackingLast = roundUpToCents(price.times(terms.quantity.minus(quantity)));
  const lacking = Decimal.max(lackingNow, lackingLast);
  const refusal = checkBuyingPower(Decimal.max(lacking, ZERO), input);
  if (refusal) return err(refusal);
  const isExact =
    [quantity, filledQuantity, terms.quantity].every((shares) => shares.isInteger()) && [price, hold.price].every(isWholeCents);
  const wanted = isExact ? lacking : Decimal.min(lacking.plus(ROUNDING_ALLOWANCE), account.buyingPower);
  return ok({ kind: 'CASH', price, extra: Decimal.max(wanted, ZERO) });
}

const isWholeCents = (price: Decimal): boolean => price.eq(roundCents(price));

/**
 * The cash that a BUY holds once it has taken its original's place, for `leaves` shares of its own: the worst they can cost, rounded up to the cent, but
 * never more than `setAside`, what the two orders have set aside together. Its cash is rounded from zero, so it needs no allowance.
 */
export function replacementHold(price: Decimal, leaves: Decimal, setAside?: Decimal): Decimal {
  const needed = roundUpToCents(price.times(leaves));
  return setAside ? Decimal.min(needed, setAside) : needed;
}
