import { describe, expect, it } from 'vitest';
import { alwaysOpenCalendar } from '../../../domain/market/always-open.ts';
import { CALENDAR_NAMES, calendarNamed } from '../../../domain/market/choose-calendar.ts';
import { xnysCalendar } from '../../../domain/market/xnys.ts';

describe('a calendar', () => {
  it('is chosen by its name', () => {
    expect(calendarNamed('always-open')).toBe(alwaysOpenCalendar);
    expect(calendarNamed('XNYS')).toBe(xnysCalendar);
  });

  it.each(CALENDAR_NAMES.map((name) => [name]))(
    'agrees with itself about dates and instants: %s',
    (name) => {
      const calendar = calendarNamed(name);
      const sessions = calendar.sessionsBetween('2026-02-20', '2026-11-30');
      for (const session of sessions) {
        const { opensAt, closesAt } = session;
        expect(calendar.dateAt(opensAt)).toBe(session.date);
        expect(calendar.dateAt(closesAt - 1)).toBe(session.date);
        expect(calendar.sessionAt(opensAt)).toMatchObject({ opensAt, closesAt });
        expect(calendar.nextSession(opensAt - 1)).toMatchObject({ opensAt, closesAt });
      }
      expect(sessions.map(({ date }) => date)).toEqual(
        [...new Set(sessions.map(({ date }) => date))].sort(),
      );
      expect(
        calendar.sessionsBetween(calendar.firstDate, calendar.firstDate).length,
      ).toBeLessThanOrEqual(1);
      expect(
        calendar.sessionsBetween(calendar.lastDate, calendar.lastDate).length,
      ).toBeLessThanOrEqual(1);
    },
  );
});
