import { join } from 'node:path';
import { Decimal } from 'decimal.js';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Quote } from '../../contracts/market/market-data.ts';
import { makeQuote } from '../../market-data/sources/make-quote.ts';
import { parseRecording, readRecording } from '../../market-data/sources/recording.ts';
import { createReplaySource, replayTick } from '../../market-data/sources/replay.ts';
import { createSimulatorSource } from '../../market-data/sources/simulator.ts';
import type { QuoteSource } from '../../market-data/sources/source.ts';

const RECORDING = join(
  import.meta.dirname,
  '..',
  '..',
  'market-data',
  'recording',
  'us-equities-daily-2010-2013.csv',
);
const HEADER = 'date,symbol,open,high,low,close,volume';
const TWO_DAYS_AND_ONE = `${HEADER}
2010-03-01,AAA,10,12,9,11,4000000
2010-03-01,BBB,50,50,50,50,100
2010-03-02,AAA,20,21,18,19,4000000
`;

beforeEach(() => vi.useFakeTimers({ now: Date.UTC(2026, 0, 5) }));
afterEach(() => vi.useRealTimers());

/** The quotes of one symbol over a number of ticks. */
async function collect(source: QuoteSource, symbol: string, ticks: number): Promise<Quote[]> {
  const quotes = await source.latest([symbol]);
  const unsubscribe = source.subscribe((round) =>
    quotes.push(...round.filter((quote) => quote.symbol === symbol)),
  );
  source.start();
  await vi.advanceTimersByTimeAsync(1_000 * ticks);
  source.stop();
  unsubscribe();
  return quotes;
}

describe('a quote', () => {
  it.each(['0.01', '0.02', '1.00', '28.77', '205.75', '529.21', '4321.99'])(
    'of %s has bid ≤ last < ask or bid < last ≤ ask, in cents',
    (last) => {
      const quote = makeQuote('AAA', { last: new Decimal(last), size: new Decimal(100) }, 1, 0);
      const spread = new Decimal(quote.ask).minus(quote.bid);
      expect(new Decimal(quote.bid).lte(last) && new Decimal(quote.ask).gte(last)).toBe(true);
      expect(
        spread.gte('0.01') && spread.lte(Decimal.max('0.01', new Decimal(last).times('0.0003'))),
      ).toBe(true);
      expect([quote.bid, quote.ask, quote.last].every((price) => /^\d+\.\d\d$/.test(price))).toBe(
        true,
      );
      expect(new Decimal(quote.bid).gt(0)).toBe(true);
    },
  );
});

