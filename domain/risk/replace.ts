import { assertNever } from '../assert-never.ts';
import { Decimal, formatDecimal, roundUpToCents, ZERO } from '../money/decimal.ts';
import { type FilledWorth, roundedCash } from '../orders/fill-cash.ts';
import type { OrderType, Side, TimeInForce } from '../orders/order.ts';
import type { Release } from '../orders/release.ts';
import { isReplaceableTimeInForce } from '../orders/time-in-force.ts';
import { err, ok, type Result } from '../result.ts';
import { checkPrices, isSamePrice, type OrderPrices, pricesOf } from './order-prices.ts';
import {
  availableShares,
  checkBuyingPower,
  checkMarket,
  checkOrder,
  checkWholeShares,
  closingQuantity,
  type DecisionGround,
  positionRejection,
} from './pre-trade-checks.ts';
import type { Rejection } from './rejection.ts';

/** The order that is to be replaced, as it stands now. */
export interface OriginalOrder {
  side: Side;
  type: OrderType;
  timeInForce: TimeInForce;
  quantity: Decimal;
  filledQuantity: Decimal;
  filled: FilledWorth;
  limitPrice: Decimal | null;
  stopPrice: Decimal | null;
  trailPercent: Decimal | null;
  /** The worst price of an order without a limit price. */
  protectionPrice: Decimal | null;
  /** Its stop was reached. */
  isTriggered: boolean;
  /** When it goes or went to the broker; `null`: at once. */
  releaseAtMs: number | null;
  auctionAtMs: number | null;
  expiresAtMs: number | null;
  /**
   * `price` in USD a share, null for SHARES; `remaining` in USD or shares. `null`: a sale that its
   * account may make short.
   */
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
  hold:
    | { kind: 'CASH'; price: Decimal; extra: Decimal }
    | { kind: 'SHARES'; price: null; extra: Decimal }
    | null;
  protectionPrice: Decimal | null;
}

type Growth = Result<ReplacementDecision['hold'], Rejection>;

/**
 * Decides whether a new order may take the place of an open one, and what it holds while the broker
 * is asked. What the terms leave as it was stays: prices need not fit today's market, the
 * protection is that of the market in which the stop was set, the order ends when it would have.
 * The checks are those of `decideAcceptance`, in their order, on what is left to fill, with
 * STOP_ALREADY_TRIGGERED for a stop or trail that has done its work. Then REPLACE_REJECTED: all
 * that was asked for is filled by now, or the cutoff of the original's auction has passed. What is
 * at the broker already stays there: `releaseAtMs` is null then. Throws a RangeError only for what
 * the edge must not let through.
 */
export function decideReplacement(input: ReplacementInput): Result<ReplacementDecision, Rejection> {
  const { original, terms, nowMs } = input;
  const { timeInForce, quantity } = terms;
  if (!quantity.gt(ZERO))
    throw new RangeError(`An order's quantity is positive, not ${formatDecimal(quantity)}`);
  if (!isReplaceableTimeInForce(original.timeInForce, timeInForce)) {
    throw new RangeError(`${original.timeInForce} is not replaced by ${timeInForce}`);
  }
  const market = checkMarket(input, timeInForce);
  if (!market.ok) return market;
  const { quote, fractionable, release } = market.value;
  const stopStays = keepsStop(original, terms);
  if (original.isTriggered && !stopStays) return err(alreadyTriggered(original, terms));
  const ordered = { ...terms, side: original.side, type: original.type };
  const prices = stopStays
    ? keepProtection(pricesOf(ordered, quote), original)
    : pricesOf(ordered, quote);
  const leaves = quantity.minus(original.filledQuantity);
  const rejection =
    checkWholeShares(quantity, fractionable) ??
    checkPrices(ordered, quote, original) ??
    checkLeaves(leaves, prices.expected, input);
  if (rejection) return err(rejection);
  const hold = growHold(input, prices.worst, leaves);
  if (!hold.ok) return hold;
  const lateRejection = checkStillReplaceable(original, terms, nowMs);
  if (lateRejection) return err(lateRejection);

  return ok({
    leaves,
    hold: hold.value,
    protectionPrice: prices.protection,
    ...timesOf(original, terms, release, nowMs),
  });
}

const keepsStop = ({ stopPrice, trailPercent }: OriginalOrder, terms: ReplacedTerms): boolean =>
  isSamePrice(stopPrice, terms.stopPrice) && isSamePrice(trailPercent, terms.trailPercent);

const keepProtection = (prices: OrderPrices, { protectionPrice }: OriginalOrder): OrderPrices =>
  protectionPrice ? { ...prices, worst: protectionPrice, protection: protectionPrice } : prices;

function alreadyTriggered(
  { stopPrice, trailPercent }: OriginalOrder,
  terms: ReplacedTerms,
): Rejection {
  const facts = {
    stopPrice,
    trailPercent,
    newStopPrice: terms.stopPrice,
    newTrailPercent: terms.trailPercent,
  };
  const known = Object.entries(facts).flatMap(([name, value]) =>
    value ? [[name, formatDecimal(value)]] : [],
  );
  return { code: 'STOP_ALREADY_TRIGGERED', facts: Object.fromEntries(known) };
}

