import { assertNever } from '../assert-never.ts';
import { Decimal, formatCash, formatDecimal, ZERO } from '../money/decimal.ts';
import type { OrderType, Side, TimeInForce } from '../order/order.ts';
import { expiryOf, type TradingSession } from '../order/time-in-force.ts';
import { err, ok, type Result } from '../result.ts';
import { type BidAsk, isWithinCollar, protectionPrice } from './collar.ts';
import { type Hold, holdFor } from './hold.ts';
import { isOnPriceIncrement, minimumPriceVariation } from './price-increment.ts';

/** Why an order can be refused, by us or (BROKER_REJECTED) by the venue. */
export const REJECT_CODES = [
  'UNKNOWN_SYMBOL',
  'INSTRUMENT_HALTED',
  'ACCOUNT_RESTRICTED',
  'MARKET_CLOSED',
  'NO_QUOTE',
  'QUANTITY_NOT_FRACTIONABLE',
  'PRICE_INCREMENT_INVALID',
  'LIMIT_PRICE_OUTSIDE_COLLAR',
  'ORDER_TOO_LARGE',
  'INSUFFICIENT_BUYING_POWER',
  'INSUFFICIENT_POSITION',
  'BROKER_REJECTED',
] as const;
export type RejectCode = (typeof REJECT_CODES)[number];

/** The most that one order may be worth, in USD: a pre-trade limit against erroneous orders (SEC Rule 15c3-5). */
export const ORDER_NOTIONAL_MAX: Decimal = new Decimal('10000000');

export interface AcceptanceInput {
  order: { side: Side; type: OrderType; timeInForce: TimeInForce; quantity: Decimal; limitPrice: Decimal | null };
  account: { status: 'ACTIVE' | 'RESTRICTED'; buyingPower: Decimal; shortingAllowed: boolean };
  /** `heldQuantity`: the shares already held for other open orders. */
  position: { quantity: Decimal; heldQuantity: Decimal };
  instrument: { tradable: boolean; fractionable: boolean } | null;
  quote: BidAsk | null;
  nowMs: number;
  session: TradingSession | null;
}

export interface Acceptance {
  hold: Hold;
  /** For orders without a limit price: the worst price at which the venue may trade them. */
  protectionPrice: Decimal | null;
  expiresAtMs: number | null;
}

export interface Refusal {
  code: RejectCode;
  /** For the reader, decimals as text: `{ required: '2057.50', available: '100.00' }`. */
  facts: Record<string, string>;
}

/**
 * Decides once whether an order may go to the venue, and what is set aside for it. The first check that fails is the reason, in the order of
 * REJECT_CODES. Throws only for what the edge must not let through: a quantity that is not positive, a limit order without a limit price.
 */
export function decideAcceptance(input: AcceptanceInput): Result<Acceptance, Refusal> {
  const { order, account, instrument, quote, session } = input;
  if (!order.quantity.gt(ZERO)) throw new RangeError(`An order's quantity is positive, not ${formatDecimal(order.quantity)}`);
  const limitPrice = limitPriceOf(order);

  if (!instrument) return refuse('UNKNOWN_SYMBOL');
  if (!instrument.tradable) return refuse('INSTRUMENT_HALTED');
  if (account.status !== 'ACTIVE') return refuse('ACCOUNT_RESTRICTED');
  if (!session) return refuse('MARKET_CLOSED');
  if (!quote) return refuse('NO_QUOTE');
  if (!instrument.fractionable && !order.quantity.isInteger()) {
    return refuse('QUANTITY_NOT_FRACTIONABLE', { quantity: formatDecimal(order.quantity) });
  }
  const priceRefusal = limitPrice && checkLimitPrice(order.side, limitPrice, quote);
  if (priceRefusal) return err(priceRefusal);

  const notional = order.quantity.times(limitPrice ?? (order.side === 'BUY' ? quote.ask : quote.bid));
  if (notional.gt(ORDER_NOTIONAL_MAX)) {
    return refuse('ORDER_TOO_LARGE', { notional: formatCash(notional), maximum: formatCash(ORDER_NOTIONAL_MAX) });
  }

  const protection = limitPrice ? null : protectionPrice(order.side, quote);
  const price = limitPrice ?? protectionPrice(order.side, quote);
  const available = Decimal.max(input.position.quantity.minus(input.position.heldQuantity), ZERO);
  const hold = holdFor({ side: order.side, quantity: order.quantity, price, available });
  const coverRefusal = checkCover(hold, order.quantity, available, account);
  if (coverRefusal) return err(coverRefusal);
  return ok({ hold, protectionPrice: protection, expiresAtMs: expiryOf(order.timeInForce, input.nowMs, session) });
}

const refuse = (code: RejectCode, facts: Record<string, string> = {}): { ok: false; error: Refusal } => err({ code, facts });

function limitPriceOf(order: AcceptanceInput['order']): Decimal | null {
  switch (order.type) {
    case 'LIMIT':
    case 'STOP_LIMIT':
      if (!order.limitPrice) throw new RangeError(`A ${order.type} order has a limit price`);
      return order.limitPrice;
    case 'MARKET':
    case 'STOP':
    case 'TRAILING_STOP':
      return null;
    default:
      return assertNever(order.type);
  }
}

function checkLimitPrice(side: Side, limitPrice: Decimal, quote: BidAsk): Refusal | null {
  if (!isOnPriceIncrement(limitPrice)) {
    const increment = formatDecimal(minimumPriceVariation(limitPrice));
    return { code: 'PRICE_INCREMENT_INVALID', facts: { limitPrice: formatDecimal(limitPrice), increment } };
  }
  if (isWithinCollar(side, limitPrice, quote)) return null;
  const facts = { limitPrice: formatDecimal(limitPrice), bid: formatDecimal(quote.bid), ask: formatDecimal(quote.ask) };
  return { code: 'LIMIT_PRICE_OUTSIDE_COLLAR', facts };
}

function checkCover(hold: Hold, quantity: Decimal, available: Decimal, account: AcceptanceInput['account']): Refusal | null {
  switch (hold.kind) {
    case 'CASH': {
      if (hold.amount.lte(account.buyingPower)) return null;
      const facts = { required: formatCash(hold.amount), available: formatCash(account.buyingPower) };
      return { code: 'INSUFFICIENT_BUYING_POWER', facts };
    }
    case 'SHARES':
      return null;
    case 'NONE':
      if (account.shortingAllowed) return null;
      return { code: 'INSUFFICIENT_POSITION', facts: { required: formatDecimal(quantity), available: formatDecimal(available) } };
    default:
      return assertNever(hold);
  }
}
