import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import type { Quote } from '../../contracts/market/market-data.ts';
import { createMarketDataMetrics } from '../../market-data/metrics.ts';
import { createQuoteCache } from '../../market-data/quote-cache.ts';
import type { QuoteStore } from '../../market-data/quote-store.ts';
import { createManualSource } from './manual-source.ts';

/** A store whose state and delays the test decides. */
function createManualStore() {
  const kept = new Map<string, Quote>();
  const state = { usable: true, refreshes: 0, holdRefresh: null as Promise<void> | null };
  const whenUsable = async <T>(action: () => T): Promise<T | null> =>
    state.usable ? action() : null;
  const store: QuoteStore = {
    isUsable: () => state.usable,
    read: (symbols) => whenUsable(() => symbols.map((symbol) => kept.get(symbol) ?? null)),
    write: (quotes) =>
      whenUsable(() => quotes.map((quote) => kept.set(quote.symbol, quote)).length),
    async refresh(quotes) {
      state.refreshes += 1;
      await state.holdRefresh;
      return whenUsable(
        () =>
          quotes.filter((quote) => kept.has(quote.symbol) && kept.set(quote.symbol, quote)).length,
      );
    },
    remove: (symbols) => whenUsable(() => symbols.filter((symbol) => kept.delete(symbol)).length),
  };
  return { store, kept, state };
}

function setUp(symbols = ['AAA', 'BBB']) {
  const source = createManualSource(symbols);
  const registry = new Registry();
  const manual = createManualStore();
  const cache = createQuoteCache({
    source,
    store: manual.store,
    metrics: createMarketDataMetrics(registry),
  });
  const reads = async (result: string): Promise<number> => {
    const metric = await registry.getSingleMetric('market_data_cache_reads_total')?.get();
    return metric?.values.find((value) => value.labels.result === result)?.value ?? 0;
  };
  const last = async (symbol: string) => (await cache.getQuotes([symbol])).quotes[0]?.last;
  return { source, cache, reads, last, ...manual };
}

describe('the quote cache', () => {
  it('reads the source once and the store from then on', async () => {
    const { source, cache, reads } = setUp();
    await cache.getQuotes(['AAA']);
    await cache.getQuotes(['AAA']);
    await cache.getQuotes(['AAA']);
    expect(source.reads).toEqual([['AAA']]);
    expect([await reads('miss'), await reads('hit')]).toEqual([1, 2]);
  });

  it('reads only what is missing of a batch, and answers in the order asked for', async () => {
    const { source, cache } = setUp();
    await cache.getQuotes(['BBB']);
    const { quotes } = await cache.getQuotes(['AAA', 'BBB', 'AAA']);
    expect(quotes.map((quote) => quote.symbol)).toEqual(['AAA', 'BBB']);
    expect(source.reads).toEqual([['BBB'], ['AAA']]);
  });

  it('lets readers that miss at the same time share one read of the source', async () => {
    const { source, cache } = setUp();
    const release = source.hold();
    const readers = [
      cache.getQuotes(['AAA']),
      cache.getQuotes(['AAA', 'BBB']),
      cache.getQuotes(['BBB']),
      cache.getQuotes(['AAA']),
    ];
    await new Promise((resolve) => setImmediate(resolve));
    release();
    expect((await Promise.all(readers)).map((answer) => answer.quotes.length)).toEqual([
      1, 2, 1, 1,
    ]);
    expect(source.reads).toEqual([['AAA'], ['BBB']]);
  });

  it('never serves a kept quote older than the newest publication', async () => {
    const { source, cache, last, state } = setUp();
    await cache.getQuotes(['AAA']);
    const { promise, resolve } = Promise.withResolvers<void>();
    state.holdRefresh = promise;
    source.publish('101.00', 'AAA');
    expect(await last('AAA')).toBe('101.00');
    resolve();
  });

  it('does not let a reader join a read that began before the newest publication', async () => {
    const { source, cache, last } = setUp();
    const release = source.hold();
    const early = cache.getQuotes(['AAA']);
    await new Promise((resolve) => setImmediate(resolve));
    source.publish('101.00', 'AAA');
    const late = last('AAA');
    await new Promise((resolve) => setImmediate(resolve));
    release();
    await early;
    expect(await late).toBe('101.00');
  });

  it('does not keep a quote that became old while it was read', async () => {
    const { source, cache, kept } = setUp();
    const release = source.hold();
    const reader = cache.getQuotes(['AAA']);
    await new Promise((resolve) => setImmediate(resolve));
    source.publish('101.00', 'AAA');
    release();
    await reader;
    expect(kept.has('AAA')).toBe(false);
  });

  it('refreshes what is kept with each publication, and keeps nothing that no one read', async () => {
    const { source, cache, kept } = setUp();
    await cache.getQuotes(['AAA']);
    source.publish('101.00', 'AAA', 'BBB');
    await new Promise((resolve) => setImmediate(resolve));
    expect([...kept.values()].map((quote) => `${quote.symbol} ${quote.last}`)).toEqual([
      'AAA 101.00',
    ]);
  });

  it('merges the publications that come while the store is slow', async () => {
    const { source, cache, kept, state } = setUp();
    await cache.getQuotes(['AAA']);
    const { promise, resolve } = Promise.withResolvers<void>();
    state.holdRefresh = promise;
    for (let cents = 1; cents <= 50; cents += 1)
      source.publish(`101.${String(cents).padStart(2, '0')}`, 'AAA');
    resolve();
    await new Promise((done) => setImmediate(done));
    expect(state.refreshes).toBe(2);
    expect(kept.get('AAA')?.last).toBe('101.50');
  });

  it('answers from the source while the store is away', async () => {
    const { source, cache, last, reads, state } = setUp();
    await cache.getQuotes(['AAA']);
    state.usable = false;
    source.publish('101.00', 'AAA');
    expect(await last('AAA')).toBe('101.00');
    expect(await reads('bypass')).toBe(1);
    expect([await cache.invalidate([]), await cache.warm([])]).toEqual([0, 0]);
  });

  it('names unknown symbols and asks neither store nor source for them', async () => {
    const { source, cache, kept } = setUp();
    const [foreign] = await createManualSource(['ZZZ']).latest(['ZZZ']);
    if (foreign) kept.set('ZZZ', foreign);
    expect(await cache.getQuotes(['ZZZ'])).toEqual({ quotes: [], unknownSymbols: ['ZZZ'] });
    expect(source.reads).toEqual([]);
  });

  it('fails when the source fails, and reads again the next time', async () => {
    const { source, cache, last } = setUp();
    source.fail(new Error('the feed is away'));
    await expect(cache.getQuotes(['AAA'])).rejects.toThrow('the feed is away');
    source.fail(null);
    expect(await last('AAA')).toBe('100.00');
  });

  it('counts what it forgets and what it warms', async () => {
    const { cache } = setUp();
    expect(await cache.warm(['AAA', 'ZZZ'])).toBe(1);
    expect(await cache.warm([])).toBe(2);
    expect(await cache.invalidate(['AAA'])).toBe(1);
    expect(await cache.invalidate([])).toBe(1);
  });
});
