import { describe, expect, it } from 'vitest';
import { readApiConfig } from '../../../api/config.ts';
import { type CalendarName, calendarNamed } from '../../../domain/market/choose-calendar.ts';
import { bind } from '../../../use-cases/bind.ts';
import { getClock, listCalendar } from '../../../use-cases/market/market-hours.ts';
import { callJson, createApiRig } from '../api-rig.ts';
import { createStubUseCases } from '../stub-use-cases.ts';

/** The edge over the real use-cases of that calendar, at that time. */
async function rigAt(time: string, name: CalendarName = 'XNYS') {
  const calendar = calendarNamed(name);
  const deps = {
    calendar,
    clock: () => Date.parse(time),
    instruments: { findInstrument: async () => null },
    sessions: { listSessions: async () => [] },
  };
  const market = bind(deps, { getClock, listCalendar });
  const rig = await createApiRig({ useCases: createStubUseCases({ market }).useCases });
  return {
    get: (path: string) => callJson(rig, 'GET', path),
    anonymously: (path: string) => callJson(rig, 'GET', path, undefined, {}),
  };
}

const clockAt = async (time: string, name?: CalendarName) =>
  (await (await rigAt(time, name)).get('/v1/clock')).json();

describe('the clock', () => {
  it('says while the market is open when it closes, early closes included, and when it opens again', async () => {
    expect(await clockAt('2026-11-27T17:59:59.999Z')).toEqual({
      timestamp: '2026-11-27T17:59:59.999Z',
      isOpen: true,
      nextOpen: '2026-11-30T14:30:00.000Z',
      nextClose: '2026-11-27T18:00:00.000Z',
    });
  });

  it('says while the market is closed when it opens and closes next', async () => {
    expect(await clockAt('2026-11-25T21:00:00Z')).toEqual({
      timestamp: '2026-11-25T21:00:00.000Z',
      isOpen: false,
      nextOpen: '2026-11-27T14:30:00.000Z',
      nextClose: '2026-11-27T18:00:00.000Z',
    });
  });

  it('is open at any time where the market always is', async () => {
    expect(await clockAt('2026-11-29T03:00:00Z', 'always-open')).toEqual({
      timestamp: '2026-11-29T03:00:00.000Z',
      isOpen: true,
      nextOpen: '2026-11-30T00:00:00.000Z',
      nextClose: '2026-11-30T00:00:00.000Z',
    });
  });
});

