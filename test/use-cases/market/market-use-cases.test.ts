import { describe, expect, it } from 'vitest';
import type { Caller } from '../../../contracts/identity/caller.ts';
import type { InstrumentStore, WatchlistStore } from '../../../contracts/market/instruments.ts';
import type { MarketData } from '../../../contracts/market/market-data.ts';
import type { TradingSessions } from '../../../contracts/market/trading-sessions.ts';
import { alwaysOpenCalendar } from '../../../domain/market/always-open.ts';
import { bind } from '../../../use-cases/bind.ts';
import { marketUseCases } from '../../../use-cases/market/market-use-cases.ts';

const CALLER: Caller = {
  userId: 'u',
  username: 'u@test.local',
  accountId: 'a',
  sessionId: 's',
  roles: ['CUSTOMER'],
};

type Marketplace = Pick<MarketData, 'getQuotes' | 'invalidateCache' | 'warmCache'>;

/** Use-cases over in-memory stores; what a test does not need answers with nothing. */
function useCasesOf(parts: {
  symbols?: string[];
  watchlists?: Partial<WatchlistStore>;
  marketData?: Partial<Marketplace>;
}) {
  const toInstrument = (symbol: string) => ({
    symbol,
    name: symbol,
    exchange: 'XNYS',
    currency: 'USD' as const,
    tradable: true,
    fractionable: true,
  });
  const symbols = parts.symbols ?? [];
  const instruments: InstrumentStore = {
    listInstruments: async (after, limit) =>
      symbols
        .filter((symbol) => after === null || symbol > after)
        .slice(0, limit)
        .map(toInstrument),
    findInstrument: async (symbol) => (symbols.includes(symbol) ? toInstrument(symbol) : null),
  };
  const watchlists: WatchlistStore = {
    listItems: async () => [],
    replaceItems: async () => ({ outcome: 'WRITTEN', items: [] }),
    addItem: async () => ({ outcome: 'WRITTEN', items: [] }),
    removeItem: async () => [],
    ...parts.watchlists,
  };
  const marketData: Marketplace = {
    getQuotes: async (asked) => ({ quotes: [], unknownSymbols: [...asked] }),
    invalidateCache: async (asked) => asked.length,
    warmCache: async (asked) => asked.length + 1,
    ...parts.marketData,
  };
  const sessions: TradingSessions = {
    listSessions: async () => [],
    setSession: async () => 'WRITTEN',
    removeSession: async () => false,
  };
  return bind(
    {
      ...{ instruments, watchlists, marketData, sessions },
      calendar: alwaysOpenCalendar,
      clock: Date.now,
    },
    marketUseCases,
  );
}

describe('instruments', () => {
  it('end with a null cursor, also when the last page is full', async () => {
    const useCases = useCasesOf({ symbols: ['A', 'B', 'C', 'D'] });
    const first = await useCases.listInstruments({ limit: 2, cursor: null });
    expect(first.items.map((instrument) => instrument.symbol)).toEqual(['A', 'B']);
    const second = await useCases.listInstruments({ limit: 2, cursor: first.nextCursor });
    expect(second.items.map((instrument) => instrument.symbol)).toEqual(['C', 'D']);
    expect(second.nextCursor).toBeNull();
  });

  it.each([
    '',
    'A',
    '!!!',
    `${Buffer.from('AAPL').toString('base64url')}=`,
    Buffer.from("A'--").toString('base64url'),
    Buffer.from('aapl').toString('base64url'),
  ])('reject the cursor %j', async (cursor) => {
    await expect(
      useCasesOf({ symbols: ['A'] }).listInstruments({ limit: 2, cursor }),
    ).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
  });

  it('that are not there are INSTRUMENT_NOT_FOUND', async () => {
    const useCases = useCasesOf({ symbols: ['A'] });
    expect(await useCases.getInstrument('A')).toMatchObject({ symbol: 'A' });
    await expect(useCases.getInstrument('B')).rejects.toMatchObject({
      code: 'INSTRUMENT_NOT_FOUND',
      facts: { symbol: 'B' },
    });
  });
});

describe('the watchlist', () => {
  it('is replaced by each symbol once', async () => {
    let written: readonly string[] = [];
    const watchlists: Partial<WatchlistStore> = {
      replaceItems: async (_accountId, symbols) => {
        written = symbols;
        return { outcome: 'WRITTEN', items: [] };
      },
    };
    await useCasesOf({ watchlists }).replaceWatchlist(CALLER, ['B', 'A', 'B']);
    expect(written).toEqual(['B', 'A']);
  });

  it('takes no unknown symbol: INSTRUMENT_NOT_FOUND names it', async () => {
    const unknown = { outcome: 'UNKNOWN_SYMBOLS' as const, symbols: ['NOPE'] };
    const useCases = useCasesOf({
      watchlists: { replaceItems: async () => unknown, addItem: async () => unknown },
    });
    const expected = { code: 'INSTRUMENT_NOT_FOUND', facts: { symbols: ['NOPE'] } };
    await expect(useCases.replaceWatchlist(CALLER, ['A', 'NOPE'])).rejects.toMatchObject(expected);
    await expect(useCases.addToWatchlist(CALLER, 'NOPE')).rejects.toMatchObject(expected);
  });
});

describe('market data', () => {
  it('is what the service says', async () => {
    const useCases = useCasesOf({});
    expect(await useCases.getMarketData(['A'])).toEqual({ quotes: [], unknownSymbols: ['A'] });
    expect(await useCases.invalidateCache(['A'])).toBe(1);
    expect(await useCases.warmCache(['A'])).toBe(2);
  });
});
