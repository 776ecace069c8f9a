import { xnysCalendar } from '../../../domain/market/xnys.ts';
import { Decimal } from '../../../domain/money/decimal.ts';
import type { OrderType } from '../../../domain/orders/order.ts';
import { type AcceptanceInput, decideAcceptance } from '../../../domain/risk/accept.ts';

export const dec = (text: string | number): Decimal => new Decimal(text);
const NOW_MS = Date.parse('2026-11-24T15:00:00Z');
export const CLOSED_MS = Date.parse('2026-11-24T22:00:00Z');
export const CLOSES_AT_MS = Date.parse('2026-11-24T21:00:00Z');
export const NEXT_OPEN_MS = Date.parse('2026-11-25T14:30:00Z');

/** The prices that an order of each type names, all of them good at 205.70 bid and 205.75 asked. */
export const PRICES: Record<OrderType, Partial<AcceptanceInput['order']>> = {
  MARKET: { limitPrice: null },
  LIMIT: {},
  STOP: { limitPrice: null, stopPrice: dec('206.00') },
  STOP_LIMIT: { limitPrice: dec('206.50'), stopPrice: dec('206.00') },
  TRAILING_STOP: { limitPrice: null, trailPercent: dec('2.5') },
};

/** A BUY of 10 at a limit of 205.75 that is accepted; each test changes what it is about. */
export function input(
  order: Partial<AcceptanceInput['order']> = {},
  rest: Partial<Omit<AcceptanceInput, 'order'>> = {},
): AcceptanceInput {
  return {
    order: {
      side: 'BUY',
      type: 'LIMIT',
      timeInForce: 'DAY',
      quantity: dec(10),
      notional: null,
      limitPrice: dec('205.75'),
      stopPrice: null,
      trailPercent: null,
      ...order,
    },
    account: { status: 'ACTIVE', buyingPower: dec('100000'), shortingAllowed: false },
    position: { quantity: dec(0), heldQuantity: dec(0) },
    instrument: { tradable: true, fractionable: true },
    quote: { bid: dec('205.70'), ask: dec('205.75') },
    nowMs: NOW_MS,
    openOrders: { count: 0, max: 500 },
    calendar: xnysCalendar,
    ...rest,
  };
}

export const codeOf = (of: AcceptanceInput): string => {
  const result = decideAcceptance(of);
  return result.ok ? 'ACCEPTED' : result.error.code;
};
