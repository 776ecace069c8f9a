import { type CivilDay, DAY_MS, nthWeekday, WEEKDAY } from './civil-day.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const STANDARD_OFFSET_MS = -5 * HOUR_MS;
const DAYLIGHT_OFFSET_MS = -4 * HOUR_MS;

/**
 * How far New York's clocks are from UTC at an instant, in milliseconds (negative: behind).
 * Daylight-saving time lasts from 02:00 on the second Sunday of March to 02:00 on the first Sunday
 * of November (15 U.S.C. § 260a, as it stands since 2007).
 */
export function newYorkOffsetMs(ms: number): number {
  const year = new Date(ms).getUTCFullYear();
  const startsAt =
    nthWeekday(year, 3, WEEKDAY.SUNDAY, 2) * DAY_MS + 2 * HOUR_MS - STANDARD_OFFSET_MS;
  const endsAt =
    nthWeekday(year, 11, WEEKDAY.SUNDAY, 1) * DAY_MS + 2 * HOUR_MS - DAYLIGHT_OFFSET_MS;
  return startsAt <= ms && ms < endsAt ? DAYLIGHT_OFFSET_MS : STANDARD_OFFSET_MS;
}

/** The date in New York at an instant. */
export const newYorkDayAt = (ms: number): CivilDay =>
  Math.floor((ms + newYorkOffsetMs(ms)) / DAY_MS);

/**
 * The instant at which New York's clocks show `minuteOfDay` on `day`: the first one when they show
 * it twice.
 */
export function newYorkInstant(day: CivilDay, minuteOfDay: number): number {
  const local = day * DAY_MS + minuteOfDay * MINUTE_MS;
  const inDaylight = local - DAYLIGHT_OFFSET_MS;
  return newYorkOffsetMs(inDaylight) === DAYLIGHT_OFFSET_MS
    ? inDaylight
    : local - STANDARD_OFFSET_MS;
}
