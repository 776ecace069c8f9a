import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alwaysOpenCalendar } from '../../../domain/market/always-open.ts';
import type { DatedSession, TradingCalendar } from '../../../domain/market/calendar.ts';
import { DAY_MS, formatDay, parseDay } from '../../../domain/market/civil-day.ts';
import { instrumentCalendar, type OwnSession } from '../../../domain/market/instrument-calendar.ts';
import { xnysCalendar } from '../../../domain/market/xnys.ts';

const HOUR_MS = 3_600_000;
const own = (date: string, opens: string, closes: string): OwnSession => ({
  date,
  opensAt: Date.parse(`${date}T${opens}Z`),
  closesAt: Date.parse(`${date}T${closes}Z`),
});
const at = (time: string): number => Date.parse(time);
const iso = ({ opensAt, closesAt }: { opensAt: number; closesAt: number }) =>
  [opensAt, closesAt].map((ms) => new Date(ms).toISOString());

describe('an instrument with a session of its own', () => {
  const late = instrumentCalendar(xnysCalendar, [own('2026-11-24', '16:00', '18:00')]);

  it('is open in it, and closed in what the market’s session has beyond it', () => {
    expect(late.sessionAt(at('2026-11-24T15:59:59.999Z'))).toBeNull();
    expect(iso(late.sessionAt(at('2026-11-24T16:00:00Z')) ?? expect.fail())).toEqual([
      '2026-11-24T16:00:00.000Z',
      '2026-11-24T18:00:00.000Z',
    ]);
    expect(late.sessionAt(at('2026-11-24T18:00:00Z'))).toBeNull();
    expect(late.nextSession(at('2026-11-24T14:30:00Z')).opensAt).toBe(at('2026-11-24T16:00:00Z'));
    expect(late.nextSession(at('2026-11-24T16:00:00Z')).opensAt).toBe(at('2026-11-25T14:30:00Z'));
  });

  it('keeps the market’s hours on all other dates', () => {
    expect(late.sessionAt(at('2026-11-23T15:00:00Z'))).toMatchObject({
      opensAt: at('2026-11-23T14:30:00Z'),
    });
    expect(
      late
        .sessionsBetween('2026-11-23', '2026-11-25')
        .map(({ date, isEarlyClose }) => [date, isEarlyClose]),
    ).toEqual([
      ['2026-11-23', false],
      ['2026-11-24', true],
      ['2026-11-25', false],
    ]);
  });

  it('does not trade on a date where it opens as it closes', () => {
    const halted = instrumentCalendar(xnysCalendar, [
      own('2026-11-24', '14:30', '14:30'),
      own('2026-11-25', '14:30', '14:30'),
    ]);
    expect(halted.sessionAt(at('2026-11-24T14:30:00Z'))).toBeNull();
    // The 26th is Thanksgiving.
    expect(halted.nextSession(at('2026-11-23T20:00:00Z')).opensAt).toBe(at('2026-11-27T14:30:00Z'));
    expect(halted.sessionsBetween('2026-11-24', '2026-11-27').map(({ date }) => date)).toEqual([
      '2026-11-27',
    ]);
  });

  it('may trade on a holiday of its market', () => {
    const busy = instrumentCalendar(xnysCalendar, [own('2026-11-26', '15:00', '17:00')]);
    expect(busy.sessionAt(at('2026-11-26T16:00:00Z'))).not.toBeNull();
    expect(busy.nextSession(at('2026-11-25T20:00:00Z')).opensAt).toBe(at('2026-11-26T15:00:00Z'));
    expect(busy.sessionsBetween('2026-11-26', '2026-11-26')).toMatchObject([
      { date: '2026-11-26', isEarlyClose: false },
    ]);
  });

  it('has hours even where the market is always open', () => {
    const hours = instrumentCalendar(alwaysOpenCalendar, [own('2026-11-24', '14:30', '21:00')]);
    expect(hours.sessionAt(at('2026-11-24T14:29:59.999Z'))).toBeNull();
    expect(hours.sessionAt(at('2026-11-24T15:00:00Z'))).not.toBeNull();
    expect(hours.nextSession(at('2026-11-24T21:00:00Z')).opensAt).toBe(at('2026-11-25T00:00:00Z'));
    expect(hours.nextSession(at('2026-11-23T12:00:00Z')).opensAt).toBe(at('2026-11-24T14:30:00Z'));
  });

  it('opens first where it opens with the market’s session of another date', () => {
    const night = { opensAt: at('2026-11-25T00:00:00Z'), closesAt: at('2026-11-25T06:00:00Z') };
    const nightly = instrumentCalendar(alwaysOpenCalendar, [{ date: '2026-11-24', ...night }]);
    expect(nightly.nextSession(at('2026-11-24T12:00:00Z'))).toEqual(night);
  });

  it('finds the market’s sessions up to its last day', () => {
    expect(iso(late.nextSession(at('2030-12-31T00:00:00Z')))).toEqual([
      '2030-12-31T14:30:00.000Z',
      '2030-12-31T21:00:00.000Z',
    ]);
  });

  it('keeps the market’s early close early, and is itself when nothing is its own', () => {
    const same = instrumentCalendar(xnysCalendar, [own('2026-11-27', '15:00', '18:00')]);
    expect(same.sessionsBetween('2026-11-27', '2026-11-27')).toMatchObject([
      { isEarlyClose: true },
    ]);
    expect(instrumentCalendar(xnysCalendar, [])).toBe(xnysCalendar);
  });

  it('has sessions of its own on the first and the last day of its market, and none beyond', () => {
    for (const date of ['2020-01-01', '2030-12-31']) {
      const calendar = instrumentCalendar(xnysCalendar, [own(date, '15:00', '17:00')]);
      expect(calendar.sessionAt(at(`${date}T16:00:00Z`))).toEqual({
        opensAt: at(`${date}T15:00:00Z`),
        closesAt: at(`${date}T17:00:00Z`),
      });
    }
    for (const date of ['2019-12-31', '2031-01-01'])
      expect(instrumentCalendar(xnysCalendar, [own(date, '15:00', '17:00')])).toBe(xnysCalendar);
  });

  it('knows no more days than its market', () => {
    const last = instrumentCalendar(xnysCalendar, [
      own('2030-12-31', '14:30', '14:30'),
      own('2031-01-02', '14:30', '21:00'),
    ]);
    expect(() => last.nextSession(at('2030-12-30T15:00:00Z'))).toThrow(
      new RangeError('The sessions are known to 2030-12-31 only'),
    );
    expect([last.firstDate, last.lastDate]).toEqual(['2020-01-01', '2030-12-31']);
    expect(() => last.nextSession(at('2031-01-02T01:00:00Z'))).toThrow(RangeError);
    expect(() => last.sessionAt(at('2031-01-02T15:00:00Z'))).toThrow(RangeError);
    expect(() => last.sessionsBetween('2030-12-31', '2031-01-01')).toThrow(RangeError);
    const evening = instrumentCalendar(xnysCalendar, [own('2030-12-31', '22:00', '23:00')]);
    expect(evening.nextSession(at('2030-12-31T21:30:00Z')).opensAt).toBe(
      at('2030-12-31T22:00:00Z'),
    );
    expect(() => evening.nextSession(at('2019-06-03T15:00:00Z'))).toThrow(RangeError);
  });
});

