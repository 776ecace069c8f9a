import { describe, expect, it } from 'vitest';
import type { InstrumentSession } from '../../../contracts/market/trading-sessions.ts';
import { xnysCalendar } from '../../../domain/market/xnys.ts';
import { bind } from '../../../use-cases/bind.ts';
import { getClock, listCalendar } from '../../../use-cases/market/market-hours.ts';

const own = (date: string, opens: string, closes: string): InstrumentSession => ({
  date,
  opensAt: `${date}T${opens}:00.000Z`,
  closesAt: `${date}T${closes}:00.000Z`,
});

/** AAPL with its own sessions, at that time. */
function useCasesAt(time: string, sessions: InstrumentSession[]) {
  const listed = async (symbol: string, from: string, to: string) =>
    symbol === 'AAPL' ? sessions.filter(({ date }) => from <= date && date <= to) : [];
  const findInstrument = async (symbol: string) =>
    symbol === 'AAPL'
      ? {
          symbol,
          name: symbol,
          exchange: 'XNAS',
          currency: 'USD' as const,
          tradable: true,
          fractionable: true,
        }
      : null;
  const deps = {
    calendar: xnysCalendar,
    instruments: { findInstrument },
    sessions: { listSessions: listed },
    clock: () => Date.parse(time),
  };
  return bind(deps, { getClock, listCalendar });
}

describe('an instrument’s hours', () => {
  it('are its own on its own dates, and the market’s clock does not know them', async () => {
    const { getClock } = useCasesAt('2026-11-24T15:00:00.000Z', [
      own('2026-11-24', '16:00', '18:00'),
      own('2026-11-26', '15:00', '17:00'),
    ]);
    expect(await getClock('AAPL')).toMatchObject({
      isOpen: false,
      nextOpen: '2026-11-24T16:00:00.000Z',
      nextClose: '2026-11-24T18:00:00.000Z',
    });
    expect(await getClock(null)).toMatchObject({
      isOpen: true,
      nextOpen: '2026-11-25T14:30:00.000Z',
      nextClose: '2026-11-24T21:00:00.000Z',
    });
  });

  it('are listed by date, without the days on which it does not trade', async () => {
    const { listCalendar } = useCasesAt('2026-11-24T15:00:00.000Z', [
      own('2026-11-25', '14:30', '14:30'),
      own('2026-11-26', '15:00', '17:00'),
    ]);
    const days = await listCalendar({ start: '2026-11-24', end: '2026-11-27', symbol: 'AAPL' });
    expect(days.map(({ date, open }) => [date, open])).toEqual([
      ['2026-11-24', '2026-11-24T14:30:00.000Z'],
      ['2026-11-26', '2026-11-26T15:00:00.000Z'],
      ['2026-11-27', '2026-11-27T14:30:00.000Z'],
    ]);
    const market = await listCalendar({ start: '2026-11-24', end: '2026-11-27', symbol: null });
    expect(market.map(({ date }) => date)).toEqual(['2026-11-24', '2026-11-25', '2026-11-27']);
  });

  it('of an instrument that is not known are INSTRUMENT_NOT_FOUND', async () => {
    const { getClock, listCalendar } = useCasesAt('2026-11-24T15:00:00.000Z', []);
    await expect(getClock('NOPE')).rejects.toMatchObject({
      code: 'INSTRUMENT_NOT_FOUND',
      facts: { symbol: 'NOPE' },
    });
    await expect(listCalendar({ start: null, end: null, symbol: 'NOPE' })).rejects.toMatchObject({
      code: 'INSTRUMENT_NOT_FOUND',
    });
  });
});
