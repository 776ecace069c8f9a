import type { Clock } from '../../contracts/clock.ts';
import type { TradingCalendar } from '../../domain/calendar/calendar.ts';
import type { MarketUseCases } from '../use-cases.ts';

/** Whether the market is open, and when that changes next: while it is open `nextClose` comes before `nextOpen`. */
export function createGetClock({ calendar, clock }: { calendar: TradingCalendar; clock: Clock }): MarketUseCases['getClock'] {
  return async () => {
    const nowMs = clock();
    const session = calendar.sessionAt(nowMs);
    const next = calendar.nextSession(nowMs);
    return {
      timestamp: new Date(nowMs).toISOString(),
      isOpen: session !== null,
      nextOpen: new Date(next.opensAt).toISOString(),
      nextClose: new Date((session ?? next).closesAt).toISOString(),
    };
  };
}
