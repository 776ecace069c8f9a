import postgres from 'postgres';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../../../adapters/postgres/database.ts';
import { createInstrumentStore } from '../../../../adapters/postgres/market/instrument-store.ts';
import { createWatchlistStore } from '../../../../adapters/postgres/market/watchlist-store.ts';
import type { WatchlistItem, WatchlistStore } from '../../../../contracts/market/instruments.ts';
import { listInstruments } from '../../../../use-cases/market/instruments.ts';
import { createFundedAccount } from '../../../support/accounts.ts';
import { createTestDatabase } from '../../../support/services.ts';
import { insertInstruments } from '../readers-fixtures.ts';

const SYMBOLS = ['AAPL', 'BRK.B', 'FB', 'GOOG', 'IBM', 'MSFT', 'V'];

let books: postgres.Sql;
let database: Database;
let watchlists: WatchlistStore;

beforeAll(async () => {
  const { url } = await createTestDatabase();
  books = postgres(url, { max: 2, onnotice: () => {} });
  database = openDatabase(url, { poolSize: 8, applicationName: 'readers-market' });
  watchlists = createWatchlistStore(database.sql);
  await insertInstruments(books, SYMBOLS);
});

afterAll(() => Promise.all([database?.close(), books?.end()]));

const symbolsOf = (items: readonly WatchlistItem[]): string[] => items.map((item) => item.symbol);

describe('instruments', () => {
  it('come by symbol, each once, page by page', async () => {
    const deps = { instruments: createInstrumentStore(database.sql) };
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await listInstruments(deps, { limit: 3, cursor });
      seen.push(...page.items.map((instrument) => instrument.symbol));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual(SYMBOLS);
  });

  it('are found by symbol, or are not there', async () => {
    const instruments = createInstrumentStore(database.sql);
    const expected = {
      symbol: 'BRK.B',
      name: 'BRK.B Inc.',
      exchange: 'XNYS',
      currency: 'USD',
      tradable: true,
      fractionable: true,
    };
    expect(await instruments.findInstrument('BRK.B')).toEqual(expected);
    expect(await instruments.findInstrument('NOPE')).toBeNull();
  });
});

describe('a watchlist', () => {
  let accountId: string;

  beforeEach(async () => {
    accountId = (await createFundedAccount(books, { cash: '0.00' })).accountId;
  });

  it('is replaced as a whole, and what stays keeps its time', async () => {
    await watchlists.addItem(accountId, 'IBM');
    const before = await watchlists.listItems(accountId);
    expect(before).toEqual([
      { symbol: 'IBM', addedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) },
    ]);
    const change = await watchlists.replaceItems(accountId, ['MSFT', 'IBM', 'AAPL']);
    const items = await watchlists.listItems(accountId);
    expect(change).toEqual({ outcome: 'WRITTEN', items });
    expect(symbolsOf(items)).toEqual(['AAPL', 'IBM', 'MSFT']);
    expect(items).toContainEqual(before[0]);
    expect(await watchlists.replaceItems(accountId, [])).toEqual({ outcome: 'WRITTEN', items: [] });
  });

  it('stays as it is when a replacement names an unknown symbol', async () => {
    await watchlists.replaceItems(accountId, ['IBM', 'MSFT']);
    const before = await watchlists.listItems(accountId);
    const change = await watchlists.replaceItems(accountId, ['AAPL', 'NOPE', 'NADA']);
    expect(change).toEqual({
      outcome: 'UNKNOWN_SYMBOLS',
      symbols: expect.arrayContaining(['NOPE', 'NADA']),
    });
    expect(await watchlists.listItems(accountId)).toEqual(before);
  });

  it('is one of the replacements when several are made at once, never a mixture', async () => {
    const wanted = [['AAPL', 'FB'], ['GOOG', 'IBM'], ['MSFT'], ['FB', 'GOOG', 'V']];
    for (let round = 0; round < 5; round += 1) {
      const changes = await Promise.all(
        wanted.map((symbols) => watchlists.replaceItems(accountId, symbols)),
      );
      expect(changes.map((change) => change.outcome)).toEqual(wanted.map(() => 'WRITTEN'));
      expect(wanted).toContainEqual(symbolsOf(await watchlists.listItems(accountId)));
    }
  });

  it('has a symbol once however often it is added, and loses it when removed, even twice', async () => {
    await Promise.all(Array.from({ length: 5 }, () => watchlists.addItem(accountId, 'IBM')));
    await watchlists.addItem(accountId, 'AAPL');
    expect(symbolsOf(await watchlists.listItems(accountId))).toEqual(['AAPL', 'IBM']);
    expect(symbolsOf(await watchlists.removeItem(accountId, 'IBM'))).toEqual(['AAPL']);
    expect(symbolsOf(await watchlists.removeItem(accountId, 'IBM'))).toEqual(['AAPL']);
  });

  it('takes no symbol that is no instrument', async () => {
    expect(await watchlists.addItem(accountId, 'NOPE')).toEqual({
      outcome: 'UNKNOWN_SYMBOLS',
      symbols: ['NOPE'],
    });
    expect(await watchlists.listItems(accountId)).toEqual([]);
  });

  it('belongs to one account', async () => {
    const other = (await createFundedAccount(books, { cash: '0.00' })).accountId;
    await watchlists.replaceItems(accountId, ['IBM']);
    await watchlists.replaceItems(other, ['MSFT']);
    await watchlists.removeItem(other, 'IBM');
    expect(symbolsOf(await watchlists.listItems(accountId))).toEqual(['IBM']);
  });
});