describe('the calendar', () => {
  const itemsOf = async (response: Response) => {
    expect(response.status).toBe(200);
    return ((await response.json()) as { items: { date: string }[] }).items;
  };

  it('lists the days with their hours in UTC, across a holiday, an early close and a weekend', async () => {
    const { get } = await rigAt('2026-01-02T15:00:00Z');
    expect(await itemsOf(await get('/v1/calendar?start=2026-11-25&end=2026-11-30'))).toEqual([
      {
        date: '2026-11-25',
        open: '2026-11-25T14:30:00.000Z',
        close: '2026-11-25T21:00:00.000Z',
        isEarlyClose: false,
      },
      {
        date: '2026-11-27',
        open: '2026-11-27T14:30:00.000Z',
        close: '2026-11-27T18:00:00.000Z',
        isEarlyClose: true,
      },
      {
        date: '2026-11-30',
        open: '2026-11-30T14:30:00.000Z',
        close: '2026-11-30T21:00:00.000Z',
        isEarlyClose: false,
      },
    ]);
  });

  it('begins with today in New York and ends 30 days later unless told otherwise', async () => {
    const { get } = await rigAt('2026-11-25T02:00:00Z');
    const byDefault = await itemsOf(await get('/v1/calendar'));
    expect([byDefault[0]?.date, byDefault.at(-1)?.date]).toEqual(['2026-11-24', '2026-12-24']);
    const fromStart = await itemsOf(await get('/v1/calendar?start=2027-01-01'));
    expect([fromStart[0]?.date, fromStart.at(-1)?.date]).toEqual(['2027-01-04', '2027-01-29']);
    const toEnd = await itemsOf(await get('/v1/calendar?end=2026-11-24'));
    expect(toEnd.map(({ date }) => date)).toEqual(['2026-11-24']);
  });

  it('ends with what is known when nobody asks for more', async () => {
    const { get } = await rigAt('2030-12-20T15:00:00Z');
    expect((await itemsOf(await get('/v1/calendar'))).at(-1)?.date).toBe('2030-12-31');
  });

  it('has every day where the market is always open', async () => {
    const { get } = await rigAt('2026-11-25T02:00:00Z', 'always-open');
    const items = await itemsOf(await get('/v1/calendar'));
    expect(items).toHaveLength(31);
    expect(items[0]).toEqual({
      date: '2026-11-25',
      open: '2026-11-25T00:00:00.000Z',
      close: '2026-11-26T00:00:00.000Z',
      isEarlyClose: false,
    });
  });

  it('is empty, and no error, where nothing trades', async () => {
    const { get } = await rigAt('2026-11-25T15:00:00Z');
    expect(await itemsOf(await get('/v1/calendar?start=2026-11-28&end=2026-11-29'))).toEqual([]);
  });

  it('gives 366 days at most, a leap year whole', async () => {
    const { get } = await rigAt('2026-11-25T15:00:00Z');
    expect(await itemsOf(await get('/v1/calendar?start=2028-01-01&end=2028-12-31'))).toHaveLength(
      251,
    );
    const response = await get('/v1/calendar?start=2028-01-01&end=2029-01-01');
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      code: 'VALIDATION_FAILED',
      errors: [{ path: 'end' }],
    });
  });

  it.each([
    ['start=2026-02-30', 'start'],
    ['start=2026-2-3', 'start'],
    ['start=20260203', 'start'],
    ['start=2026-02-03T00:00:00Z', 'start'],
    ['start=', 'start'],
    ['start=2026-01-01&start=2026-01-02', 'start'],
    ['end=tomorrow', 'end'],
    [`end=${encodeURIComponent("'; DROP TABLE orders; --")}`, 'end'],
    ['start=2026-11-27&end=2026-11-26', 'end'],
    ['end=2026-11-24', 'end'],
    ['start=2019-12-31&end=2020-01-10', 'start'],
    ['start=2030-12-31&end=2031-01-01', 'end'],
    ['start=0000-01-01', 'start'],
    ['start=9999-12-31', 'start'],
    ['from=2026-11-24', 'from'],
  ])('rejects %s by the name of the field', async (query, path) => {
    const { get } = await rigAt('2026-11-25T15:00:00Z');
    const response = await get(`/v1/calendar?${query}`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ path }] });
  });

  it.each([['start=9999-12-31'], ['start=0000-01-01'], ['start=9999-12-30&end=9999-12-31']])(
    'never answers with a time that RFC 3339 cannot write: always-open, %s',
    async (query) => {
      const { get } = await rigAt('2026-11-25T15:00:00Z', 'always-open');
      expect((await get(`/v1/calendar?${query}`)).status).toBe(400);
      expect((await itemsOf(await get('/v1/calendar?start=9999-12-20'))).at(-1)).toMatchObject({
        close: '9999-12-31T00:00:00.000Z',
      });
    },
  );
});

describe('the market’s time', () => {
  it.each([['/v1/clock'], ['/v1/calendar']])('is for who has signed in: %s', async (path) => {
    const { anonymously } = await rigAt('2026-11-25T15:00:00Z');
    const response = await anonymously(path);
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('is chosen by MARKET_CALENDAR: always open unless told otherwise, and never by a name that no calendar has', () => {
    const env = {
      DATABASE_URL: 'postgres://hub:pg-password@127.0.0.1:5432/hub',
      TEMPORAL_ADDRESS: '127.0.0.1:7233',
      MARKET_DATA_URL: 'http://127.0.0.1:8082',
      BROKERS: 'paper-broker=http://127.0.0.1:8083',
      MARKET_DATA_SERVICE_SECRET: 'the-tests-secret-for-calls-to-market-data',
      BROKER_SECRETS: 'paper-broker=the-tests-secret-for-calls-to-the-venue',
      JWT_SECRET: 'a-secret-of-the-tests-with-32-bytes-or-more',
    };
    expect(readApiConfig(env).marketCalendar).toBe('always-open');
    expect(readApiConfig({ ...env, MARKET_CALENDAR: 'XNYS' }).marketCalendar).toBe('XNYS');
    expect(() => readApiConfig({ ...env, MARKET_CALENDAR: 'XLON' })).toThrow('MARKET_CALENDAR');
  });
});
