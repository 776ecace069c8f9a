import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../../../adapters/postgres/database.ts';
import { createTradingSessionStore } from '../../../../adapters/postgres/market/trading-session-store.ts';
import type { TradingSessions } from '../../../../contracts/market/trading-sessions.ts';
import { createTestDatabase } from '../../../support/services.ts';
import { insertInstruments } from '../readers-fixtures.ts';

let url: string;
let books: postgres.Sql;
let database: Database;
let sessions: TradingSessions;

beforeAll(async () => {
  url = (await createTestDatabase()).url;
  books = postgres(url, { max: 2, onnotice: () => {} });
  database = openDatabase(url, { poolSize: 8, applicationName: 'readers-sessions' });
  sessions = createTradingSessionStore(database.sql);
  await insertInstruments(books, ['AAPL', 'FB', 'IBM', 'MSFT']);
});

afterAll(() => Promise.all([database?.close(), books?.end()]));

const HALF_DAY = { opensAt: '2026-11-27T14:30:00.000Z', closesAt: '2026-11-27T18:00:00.000Z' };
const NO_TRADING = { opensAt: '2026-11-27T14:30:00.000Z', closesAt: '2026-11-27T14:30:00.000Z' };

const auditOf = async (symbol: string) =>
  (
    await books`select actor, action, details from audit_events where details->>'symbol' = ${symbol} order by id`
  ).map((row) => ({
    ...row,
  }));

describe('an instrument’s own session', () => {
  it('is set, changed and removed, each time with who, why and what was before', async () => {
    const date = '2026-11-27';
    expect(await sessions.setSession('AAPL', { date, ...HALF_DAY }, 'user/op-1', 'half day')).toBe(
      'WRITTEN',
    );
    expect(
      await sessions.setSession('AAPL', { date, ...NO_TRADING }, 'user/op-2', 'no day at all'),
    ).toBe('WRITTEN');
    expect(await sessions.listSessions('AAPL', date, date)).toEqual([{ date, ...NO_TRADING }]);
    expect(await sessions.removeSession('AAPL', date, 'user/op-1', 'over')).toBe(true);
    expect(await sessions.listSessions('AAPL', date, date)).toEqual([]);
    const details = { symbol: 'AAPL', date };
    expect(await auditOf('AAPL')).toEqual([
      {
        actor: 'user/op-1',
        action: 'TRADING_SESSION_SET',
        details: { ...details, before: null, after: HALF_DAY, reason: 'half day' },
      },
      {
        actor: 'user/op-2',
        action: 'TRADING_SESSION_SET',
        details: { ...details, before: HALF_DAY, after: NO_TRADING, reason: 'no day at all' },
      },
      {
        actor: 'user/op-1',
        action: 'TRADING_SESSION_REMOVED',
        details: { ...details, before: NO_TRADING, after: null, reason: 'over' },
      },
    ]);
  });

  it('is not there for a symbol that nobody knows, and nothing is written', async () => {
    const session = { date: '2026-11-27', ...HALF_DAY };
    expect(await sessions.setSession('NOPE', session, 'user/op-1', 'x')).toBe('UNKNOWN_SYMBOL');
    expect(await sessions.removeSession('NOPE', '2026-11-27', 'user/op-1', 'x')).toBe(false);
    expect(await sessions.removeSession('FB', '2026-11-27', 'user/op-1', 'x')).toBe(false);
    expect(await sessions.listSessions('NOPE', '2026-01-01', '2026-12-31')).toEqual([]);
    expect(await auditOf('NOPE')).toEqual([]);
    expect(await auditOf('FB')).toEqual([]);
  });

  it('is listed by date, both ends included, whatever the time zone of the database’s session', async () => {
    const dates = ['2026-12-24', '2026-11-27', '2026-12-31', '2026-12-01'];
    for (const date of dates) {
      const hours = { opensAt: `${date}T14:30:00.000Z`, closesAt: `${date}T18:00:00.000Z` };
      await sessions.setSession('IBM', { date, ...hours }, 'user/op-1', 'half day');
    }
    await sessions.setSession(
      'FB',
      { date: '2026-12-01', ...HALF_DAY },
      'user/op-1',
      'another instrument',
    );
    const listed = await sessions.listSessions('IBM', '2026-12-01', '2026-12-31');
    expect(listed.map((session) => session.date)).toEqual([
      '2026-12-01',
      '2026-12-24',
      '2026-12-31',
    ]);
    const plain = postgres(url, { max: 1, connection: { TimeZone: 'Asia/Kolkata' } });
    try {
      expect(
        await createTradingSessionStore(plain).listSessions('IBM', '2026-12-01', '2026-12-31'),
      ).toEqual(listed);
    } finally {
      await plain.end();
    }
  });

  it('changes one at a time: each change of many at once knows the one before it', async () => {
    const changes = Array.from({ length: 12 }, (_, i) => ({
      date: '2026-11-27',
      opensAt: HALF_DAY.opensAt,
      closesAt: `2026-11-27T18:00:00.${String(i).padStart(3, '0')}Z`,
    }));
    const outcomes = await Promise.all(
      changes.map((session) => sessions.setSession('MSFT', session, 'user/op-1', 'race')),
    );
    expect(new Set(outcomes)).toEqual(new Set(['WRITTEN']));
    const trail = (await auditOf('MSFT')) as unknown as {
      details: { before: object | null; after: object };
    }[];
    expect(trail.map((event) => event.details.before)).toEqual([
      null,
      ...trail.slice(0, -1).map((event) => event.details.after),
    ]);
  });

  it('that would close before it opens is rejected by the table, with no trace in the audit trail', async () => {
    const before = (await auditOf('FB')).length;
    const session = {
      date: '2026-12-02',
      opensAt: '2026-12-02T18:00:00.000Z',
      closesAt: '2026-12-02T14:30:00.000Z',
    };
    await expect(sessions.setSession('FB', session, 'user/op-1', 'x')).rejects.toMatchObject({
      code: '23514',
    });
    expect((await auditOf('FB')).length).toBe(before);
  });
});
