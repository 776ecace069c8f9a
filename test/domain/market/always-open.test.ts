import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alwaysOpenCalendar, alwaysOpenSessionAt } from '../../../domain/market/always-open.ts';

describe('the calendar that is always open', () => {
  it('has a session on each date it is asked for, none of them short', () => {
    const sessions = alwaysOpenCalendar.sessionsBetween('2026-02-27', '2026-03-01');
    expect(sessions.map(({ date }) => date)).toEqual(['2026-02-27', '2026-02-28', '2026-03-01']);
    expect(sessions.every(({ isEarlyClose }) => !isEarlyClose)).toBe(true);
    for (const { date, opensAt, closesAt } of sessions) {
      expect(new Date(opensAt).toISOString()).toBe(`${date}T00:00:00.000Z`);
      expect(closesAt - opensAt).toBe(86_400_000);
    }
  });

  it('knows its dates from 1970 to the last one whose end can be written', () => {
    const { firstDate, lastDate } = alwaysOpenCalendar;
    const [first] = alwaysOpenCalendar.sessionsBetween(firstDate, firstDate);
    const [last] = alwaysOpenCalendar.sessionsBetween(lastDate, lastDate);
    expect(first?.opensAt).toBe(0);
    expect(new Date(last?.closesAt ?? 0).toISOString()).toBe('9999-12-31T00:00:00.000Z');
  });

  it('has the UTC day as its session', () => {
    const session = alwaysOpenSessionAt(Date.parse('2026-02-28T23:59:59.999Z'));
    expect(new Date(session.opensAt).toISOString()).toBe('2026-02-28T00:00:00.000Z');
    expect(new Date(session.closesAt).toISOString()).toBe('2026-03-01T00:00:00.000Z');
  });

  it('has each instant in exactly one session, and the next one follows without a gap', () => {
    fc.assert(
      fc.property(fc.integer({ min: -4_000_000_000_000, max: 8_000_000_000_000 }), (ms) => {
        const session = alwaysOpenCalendar.sessionAt(ms);
        if (!session) expect.fail('it is never closed');
        expect(session.opensAt).toBeLessThanOrEqual(ms);
        expect(session.closesAt).toBeGreaterThan(ms);
        const next = alwaysOpenCalendar.nextSession(ms);
        expect(next.opensAt).toBe(session.closesAt);
        expect(alwaysOpenCalendar.sessionAt(session.closesAt)).toEqual(next);
      }),
    );
  });
});
