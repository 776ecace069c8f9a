import type { TradingCalendar, TradingSession } from './calendar.ts';

const DAY_MS = 86_400_000;

/** The UTC day that `ms` (epoch) falls into, as a session: for development, where somebody wants to trade on a Sunday. */
export function alwaysOpenSessionAt(ms: number): TradingSession {
  const opensAt = Math.floor(ms / DAY_MS) * DAY_MS;
  return { opensAt, closesAt: opensAt + DAY_MS };
}

/** A market that never closes: one session per UTC day, without gaps. */
export const alwaysOpenCalendar: TradingCalendar = {
  sessionAt: alwaysOpenSessionAt,
  nextSession: (ms) => alwaysOpenSessionAt(ms + DAY_MS),
};
