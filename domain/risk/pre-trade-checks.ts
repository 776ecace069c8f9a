import type { TradingCalendar } from '../calendar/calendar.ts';
import { Decimal, formatCash, formatDecimal, ZERO } from '../money/decimal.ts';
import type { TimeInForce } from '../order/order.ts';
import { type Release, releaseOf } from '../order/release.ts';
import { ok, type Result } from '../result.ts';
import type { BidAsk } from './collar.ts';
import { type Refusal, refuse } from './refusal.ts';

/** The most that one order may be worth, in USD: a pre-trade limit against erroneous orders (SEC Rule 15c3-5). */
export const ORDER_NOTIONAL_MAX: Decimal = new Decimal('10000000');

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
export const availableShares = ({ position }: DecisionGround): Decimal => Decimal.max(position.quantity.minus(position.heldQuantity), ZERO);

/** Whether anything of the instrument can be ordered by the account now, and when it would go to the venue. */
export function checkMarket(
  { instrument, account, quote, nowMs, calendar }: DecisionGround,
  timeInForce: TimeInForce,
): Result<{ quote: BidAsk; fractionable: boolean; release: Release }, Refusal> {
  if (!instrument) return refuse('UNKNOWN_SYMBOL');
  if (!instrument.tradable) return refuse('INSTRUMENT_HALTED');
  if (account.status !== 'ACTIVE') return refuse('ACCOUNT_RESTRICTED');
  const release = releaseOf(timeInForce, nowMs, calendar);
  if (release === 'MARKET_CLOSED') return refuse('MARKET_CLOSED');
  if (!quote) return refuse('NO_QUOTE');
  return ok({ quote, fractionable: instrument.fractionable, release });
}

export function checkWholeShares(quantity: Decimal, fractionable: boolean): Refusal | null {
  if (fractionable || quantity.isInteger()) return null;
  return { code: 'QUANTITY_NOT_FRACTIONABLE', facts: { quantity: formatDecimal(quantity) } };
}

export function checkSize(quantity: Decimal, price: Decimal): Refusal | null {
  const notional = quantity.times(price);
  if (notional.lte(ORDER_NOTIONAL_MAX)) return null;
  return { code: 'ORDER_TOO_LARGE', facts: { notional: formatCash(notional), maximum: formatCash(ORDER_NOTIONAL_MAX) } };
}

export function checkBuyingPower(required: Decimal, { account }: DecisionGround): Refusal | null {
  if (required.lte(account.buyingPower)) return null;
  return { code: 'INSUFFICIENT_BUYING_POWER', facts: { required: formatCash(required), available: formatCash(account.buyingPower) } };
}

export const positionRefusal = (required: Decimal, available: Decimal): Refusal => ({
  code: 'INSUFFICIENT_POSITION',
  facts: { required: formatDecimal(required), available: formatDecimal(available) },
});
