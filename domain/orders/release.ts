import { assertNever } from '../assert-never.ts';
import type { TradingCalendar, TradingSession } from '../market/calendar.ts';
import type { TimeInForce } from './order.ts';

/** How long a GTC order rests before it is ended, as at Alpaca ("aged orders"). */
export const GTC_LIFETIME_MS = 90 * 86_400_000;

/**
 * How long before its auction an order must be in: 09:28 for the open of 09:30, 15:50 for the close
 * of 16:00, as at Alpaca.
 */
export const OPENING_CUTOFF_MS = 2 * 60_000;
export const CLOSING_CUTOFF_MS = 10 * 60_000;

/**
 * The broker cancels what its auction leaves over; this long after it, an order that it forgot is
 * ended here.
 */
export const AUCTION_GRACE_MS = 5 * 60_000;

/** Times in epoch milliseconds. */
export interface Release {
  /** When the order goes to the broker; `null`: at once. */
  releaseAtMs: number | null;
  /** OPG, CLS: when its auction is held. */
  auctionAtMs: number | null;
  /** When it ends by itself, at the latest. */
  expiresAtMs: number;
}

/**
 * When an order that is accepted now goes to the broker, and when it ends (FIX TimeInForce 59).
 * While the market is closed, DAY and GTC wait for the next open, IOC and FOK are MARKET_CLOSED.
 * DAY ends with the session it is released in, and so do IOC and FOK, which the broker ends in the
 * moment they come: one that could not be sent for hours must not trade on another day. OPG and CLS
 * take part in the first opening or closing auction whose cutoff is still ahead and are held until
 * that cutoff. MARKET_CLOSED also where the calendar knows no more sessions.
 */
export function releaseOf(
  timeInForce: TimeInForce,
  nowMs: number,
  calendar: TradingCalendar,
): Release | 'MARKET_CLOSED' {
  try {
    return releaseOn(timeInForce, nowMs, calendar);
  } catch (error) {
    if (error instanceof RangeError) return 'MARKET_CLOSED';
    throw error;
  }
}

function releaseOn(
  timeInForce: TimeInForce,
  nowMs: number,
  calendar: TradingCalendar,
): Release | 'MARKET_CLOSED' {
  switch (timeInForce) {
    case 'DAY': {
      const open = calendar.sessionAt(nowMs);
      const session = open ?? calendar.nextSession(nowMs);
      return {
        releaseAtMs: open ? null : session.opensAt,
        auctionAtMs: null,
        expiresAtMs: session.closesAt,
      };
    }
    case 'GTC': {
      const releaseAtMs = calendar.sessionAt(nowMs) ? null : calendar.nextSession(nowMs).opensAt;
      return { releaseAtMs, auctionAtMs: null, expiresAtMs: nowMs + GTC_LIFETIME_MS };
    }
    case 'IOC':
    case 'FOK': {
      const open = calendar.sessionAt(nowMs);
      return open
        ? { releaseAtMs: null, auctionAtMs: null, expiresAtMs: open.closesAt }
        : 'MARKET_CLOSED';
    }
    case 'OPG':
      return forAuction(nextOpening(nowMs, calendar), OPENING_CUTOFF_MS);
    case 'CLS':
      return forAuction(nextClosing(nowMs, calendar), CLOSING_CUTOFF_MS);
    default:
      return assertNever(timeInForce);
  }
}

const forAuction = (auctionAtMs: number, cutoffMs: number): Release => ({
  releaseAtMs: auctionAtMs - cutoffMs,
  auctionAtMs,
  expiresAtMs: auctionAtMs + AUCTION_GRACE_MS,
});

function nextOpening(nowMs: number, calendar: TradingCalendar): number {
  let session = calendar.nextSession(nowMs);
  while (session.opensAt - OPENING_CUTOFF_MS <= nowMs)
    session = calendar.nextSession(session.opensAt);
  return session.opensAt;
}

function nextClosing(nowMs: number, calendar: TradingCalendar): number {
  const isAhead = ({ closesAt }: TradingSession): boolean => closesAt - CLOSING_CUTOFF_MS > nowMs;
  const current = calendar.sessionAt(nowMs);
  if (current && isAhead(current)) return current.closesAt;
  let session = calendar.nextSession(nowMs);
  while (!isAhead(session)) session = calendar.nextSession(session.opensAt);
  return session.closesAt;
}
