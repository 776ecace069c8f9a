import { describe, expect, it } from 'vitest';
import { streamQuotes } from '../../market-data/quote-stream.ts';
import { createManualSource } from './manual-source.ts';

function open(symbols: string[]) {
  const source = createManualSource(['AAA', 'BBB']);
  const abort = new AbortController();
  const stream = streamQuotes(source, symbols, abort.signal);
  const next = async (): Promise<string | undefined> => {
    const { value, done } = await stream.next();
    return done ? undefined : `${value.symbol} ${value.last}`;
  };
  return { source, abort, stream, next };
}

describe('a quote stream', () => {
  it('begins with the latest quote of each symbol, then gives each new one', async () => {
    const { source, next } = open([]);
    expect([await next(), await next()]).toEqual(['AAA 100.00', 'BBB 100.00']);
    const waiting = next();
    source.publish('101.00', 'BBB');
    expect(await waiting).toBe('BBB 101.00');
  });

  it('gives only the symbols asked for, and nothing for unknown ones', async () => {
    const { source, next } = open(['BBB', 'ZZZ']);
    expect(await next()).toBe('BBB 100.00');
    const waiting = next();
    source.publish('101.00', 'AAA');
    source.publish('102.00', 'BBB');
    expect(await waiting).toBe('BBB 102.00');
  });

  it('gives a slow reader the newest quote of each symbol and keeps no others', async () => {
    const { source, next } = open([]);
    await next();
    await next();
    for (let price = 101; price <= 1_000; price += 1) source.publish(`${price}.00`, 'AAA', 'BBB');
    expect([await next(), await next()]).toEqual(['AAA 1000.00', 'BBB 1000.00']);
    const waiting = next();
    source.publish('1001.00', 'AAA');
    expect(await waiting).toBe('AAA 1001.00');
  });

  it('ends and lets go of the source when it is aborted', async () => {
    const { source, abort, next } = open(['AAA']);
    await next();
    const waiting = next();
    abort.abort();
    expect(await waiting).toBeUndefined();
    expect(source.listenerCount()).toBe(0);
  });

  it('lets go of the source when the reader leaves', async () => {
    const { source, stream, next } = open(['AAA']);
    await next();
    await stream.return(undefined);
    expect(source.listenerCount()).toBe(0);
  });
});
