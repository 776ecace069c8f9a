import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { Clock } from '../../contracts/clock.ts';
import type { TradingCalendar, TradingSession } from '../../domain/market/calendar.ts';

const instant = (date: string, time: string, offset: string): number =>
  Date.parse(`${date}T${time}${offset}`);

/**
 * A Tuesday and a Wednesday on which the market is open from 09:30 to 16:00 in New York, and the
 * day 90 days after that Tuesday.
 */
export const tue = (time: string): number => instant('2026-11-24', time, '-05:00');
export const wed = (time: string): number => instant('2026-11-25', time, '-05:00');
export const day90 = (time: string): number => instant('2027-02-22', time, '-05:00');

/** New York's summer time. */
export const summer = (date: string, time: string): number => instant(date, time, '-04:00');

/**
 * The server's time, and the market's. A case may begin at any moment of the market's calendar: the
 * calendar's sessions are moved to where the server's time, which never goes back, happens to be.
 */
export interface MarketTime {
  /**
   * The server's time as everybody but the server is told it; to be refreshed before a use, since
   * the server skips.
   */
  clock: Clock;
  refresh(): Promise<void>;
  /** Makes it this moment at the market. */
  begin(marketMs: number): Promise<void>;
  /** Lets the server's time pass until this moment at the market, at most. */
  sleepUntil(marketMs: number): Promise<void>;
  marketNow(): number;
  toMarket(serverMs: number): number;
  /** The market's calendar at the server's time. */
  calendar: TradingCalendar;
}

export function createMarketTime(
  env: TestWorkflowEnvironment,
  market: TradingCalendar,
): MarketTime {
  let known = { serverMs: 0, atMs: performance.now() };
  let shiftMs = 0;
  // While the server does not skip, its time passes as ours does.
  const clock = (): number => Math.floor(known.serverMs + performance.now() - known.atMs);
  const toMarket = (serverMs: number): number => serverMs - shiftMs;
  const toServer = (marketMs: number): number => marketMs + shiftMs;

  async function refresh(): Promise<void> {
    const serverMs = await env.currentTimeMs();
    known = { serverMs: Math.max(serverMs, clock()), atMs: performance.now() };
  }

  return {
    clock,
    refresh,
    async begin(marketMs) {
      await refresh();
      shiftMs = clock() - marketMs;
    },
    async sleepUntil(marketMs) {
      const leftMs = toServer(marketMs) - clock();
      if (leftMs > 0) await env.sleep(leftMs);
      await refresh();
    },
    marketNow: () => toMarket(clock()),
    toMarket,
    calendar: movedCalendar(market, toMarket, toServer),
  };
}

function movedCalendar(
  market: TradingCalendar,
  toMarket: (ms: number) => number,
  toServer: (ms: number) => number,
): TradingCalendar {
  const moved = <T extends TradingSession>(session: T): T => ({
    ...session,
    opensAt: toServer(session.opensAt),
    closesAt: toServer(session.closesAt),
  });
  return {
    firstDate: market.firstDate,
    lastDate: market.lastDate,
    dateAt: (ms) => market.dateAt(toMarket(ms)),
    sessionAt(ms) {
      const session = market.sessionAt(toMarket(ms));
      return session && moved(session);
    },
    nextSession: (ms) => moved(market.nextSession(toMarket(ms))),
    sessionsBetween: (fromDate, toDate) => market.sessionsBetween(fromDate, toDate).map(moved),
  };
}
