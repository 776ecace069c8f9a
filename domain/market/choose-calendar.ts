import { assertNever } from '../assert-never.ts';
import { alwaysOpenCalendar } from './always-open.ts';
import type { TradingCalendar } from './calendar.ts';
import { xnysCalendar } from './xnys.ts';

/** What MARKET_CALENDAR may say. */
export const CALENDAR_NAMES = ['always-open', 'XNYS'] as const;
export type CalendarName = (typeof CALENDAR_NAMES)[number];

/** The calendar that a deployment trades by. */
export function calendarNamed(name: CalendarName): TradingCalendar {
  switch (name) {
    case 'always-open':
      return alwaysOpenCalendar;
    case 'XNYS':
      return xnysCalendar;
    default:
      return assertNever(name);
  }
}
