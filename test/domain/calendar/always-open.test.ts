import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alwaysOpenCalendar, alwaysOpenSessionAt } from '../../../domain/calendar/always-open.ts';

describe('the calendar that is always open', () => {
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