/**
 * The same by brute force: all sessions of a stretch of dates, the replaced ones taken out, and a
 * look at each.
 */
function naive(market: TradingCalendar, sessions: readonly OwnSession[], from: number, to: number) {
  const mine = sessions.filter(({ opensAt, closesAt }) => opensAt < closesAt);
  const theirs: DatedSession[] = [];
  for (let day = from; day <= to; day++) {
    const date = formatDay(day);
    if (!sessions.some((session) => session.date === date))
      theirs.push(...market.sessionsBetween(date, date));
  }
  const isIn = (ms: number) => (session: OwnSession) =>
    session.opensAt <= ms && ms < session.closesAt;
  const all: OwnSession[] = [...mine, ...theirs];
  return {
    sessionAt: (ms: number) =>
      [...mine].sort((a, b) => a.opensAt - b.opensAt).find(isIn(ms)) ??
      theirs.find(isIn(ms)) ??
      null,
    nextOpen: (ms: number) =>
      Math.min(...all.map(({ opensAt }) => opensAt).filter((opensAt) => opensAt > ms)),
    dates: (fromDate: string, toDate: string) =>
      all
        .filter(({ date }) => fromDate <= date && date <= toDate)
        .map(({ date, opensAt, closesAt }) => [date, opensAt, closesAt])
        .sort(),
  };
}

