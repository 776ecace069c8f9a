import { assertNever } from '../assert-never.ts';
import { Decimal, formatCash, formatDecimal, ZERO } from '../money/decimal.ts';
import type { TimeInForce } from '../order/order.ts';
import type { Release } from '../order/release.ts';
import { timesInForceOf } from '../order/time-in-force.ts';
import { err, ok, type Result } from '../result.ts';
import type { BidAsk } from './collar.ts';
import { type Hold, holdFor } from './hold.ts';
import { checkPrices, type PriceTerms, pricesOf, touchOf } from './order-prices.ts';
import {
  availableShares,
  checkBuyingPower,
  checkMarket,
  checkSize,
  checkWholeShares,
  type DecisionGround,
  positionRefusal,
} from './pre-trade-checks.ts';
import { type Refusal, refuse } from './refusal.ts';

/** `quantity` in shares or `notional` in USD: exactly one of the two. */
export interface OrderedTerms extends PriceTerms {
  timeInForce: TimeInForce;
  quantity: Decimal | null;
  notional: Decimal | null;
}

export interface AcceptanceInput extends DecisionGround {
  order: OrderedTerms;
}

export interface Acceptance extends Release {
  /** Shares; of a notional what it comes to at the quote. */
  quantity: Decimal;
  hold: Hold;
  /** For orders without a limit price: the worst price at which the venue may trade them. */
  protectionPrice: Decimal | null;
}

/** A quantity has no more decimals than it is stored with. */
const QUANTITY_DECIMALS = 8;

/**
 * Decides once whether an order may go to the venue, when, and what is set aside for it. The first check that fails is the reason, in the order of
 * REJECT_CODES. Throws a RangeError only for what the edge must not let through: terms that do not belong together or are not positive.
 */
export function decideAcceptance(input: AcceptanceInput): Result<Acceptance, Refusal> {
  const { order } = input;
  requireOneAmount(order);
  if (!timesInForceOf(order.type).includes(order.timeInForce)) {
    throw new RangeError(`A ${order.type} order is never ${order.timeInForce}`);
  }
  const market = checkMarket(input, order.timeInForce);
  if (!market.ok) return market;
  const { quote, fractionable, release } = market.value;

  const sized = sharesOf(order, quote, fractionable);
  if (!sized.ok) return sized;
  const quantity = sized.value;
  const prices = pricesOf(order, quote);
  const refusal = checkPrices(order, quote, null) ?? checkSize(quantity, prices.expected);
  if (refusal) return err(refusal);

  const hold = holdFor({ side: order.side, quantity, price: prices.worst, shortingAllowed: input.account.shortingAllowed });
  const coverRefusal = checkCover(hold, input);
  if (coverRefusal) return err({ ...coverRefusal, ...(order.notional && { quantity }) });
  return ok({ quantity, hold, protectionPrice: prices.protection, ...release });
}

function requireOneAmount({ type, timeInForce, quantity, notional }: OrderedTerms): void {
  const amount = quantity ?? notional;
  if (!amount || (quantity && notional)) throw new RangeError('An order has a quantity or a notional');
  if (!amount.gt(ZERO)) throw new RangeError(`An order's amount is positive, not ${formatDecimal(amount)}`);
  if (notional && (type !== 'MARKET' || timeInForce !== 'DAY')) throw new RangeError('Only a MARKET order for the DAY has a notional');
}

/** Rounded down, a notional never costs more than it says at the quote. One that comes to no share at all cannot be cut so small. */
function sharesOf({ side, quantity, notional }: OrderedTerms, quote: BidAsk, fractionable: boolean): Result<Decimal, Refusal> {
  if (quantity) {
    const refusal = checkWholeShares(quantity, fractionable);
    return refusal ? err(refusal) : ok(quantity);
  }
  if (!notional) throw new RangeError('An order has a quantity or a notional');
  const touch = touchOf(side, quote);
  if (!touch.gt(ZERO)) return refuse('NO_QUOTE');
  const shares = notional.div(touch).toDecimalPlaces(QUANTITY_DECIMALS, Decimal.ROUND_DOWN);
  if (!fractionable || shares.isZero()) return refuse('QUANTITY_NOT_FRACTIONABLE', { notional: formatCash(notional) });
  return ok(shares);
}

function checkCover(hold: Hold, ground: DecisionGround): Refusal | null {
  switch (hold.kind) {
    case 'CASH':
      return checkBuyingPower(hold.amount, ground);
    case 'SHARES': {
      const available = availableShares(ground);
      return hold.quantity.lte(available) ? null : positionRefusal(hold.quantity, available);
    }
    case 'NONE':
      return null;
    default:
      return assertNever(hold);
  }
}