describe('the replay', () => {
  const replay = (tickMs = 1_000) =>
    createReplaySource({ recording: parseRecording(TWO_DAYS_AND_ONE), tickMs, ticksPerBar: 7 });

  it('goes from the open over the low and the high to the close', () => {
    const bars = parseRecording(TWO_DAYS_AND_ONE).get('AAA') ?? [];
    const path = Array.from({ length: 14 }, (_, index) =>
      replayTick(bars, 7, index + 1).last.toFixed(2),
    );
    expect(path).toEqual(
      ['10.00', '9.50', '9.00', '10.50', '12.00', '11.50', '11.00'].concat([
        '20.00',
        '20.50',
        '21.00',
        '19.50',
        '18.00',
        '18.50',
        '19.00',
      ]),
    );
  });

  it('loops each symbol over its own rows', async () => {
    const source = replay();
    const quotes = await collect(source, 'AAA', 28);
    expect(quotes.map((quote) => quote.last).slice(14, 28)).toEqual(
      quotes.map((quote) => quote.last).slice(0, 14),
    );
    expect(new Set((await collect(replay(), 'BBB', 28)).map((quote) => quote.last))).toEqual(
      new Set(['50.00']),
    );
  });

  it('numbers the quotes without gaps and never sets their time back', async () => {
    const source = replay();
    const unsubscribe = source.subscribe(([quote]) => quote?.sequence === 5 && vi.setSystemTime(0));
    const quotes = await collect(source, 'AAA', 20);
    unsubscribe();
    expect(quotes.map((quote) => quote.sequence)).toEqual(
      Array.from({ length: 21 }, (_, index) => index + 1),
    );
    expect(quotes.map((quote) => quote.time)).toEqual(quotes.map((quote) => quote.time).toSorted());
  });

  it('is the same each time it is started', async () => {
    expect(await collect(replay(), 'AAA', 20).then(strip)).toEqual(
      await collect(replay(), 'AAA', 20).then(strip),
    );
  });

  it('shows whole lots of 100 shares, at least one', async () => {
    const sizes = (await replay().latest(['AAA', 'BBB'])).map((quote) => quote.bidSize);
    expect(sizes).toEqual(['200', '100']);
  });

  it('keeps its prices when the pace is 0', async () => {
    expect(await collect(replay(0), 'AAA', 20)).toHaveLength(1);
  });

  it('moves by less than 5 percent between two quotes of one recorded day, even that of the flash crash', async () => {
    for (const [symbol, bars] of await readRecording(RECORDING)) {
      let largest = new Decimal(0);
      for (let sequence = 2; sequence <= bars.length * 20; sequence += 1) {
        if ((sequence - 1) % 20 === 0) continue;
        const [before, after] = [
          replayTick(bars, 20, sequence - 1).last,
          replayTick(bars, 20, sequence).last,
        ];
        largest = Decimal.max(largest, after.minus(before).abs().dividedBy(before));
      }
      expect(largest.toNumber(), symbol).toBeLessThan(0.05);
    }
  });

  it.each([
    ['another header', 'a,b\n'],
    ['a row that is cut off', `${HEADER}\n2010-03-01,AAA,10,12\n`],
    ['a price that is no number', `${HEADER}\n2010-03-01,AAA,10,x,9,11,4000000\n`],
    ['no rows', `${HEADER}\n`],
  ])('rejects a recording with %s', (_, csv) => {
    expect(() => parseRecording(csv)).toThrow(/recording/);
  });
});

describe('the simulator', () => {
  const simulate = (
    seed: number,
    volatility = 0.001,
    symbols: [string, string][] = [['AAA', '205.75']],
  ) =>
    createSimulatorSource({
      prices: new Map(symbols.map(([symbol, price]) => [symbol, new Decimal(price)])),
      seed,
      tickMs: 1_000,
      volatility,
      size: new Decimal(300),
    });

  it('repeats its walk for the same seed and takes another for another', async () => {
    const walk = await collect(simulate(7), 'AAA', 50).then(strip);
    expect(await collect(simulate(7), 'AAA', 50).then(strip)).toEqual(walk);
    expect(await collect(simulate(8), 'AAA', 50).then(strip)).not.toEqual(walk);
  });

  it('walks a symbol alike whichever others it simulates', async () => {
    const alone = await collect(simulate(7), 'AAA', 50).then(strip);
    const both = simulate(7, 0.001, [
      ['BBB', '10'],
      ['AAA', '205.75'],
    ]);
    expect(await collect(both, 'AAA', 50).then(strip)).toEqual(alone);
  });

  it('renews quotes at a constant price when the volatility is 0', async () => {
    const quotes = await collect(simulate(7, 0), 'AAA', 10);
    expect(quotes).toHaveLength(11);
    expect(new Set(quotes.map((quote) => `${quote.last} ${quote.askSize}`))).toEqual(
      new Set(['205.75 300']),
    );
  });

  it('never prices anything below a cent', async () => {
    const quotes = await collect(simulate(7, 0.1, [['AAA', '0.01']]), 'AAA', 500);
    expect(quotes.every((quote) => new Decimal(quote.bid).gte('0.01'))).toBe(true);
  });
});

const strip = (quotes: Quote[]): string[] =>
  quotes.map((quote) => `${quote.sequence} ${quote.bid} ${quote.ask} ${quote.bidSize}`);
