import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { xnysCalendar } from '../../../domain/market/xnys.ts';
import { PRINT_SESSIONS, readTable, rowsOf, sessionOf } from './xnys-table.ts';

/** The table's, checked where no Python can print it anew. */
const ROW_COUNT = 2_763;
const ROWS_SHA_256 = '2288c3af9bd021df324b780212e3b71a40132023f4e561fa4e19a1c59ba29013';

const FIRST_MS = Date.parse('2020-01-01T05:00:00Z');
const END_MS = Date.parse('2031-01-01T05:00:00Z');
const table = rowsOf(readTable()).map(sessionOf);
const ofTable = (date: string) => table.find((session) => session.date === date);
const timesOn = (date: string) =>
  xnysCalendar
    .sessionsBetween(date, date)
    .map(({ opensAt, closesAt }) => [opensAt, closesAt].map((ms) => new Date(ms).toISOString()));

describe('the sessions of XNYS', () => {
  it('are those of exchange_calendars from 2020 to 2030: each of its sessions, and no other', () => {
    expect(xnysCalendar.sessionsBetween('2020-01-01', '2030-12-31')).toEqual(table);
  });

  it('are open from the first to the last millisecond, and closed just before and after', () => {
    for (const session of table) {
      expect(xnysCalendar.sessionAt(session.opensAt)).toEqual(session);
      expect(xnysCalendar.sessionAt(session.closesAt - 1)).toEqual(session);
      expect(xnysCalendar.sessionAt(session.opensAt - 1)).toBeNull();
      expect(xnysCalendar.sessionAt(session.closesAt)).toBeNull();
    }
  });

  it('follow one another: the next one is always the first that opens later', () => {
    for (const [index, session] of table.slice(0, -1).entries()) {
      for (const ms of [session.opensAt, session.closesAt - 1, session.closesAt]) {
        expect(xnysCalendar.nextSession(ms)).toEqual(table[index + 1]);
      }
      expect(xnysCalendar.nextSession(session.opensAt - 1)).toEqual(session);
    }
  });

  it('hold for any instant: it is in the session of its date or in none, and the next one opens after it', () => {
    const lastOpen = table.at(-1)?.opensAt ?? expect.fail('the table is empty');
    fc.assert(
      fc.property(fc.integer({ min: FIRST_MS, max: lastOpen - 1 }), (ms) => {
        const expected =
          table.find((session) => session.opensAt <= ms && ms < session.closesAt) ?? null;
        expect(xnysCalendar.sessionAt(ms)).toEqual(expected);
        if (expected) expect(xnysCalendar.dateAt(ms)).toBe(expected.date);
        expect(xnysCalendar.nextSession(ms)).toEqual(table.find((session) => session.opensAt > ms));
      }),
    );
  });

  it.each([
    ['2026-03-06', '14:30', '21:00'],
    ['2026-03-09', '13:30', '20:00'],
    ['2026-10-30', '13:30', '20:00'],
    ['2026-11-02', '14:30', '21:00'],
  ])(
    'keep New York’s clock over both daylight-saving weekends: %s opens at %s UTC',
    (date, open, close) => {
      expect(timesOn(date)).toEqual([[`${date}T${open}:00.000Z`, `${date}T${close}:00.000Z`]]);
    },
  );

  it.each([
    ['2022-01-01', 'New Year’s Day on a Saturday is kept on no other day', '2021-12-31', true],
    ['2023-01-01', 'New Year’s Day on a Sunday is kept on Monday', '2023-01-02', false],
    ['2021-06-18', 'Juneteenth was no holiday in 2021', '2021-06-18', true],
    ['2022-06-19', 'Juneteenth on a Sunday is kept on Monday', '2022-06-20', false],
    ['2026-07-04', 'Independence Day on a Saturday is kept on Friday', '2026-07-03', false],
    ['2025-01-09', 'the day of mourning for President Carter', '2025-01-09', false],
    ['2024-03-29', 'Good Friday', '2024-03-29', false],
  ])('%s: %s', (_occasion, _rule, date, isOpen) => {
    expect(timesOn(date)).toHaveLength(isOpen ? 1 : 0);
    expect(ofTable(date) !== undefined).toBe(isOpen);
  });

  it.each([['2026-11-27'], ['2026-12-24'], ['2025-07-03']])(
    'end at 13:00 in New York on %s',
    (date) => {
      expect(xnysCalendar.sessionsBetween(date, date)).toMatchObject([{ isEarlyClose: true }]);
      expect(timesOn(date)[0]?.[1]).toBe(
        `${date}T${date.includes('-07-') ? '17' : '18'}:00:00.000Z`,
      );
    },
  );
});

describe('the limits of XNYS', () => {
  it('are the years 2020 to 2030 in New York, said in words and never guessed beyond', () => {
    const beyond = /known from 2020-01-01 to 2030-12-31/;
    for (const ms of [FIRST_MS - 1, END_MS, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => xnysCalendar.sessionAt(ms)).toThrow(beyond);
      expect(() => xnysCalendar.nextSession(ms)).toThrow(beyond);
      expect(() => xnysCalendar.dateAt(ms)).toThrow(RangeError);
    }
    expect(xnysCalendar.dateAt(FIRST_MS)).toBe('2020-01-01');
    expect(xnysCalendar.dateAt(END_MS - 1)).toBe('2030-12-31');
    expect(() => xnysCalendar.nextSession(END_MS - 1)).toThrow(beyond);
    expect(() => xnysCalendar.sessionsBetween('2019-12-31', '2020-01-10')).toThrow(beyond);
    expect(() => xnysCalendar.sessionsBetween('2030-12-20', '2031-01-01')).toThrow(beyond);
  });

  it.each([['2026-02-30'], ['2026-13-01'], ['2026-1-1'], ['2026-01-01T00:00:00Z'], ['']])(
    'take no %s for a date',
    (date) => {
      expect(() => xnysCalendar.sessionsBetween(date, '2026-12-31')).toThrow(RangeError);
    },
  );

  it('give no session when the last date comes before the first', () => {
    expect(xnysCalendar.sessionsBetween('2026-11-25', '2026-11-24')).toEqual([]);
  });
});

/** What exchange_calendars says now; `null` where there is no Python with it. */
async function printSessions(): Promise<string | null> {
  try {
    return (await promisify(execFile)('python3', [PRINT_SESSIONS], { maxBuffer: 16 * 1024 * 1024 }))
      .stdout;
  } catch (error) {
    const { code } = error as { code?: string | number };
    if (code === 'ENOENT' || code === 3) return null;
    throw error;
  }
}

describe('the table of XNYS sessions', () => {
  it('is what exchange_calendars says, live where Python has it and by checksum elsewhere', {
    timeout: 120_000,
  }, async () => {
    const rows = rowsOf(readTable());
    const printed = await printSessions();
    if (printed !== null) expect(rowsOf(printed)).toEqual(rows);
    expect(rows).toHaveLength(ROW_COUNT);
    expect(createHash('sha256').update(rows.join('\n')).digest('hex')).toBe(ROWS_SHA_256);
  });
});
