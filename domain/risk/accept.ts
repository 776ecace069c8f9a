import { assertNever } from '../assert-never.ts';
import { Decimal, formatCash, formatDecimal, ZERO } from '../money/decimal.ts';
import { rulesOf, type Side, type TimeInForce } from '../orders/order.ts';
import type { Release } from '../orders/release.ts';
import { err, ok, type Result } from '../result.ts';
import type { BidAsk } from './collar.ts';
import { type Hold, holdFor } from './hold.ts';
import { checkPrices, type PriceTerms, pricesOf, touchOf } from './order-prices.ts';
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
import { type Rejection, reject } from './rejection.ts';

/** `quantity` in shares or `notional` in USD: exactly one of the two. */
export interface OrderedTerms extends PriceTerms {
  timeInForce: TimeInForce;
  quantity: Decimal | null;
  notional: Decimal | null;
}

export interface AcceptanceInput extends DecisionGround {
  order: OrderedTerms;
  /** Open orders of the account, and how many it may have. */
  openOrders: { count: number; max: number };
}

export interface Acceptance extends Release {
  /** Shares; of a notional what it comes to at the quote. */
  quantity: Decimal;
  hold: Hold;
  /** For orders without a limit price: the worst price at which the broker may trade them. */
  protectionPrice: Decimal | null;
}

/** A quantity has no more decimals than it is stored with. */
const QUANTITY_DECIMALS = 8;

/**
 * Decides once whether an order may go to the broker, when, and what is set aside for it. The first
 * check that fails is the reason, in the order of
 * PRE_TRADE_REJECTIONS. Throws a RangeError only for what
 * the edge must not let through: terms that do not belong together or are not positive.
 */
export function decideAcceptance(input: AcceptanceInput): Result<Acceptance, Rejection> {
  const { order } = input;
  const amount = oneAmountOf(order);
  if (!rulesOf(order.type).timesInForce.includes(order.timeInForce)) {
    throw new RangeError(`A ${order.type} order is never ${order.timeInForce}`);
  }
  const market = checkMarket(input, order.timeInForce);
  if (!market.ok) return market;
  const { quote, fractionable, release } = market.value;

  const sized = sharesOf(order.side, amount, quote, fractionable);
  if (!sized.ok) return sized;
  const quantity = sized.value;
  const prices = pricesOf(order, quote);
  const notional = order.notional ?? quantity.times(prices.expected);
  const rejection =
    checkPrices(order, quote, null) ??
    checkOrder({ quantity, notional, closing: closingQuantity(order.side, input) }, input) ??
    checkOpenOrders(input.openOrders);
  if (rejection) return err({ ...rejection, ...(order.notional && { quantity }) });

  const hold = holdFor({
    side: order.side,
    quantity,
    price: prices.worst,
    shortingAllowed: input.account.shortingAllowed,
  });
  const coverRejection = checkCover(hold, input);
  if (coverRejection) return err({ ...coverRejection, ...(order.notional && { quantity }) });
  return ok({ quantity, hold, protectionPrice: prices.protection, ...release });
}

type OneAmount = { quantity: Decimal; notional: null } | { quantity: null; notional: Decimal };

function oneAmountOf({ type, timeInForce, quantity, notional }: OrderedTerms): OneAmount {
  const amount = quantity ?? notional;
  if (!amount || (quantity && notional))
    throw new RangeError('An order has a quantity or a notional');
  if (!amount.gt(ZERO))
    throw new RangeError(`An order's amount is positive, not ${formatDecimal(amount)}`);
  if (notional && (type !== 'MARKET' || timeInForce !== 'DAY'))
    throw new RangeError('Only a MARKET order for the DAY has a notional');
  return quantity ? { quantity, notional: null } : { quantity, notional: amount };
}

/**
 * Rounded down, a notional never costs more than it says at the quote. One that comes to no share
 * at all cannot be cut so small.
 */
function sharesOf(
  side: Side,
  { quantity, notional }: OneAmount,
  quote: BidAsk,
  fractionable: boolean,
): Result<Decimal, Rejection> {
  if (quantity) {
    const rejection = checkWholeShares(quantity, fractionable);
    return rejection ? err(rejection) : ok(quantity);
  }
  const touch = touchOf(side, quote);
  if (!touch.gt(ZERO)) return reject('NO_QUOTE');
  const shares = notional.div(touch).toDecimalPlaces(QUANTITY_DECIMALS, Decimal.ROUND_DOWN);
  if (!fractionable || shares.isZero())
    return reject('QUANTITY_NOT_FRACTIONABLE', { notional: formatCash(notional) });
  return ok(shares);
}

function checkOpenOrders({ count, max }: AcceptanceInput['openOrders']): Rejection | null {
  return count < max
    ? null
    : { code: 'TOO_MANY_OPEN_ORDERS', facts: { open: String(count), maximum: String(max) } };
}

function checkCover(hold: Hold, ground: DecisionGround): Rejection | null {
  switch (hold.kind) {
    case 'CASH':
      return checkBuyingPower(hold.amount, ground);
    case 'SHARES': {
      const available = availableShares(ground);
      return hold.quantity.lte(available) ? null : positionRejection(hold.quantity, available);
    }
    case 'NONE':
      return null;
    default:
      return assertNever(hold);
  }
}
