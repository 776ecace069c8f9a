import { describe, expect, it } from 'vitest';
import type { Caller } from '../../../contracts/identity/caller.ts';
import type { InstrumentSession } from '../../../contracts/market/trading-sessions.ts';
import { calendarNamed } from '../../../domain/market/choose-calendar.ts';
import {
  listInstrumentSessions,
  removeSession,
  setSession,
} from '../../../use-cases/market/instrument-sessions.ts';

const OPERATOR: Caller = {
  userId: 'op-1',
  username: 'olga@test.local',
  accountId: 'none',
  sessionId: 's',
  roles: ['OPERATOR'],
};
const APPLE = {
  symbol: 'AAPL',
  name: 'Apple Inc.',
  exchange: 'NASDAQ',
  currency: 'USD' as const,
  tradable: true,
  fractionable: true,
};

function rig(now = '2026-11-26T02:00:00Z') {
  const calls: unknown[][] = [];
  const deps = {
    sessions: {
      listSessions: async (...args: unknown[]) => {
        calls.push(['listSessions', ...args]);
        return [] as InstrumentSession[];
      },
      setSession: async (symbol: string, ...args: unknown[]) => {
        calls.push(['setSession', symbol, ...args]);
        return symbol === 'AAPL' ? ('WRITTEN' as const) : ('UNKNOWN_SYMBOL' as const);
      },
      removeSession: async (symbol: string, date: string, ...args: unknown[]) => {
        calls.push(['removeSession', symbol, date, ...args]);
        return symbol === 'AAPL' && date === '2026-11-27';
      },
    },
    instruments: { findInstrument: async (symbol: string) => (symbol === 'AAPL' ? APPLE : null) },
    calendar: calendarNamed('XNYS'),
    clock: () => Date.parse(now),
  };
  return { deps, calls };
}

const session = (over: Partial<InstrumentSession> = {}): InstrumentSession => ({
  date: '2026-11-27',
  opensAt: '2026-11-27T14:30:00.000Z',
  closesAt: '2026-11-27T18:00:00.000Z',
  ...over,
});

describe('setting a session', () => {
  it('writes it in the operator’s name with the reason', async () => {
    const { deps, calls } = rig();
    expect(await setSession(deps, OPERATOR, 'AAPL', session(), 'half day')).toEqual(session());
    expect(calls).toEqual([['setSession', 'AAPL', session(), 'user/op-1', 'half day']]);
  });

  it.each<[string, Partial<InstrumentSession>]>([
    ['a day without trading', { closesAt: '2026-11-27T14:30:00.000Z' }],
    ['the first instant that belongs to the date', { opensAt: '2026-11-25T12:00:00.000Z' }],
    ['the last instant that belongs to the date', { closesAt: '2026-11-28T12:00:00.000Z' }],
    [
      'today at the market, though UTC is a day ahead',
      {
        date: '2026-11-25',
        opensAt: '2026-11-25T14:30:00.000Z',
        closesAt: '2026-11-25T21:00:00.000Z',
      },
    ],
  ])('takes %s', async (_what, over) => {
    const { deps, calls } = rig();
    await setSession(deps, OPERATOR, 'AAPL', session(over), 'x');
    expect(calls).toHaveLength(1);
  });

  it.each<[string, Partial<InstrumentSession>, string]>([
    ['a date before today', { date: '2026-11-24' }, 'date'],
    ['a date that the calendar does not know', { date: '2031-01-02' }, 'date'],
    ['an opening more than 36 hours before', { opensAt: '2026-11-25T11:59:59.999Z' }, 'opensAt'],
    ['a closing more than 36 hours after', { closesAt: '2026-11-28T12:00:00.001Z' }, 'closesAt'],
    ['a closing before the opening', { closesAt: '2026-11-27T14:29:59.999Z' }, 'closesAt'],
  ])('rejects %s by the field', async (_what, over, field) => {
    const { deps, calls } = rig();
    const failed = setSession(deps, OPERATOR, 'AAPL', session(over), 'x');
    await expect(failed).rejects.toMatchObject({ code: 'VALIDATION_FAILED', facts: { field } });
    expect(calls).toEqual([]);
  });

  it('knows no instrument that is not there', async () => {
    const failed = setSession(rig().deps, OPERATOR, 'NOPE', session(), 'x');
    await expect(failed).rejects.toMatchObject({
      code: 'INSTRUMENT_NOT_FOUND',
      facts: { symbol: 'NOPE' },
    });
  });
});

describe('removing a session', () => {
  it('tells a date without one from an instrument that is not there', async () => {
    const { deps, calls } = rig();
    await removeSession(deps, OPERATOR, 'AAPL', '2026-11-27', 'over');
    expect(calls).toEqual([['removeSession', 'AAPL', '2026-11-27', 'user/op-1', 'over']]);
    await expect(removeSession(deps, OPERATOR, 'AAPL', '2026-11-30', 'x')).rejects.toMatchObject({
      code: 'TRADING_SESSION_NOT_FOUND',
    });
    await expect(removeSession(deps, OPERATOR, 'NOPE', '2026-11-27', 'x')).rejects.toMatchObject({
      code: 'INSTRUMENT_NOT_FOUND',
    });
  });
});

describe('listing sessions', () => {
  it('is from today at the market for a year, unless told otherwise', async () => {
    const { deps, calls } = rig();
    await listInstrumentSessions(deps, 'AAPL', { start: null, end: null });
    await listInstrumentSessions(deps, 'AAPL', { start: '2026-01-01', end: '2026-01-01' });
    await listInstrumentSessions(deps, 'AAPL', { start: '9999-12-01', end: null });
    expect(calls).toEqual([
      ['listSessions', 'AAPL', '2026-11-25', '2027-11-25'],
      ['listSessions', 'AAPL', '2026-01-01', '2026-01-01'],
      ['listSessions', 'AAPL', '9999-12-01', '9999-12-31'],
    ]);
  });

  it.each([
    ['2026-11-27', '2026-11-26'],
    ['2026-01-01', '2027-01-02'],
  ])('rejects %s to %s', async (start, end) => {
    const failed = listInstrumentSessions(rig().deps, 'AAPL', { start, end });
    await expect(failed).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      facts: { field: 'end' },
    });
  });

  it('knows no instrument that is not there', async () => {
    await expect(
      listInstrumentSessions(rig().deps, 'NOPE', { start: null, end: null }),
    ).rejects.toMatchObject({
      code: 'INSTRUMENT_NOT_FOUND',
    });
  });
});
