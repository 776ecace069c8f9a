import { once } from 'node:events';
import { createServer } from 'node:net';
import { Registry } from 'prom-client';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createConnectMarketData } from '../../../adapters/market-data/connect-market-data.ts';
import { HubError } from '../../../contracts/errors.ts';
import { findFreePort, type RunningProcess, silentLogger, startMarketData } from '../../market-data/processes.ts';

const WAIT = { timeout: 20_000, interval: 50 };
/** The promise is 2 s; a busy machine gets some more. */
const FAILS_WITHIN_MS = 3_500;

const running: RunningProcess[] = [];
const aborts: AbortController[] = [];
afterEach(async () => {
  for (const abort of aborts.splice(0)) abort.abort();
  await Promise.all(running.splice(0).map((process) => process.end('SIGKILL')));
});

function keep<T extends RunningProcess>(process: T): T {
  running.push(process);
  return process;
}

function connect(port: number, registry = new Registry()) {
  const marketData = createConnectMarketData({ baseUrl: `http://127.0.0.1:${port}`, logger: silentLogger, registry });
  const breakerOpen = async () => (await registry.getSingleMetric('market_data_client_breaker_open')?.get())?.values[0]?.value;
  const getQuote = async () => (await marketData.getQuotes(['AAPL'])).quotes[0];
  return { marketData, breakerOpen, getQuote };
}

async function failure(call: Promise<unknown>): Promise<{ error: unknown; tookMs: number }> {
  const begun = performance.now();
  const error = await call.then(
    () => null,
    (reason: unknown) => reason,
  );
  return { error, tookMs: performance.now() - begun };
}

describe('the market-data client', { timeout: 90_000 }, () => {
  it('says MARKET_DATA_UNAVAILABLE in time when nobody listens, then at once', async () => {
    const { getQuote, breakerOpen } = connect(await findFreePort());
    const first = await failure(getQuote());
    expect(first.error).toBeInstanceOf(HubError);
    expect(first.error).toMatchObject({ code: 'MARKET_DATA_UNAVAILABLE', cause: expect.any(Error) });
    expect(first.tookMs).toBeLessThan(FAILS_WITHIN_MS);
    await failure(getQuote());
    expect(await breakerOpen()).toBe(1);
  });

  it('says MARKET_DATA_UNAVAILABLE in time when the service takes the connection and never answers', async () => {
    const silent = createServer((socket) => socket.resume().on('error', () => socket.destroy())).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const address = silent.address();
    const { getQuote } = connect(typeof address === 'object' && address ? address.port : 0);
    const { error, tookMs } = await failure(getQuote());
    expect(error).toMatchObject({ code: 'MARKET_DATA_UNAVAILABLE' });
    expect(tookMs).toBeLessThan(FAILS_WITHIN_MS);
    silent.close();
  });

  it('recovers by itself when the service dies and comes back', async () => {
    const port = await findFreePort();
    const first = keep(await startMarketData({ MARKET_DATA_PORT: String(port) }));
    const { getQuote, breakerOpen } = connect(port);
    expect((await getQuote())?.symbol).toBe('AAPL');

    await first.end('SIGKILL');
    const { error, tookMs } = await failure(getQuote());
    expect(error).toMatchObject({ code: 'MARKET_DATA_UNAVAILABLE' });
    expect(tookMs).toBeLessThan(FAILS_WITHIN_MS);
    await failure(getQuote());
    expect(await breakerOpen()).toBe(1);

    keep(await startMarketData({ MARKET_DATA_PORT: String(port) }));
    await vi.waitFor(async () => expect((await getQuote())?.symbol).toBe('AAPL'), WAIT);
    expect(await breakerOpen()).toBe(0);
  });

  it('goes on over a graceful restart of the service', async () => {
    const port = await findFreePort();
    const first = keep(await startMarketData({ MARKET_DATA_PORT: String(port) }));
    const { getQuote } = connect(port);
    await getQuote();
    expect(await first.end('SIGTERM')).toBe(0);
    keep(await startMarketData({ MARKET_DATA_PORT: String(port) }));
    expect((await getQuote())?.symbol).toBe('AAPL');
  });

  it('hangs no call when the service freezes, and recovers when it goes on', async () => {
    const service = keep(await startMarketData());
    const { getQuote } = connect(service.port);
    await getQuote();
    service.child.kill('SIGSTOP');
    const { error, tookMs } = await failure(getQuote());
    expect(error).toMatchObject({ code: 'MARKET_DATA_UNAVAILABLE' });
    expect(tookMs).toBeLessThan(FAILS_WITHIN_MS);
    service.child.kill('SIGCONT');
    await vi.waitFor(async () => expect((await getQuote())?.symbol).toBe('AAPL'), WAIT);
  });

  it('opens a stream again after the service died, without repeating a quote', async () => {
    const port = await findFreePort();
    const first = keep(await startMarketData({ MARKET_DATA_PORT: String(port), REPLAY_TICK_MS: '50' }));
    const abort = new AbortController();
    aborts.push(abort);
    const seen: string[] = [];
    const reading = (async () => {
      for await (const quote of connect(port).marketData.streamQuotes(['AAPL'], abort.signal)) seen.push(`${quote.time} ${quote.sequence}`);
    })();
    await vi.waitFor(() => expect(seen.length).toBeGreaterThan(3), WAIT);
    await first.end('SIGKILL');
    const before = seen.length;
    keep(await startMarketData({ MARKET_DATA_PORT: String(port), REPLAY_TICK_MS: '50' }));
    await vi.waitFor(() => expect(seen.length).toBeGreaterThan(before + 3), WAIT);
    abort.abort();
    await reading;
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('waits for a service that is not there yet and then streams', async () => {
    const port = await findFreePort();
    const abort = new AbortController();
    aborts.push(abort);
    const stream = connect(port).marketData.streamQuotes(['AAPL'], abort.signal)[Symbol.asyncIterator]();
    const first = stream.next();
    keep(await startMarketData({ MARKET_DATA_PORT: String(port) }));
    expect((await first).value).toMatchObject({ symbol: 'AAPL' });
    abort.abort();
    expect((await stream.next()).done).toBe(true);
  });

  it('answers from the stream it follows, and by a call as soon as that breaks', async () => {
    const service = keep(await startMarketData({ REPLAY_TICK_MS: '200' }));
    const following = new AbortController();
    aborts.push(following);
    const registry = new Registry();
    const marketData = createConnectMarketData({
      baseUrl: `http://127.0.0.1:${service.port}`,
      logger: silentLogger,
      registry,
      follow: following.signal,
    });
    const calls = () => service.metric('market_data_rpc_duration_seconds_count{method="GetMarketData",code="ok"}');
    await vi.waitFor(async () => {
      const before = await calls();
      expect((await marketData.getQuotes(['AAPL', 'MSFT'])).quotes.map((quote) => quote.symbol)).toEqual(['AAPL', 'MSFT']);
      expect(await calls()).toBe(before);
    }, WAIT);
    expect((await marketData.getQuotes(['AAPL', 'NOPE'])).unknownSymbols).toEqual(['NOPE']);
    await service.end('SIGKILL');
    await vi.waitFor(
      async () => expect((await failure(marketData.getQuotes(['AAPL']))).error).toMatchObject({ code: 'MARKET_DATA_UNAVAILABLE' }),
      WAIT,
    );
  });
});
