import type { Clock } from '../../contracts/clock.ts';
import { DAY_MS, formatDay } from '../../domain/calendar/civil-day.ts';
import type { MarketUseCases } from '../use-cases.ts';
import type { HoursOf } from './instrument-hours.ts';

export interface GetClockDeps {
  clock: Clock;
  hoursOf: HoursOf;
}

/** How far around now an instrument's own sessions can matter. */
const DAYS_BEFORE = 2;
const DAYS_AFTER = 14;

/** Whether the market, or one instrument, is open, and when that changes next: while it is open `nextClose` comes before `nextOpen`. */
export function createGetClock({ clock, hoursOf }: GetClockDeps): MarketUseCases['getClock'] {
  return async (symbol) => {
    const nowMs = clock();
    const today = Math.floor(nowMs / DAY_MS);
    const hours = await hoursOf(symbol, formatDay(today - DAYS_BEFORE), formatDay(today + DAYS_AFTER));
    const session = hours.sessionAt(nowMs);
    const next = hours.nextSession(nowMs);
    return {
      timestamp: new Date(nowMs).toISOString(),
      isOpen: session !== null,
      nextOpen: new Date(next.opensAt).toISOString(),
      nextClose: new Date((session ?? next).closesAt).toISOString(),
    };
  };
}