describe('an early close', () => {
  const isEarly = (date: string, closes: string): boolean | undefined =>
    instrumentCalendar(xnysCalendar, [own(date, '15:00', closes)]).sessionsBetween(date, date)[0]
      ?.isEarlyClose;

  it.each([
    ['2026-11-24', '20:59', true],
    ['2026-11-24', '21:00', false],
    ['2026-11-24', '21:01', false],
    ['2026-11-27', '17:59', true],
    ['2026-11-27', '18:00', true],
    ['2026-11-27', '18:01', false],
  ])(
    'is one before the market’s, or with it when that is early: %s to %s, %s',
    (date, closes, early) => {
      expect(isEarly(date, closes)).toBe(early);
    },
  );
});

describe('any instrument with sessions of its own', () => {
  const FIRST = parseDay('2026-11-09');
  const DAYS = 28;
  const session = fc
    .record({
      day: fc.integer({ min: FIRST, max: FIRST + DAYS - 1 }),
      opensAfter: fc.integer({ min: -12, max: 30 }),
      hours: fc.constantFrom(0, 0, 1, 4, 7, 24, 30),
    })
    .map(({ day, opensAfter, hours }) => {
      const opensAt = day * DAY_MS + opensAfter * HOUR_MS;
      return { date: formatDay(day), opensAt, closesAt: opensAt + hours * HOUR_MS };
    });
  const sessions = fc.uniqueArray(session, { selector: ({ date }) => date, maxLength: 12 });
  const minute = fc.integer({ min: (FIRST + 2) * 1_440, max: (FIRST + DAYS) * 1_440 });

  it.each([
    ['XNYS', xnysCalendar],
    ['always-open', alwaysOpenCalendar],
  ])('says what a look at every single session says: %s', (_name, market) => {
    fc.assert(
      fc.property(sessions, fc.array(minute, { minLength: 1, maxLength: 12 }), (mine, minutes) => {
        const calendar = instrumentCalendar(market, mine);
        const model = naive(market, mine, FIRST - 10, FIRST + DAYS + 14);
        const instants = [
          ...minutes.map((at) => at * 60_000),
          ...mine.flatMap(({ opensAt, closesAt }) => [opensAt - 1, opensAt, closesAt]),
        ];
        for (const ms of instants) {
          const expected = model.sessionAt(ms);
          const found = calendar.sessionAt(ms);
          expect(found && [found.opensAt, found.closesAt]).toEqual(
            expected && [expected.opensAt, expected.closesAt],
          );
          expect(calendar.nextSession(ms).opensAt).toBe(model.nextOpen(ms));
          expect(calendar.dateAt(ms)).toBe(market.dateAt(ms));
        }
        const [from, to] = [formatDay(FIRST + 3), formatDay(FIRST + DAYS - 3)];
        const listed = calendar
          .sessionsBetween(from, to)
          .map(({ date, opensAt, closesAt }) => [date, opensAt, closesAt]);
        expect(listed).toEqual(model.dates(from, to));
      }),
      { numRuns: 300 },
    );
  });
});
