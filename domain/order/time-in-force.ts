import { assertNever } from '../assert-never.ts';
import type { TradingSession } from '../calendar/calendar.ts';
import type { TimeInForce } from './order.ts';

export type { TradingSession } from '../calendar/calendar.ts';

/** How long a GTC order rests before it is ended, as at Alpaca ("aged orders"). */
export const GTC_LIFETIME_MS = 90 * 86_400_000;

/**
 * When an order ends by itself, in epoch milliseconds: DAY with the session it was accepted in, GTC after 90 days.
 * `null` for IOC, FOK, OPG and CLS, which the venue ends (FIX TimeInForce 59).
 */
export function expiryOf(timeInForce: TimeInForce, acceptedAtMs: number, session: TradingSession): number | null {
  switch (timeInForce) {
    case 'DAY':
      return session.closesAt;
    case 'GTC':
      return acceptedAtMs + GTC_LIFETIME_MS;
    case 'IOC':
    case 'FOK':
    case 'OPG':
    case 'CLS':
      return null;
    default:
      return assertNever(timeInForce);
  }
}