/**
 * An order that keeps its time in force keeps its times: what is replaced often does not live
 * longer.
 */
function timesOf(
  original: OriginalOrder,
  { timeInForce }: ReplacedTerms,
  fresh: Release,
  nowMs: number,
): Release {
  const { releaseAtMs, auctionAtMs, expiresAtMs } = original;
  const times =
    timeInForce === original.timeInForce && expiresAtMs !== null
      ? { releaseAtMs, auctionAtMs, expiresAtMs }
      : fresh;
  return isReleased(original, nowMs) ? { ...times, releaseAtMs: null } : times;
}

/**
 * What is left to fill is an order of its own, and must be worth what any order must. A sale closes
 * the position when it takes the shares that the original holds and those that nobody does. Nothing
 * left to fill is not a matter of size: REPLACE_REJECTED says so.
 */
function checkLeaves(
  leaves: Decimal,
  price: Decimal,
  { original, ...ground }: ReplacementInput,
): Rejection | null {
  if (!leaves.gt(ZERO)) return null;
  const held = original.hold?.kind === 'SHARES' ? original.hold.remaining : ZERO;
  const closing = closingQuantity(original.side, ground).plus(held);
  return checkOrder({ quantity: leaves, notional: leaves.times(price), closing }, ground);
}

const isReleased = ({ releaseAtMs }: OriginalOrder, nowMs: number): boolean =>
  releaseAtMs === null || releaseAtMs <= nowMs;

/**
 * From its cutoff on, an order of an auction can be neither canceled nor replaced, as on the
 * exchanges.
 */
function checkStillReplaceable(
  original: OriginalOrder,
  { quantity, timeInForce }: ReplacedTerms,
  nowMs: number,
): Rejection | null {
  const { filledQuantity } = original;
  if (quantity.lte(filledQuantity)) {
    return {
      code: 'REPLACE_REJECTED',
      facts: { quantity: formatDecimal(quantity), filledQuantity: formatDecimal(filledQuantity) },
    };
  }
  const isForAuction = timeInForce === 'OPG' || timeInForce === 'CLS';
  return isForAuction && isReleased(original, nowMs)
    ? { code: 'REPLACE_REJECTED', facts: { reason: 'AUCTION_CUTOFF_PASSED' } }
    : null;
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
        return growth.isZero() || input.account.shortingAllowed
          ? ok(null)
          : err(positionRejection(growth, available));
      }
      return growth.lte(available)
        ? ok({ kind: 'SHARES', price: null, extra: growth })
        : err(positionRejection(growth, available));
    }
    default:
      return assertNever(original.side);
  }
}

/** Each order rounds its own cash up, so two can cost a cent more than one of both quantities. */
const APART: Decimal = new Decimal('0.01');

/**
 * What a BUY needs beyond its original's hold, so that the two together cover it whatever fills
 * before the broker answers. Fills belong to the original and are paid from its hold. What is
 * lacking, price × leaves − the original's price × its leaves, changes with them in one direction
 * only: it is largest now, or when the original has all but filled and leaves price × (new quantity
 * − old quantity). Both are covered, and the cent that rounding apart can cost.
 *
 * So while fills keep to the original's hold price, its remaining hold + extra ≥ {@link
 * replacementHold} at any time: of fills worth V the hold keeps ⌈V + price × leaves⌉ − ⌈V⌉, no cent
 * less than ⌊price × leaves⌋. Whole shares at whole cents round nothing; a broker that fills them
 * in fractions can make them lack a cent, which buying power then gives.
 */
function growCashHold(input: ReplacementInput, price: Decimal, leaves: Decimal): Growth {
  const { hold, quantity, filledQuantity, filled } = input.original;
  if (hold?.kind !== 'CASH' || !hold.price)
    throw new RangeError('An open BUY holds cash at a price');
  const oldLeaves = hold.price.times(quantity.minus(filledQuantity));
  const lackingNow = price.times(leaves).minus(oldLeaves);
  const lackingLast = price.times(input.terms.quantity.minus(quantity));
  const kept = roundedCash('BUY', filled.notional.plus(oldLeaves)).minus(
    roundedCash('BUY', filled.notional),
  );
  const short = Decimal.max(kept.minus(hold.remaining), ZERO);
  const isExact =
    [quantity, filledQuantity, input.terms.quantity].every((shares) => shares.isInteger()) &&
    [price, hold.price].every(isWholeCents);
  const lacking = roundedCash('BUY', Decimal.max(lackingNow, lackingLast))
    .plus(short)
    .plus(isExact ? ZERO : APART);
  const extra = Decimal.max(lacking, ZERO);
  const rejection = checkBuyingPower(extra, input);
  return rejection ? err(rejection) : ok({ kind: 'CASH', price, extra });
}

const isWholeCents = (price: Decimal): boolean => price.eq(roundUpToCents(price));

/**
 * The cash that a BUY holds once it has taken its original's place, for `leaves` shares of its own:
 * the worst they can cost, rounded up to the cent, but never more than `setAside`, what the two
 * orders have set aside together.
 */
export function replacementHold(price: Decimal, leaves: Decimal, setAside?: Decimal): Decimal {
  const needed = roundedCash('BUY', price.times(leaves));
  return setAside ? Decimal.min(needed, setAside) : needed;
}
