import { once } from 'node:events';
import { createServer } from 'node:net';
import { Registry } from 'prom-client';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createConnectMarketData } from '../../../adapters/market-data/connect-market-data.ts';
import { HubError } from '../../../contracts/errors.ts';
import {
  findFreePort,
  type MarketDataProcess,
  silentLogger,
  startMarketData,
} from '../../market-data/processes.ts';
import { asService } from '../../support/service-tokens.ts';

const WAIT = { timeout: 20_000, interval: 50 };
/** The promise is 2 s; a busy machine gets some more. */
const FAILS_WITHIN_MS = 3_500;

let port: number;
/** What serves on that port now; whoever ends it leaves the start to the next test. */
let service: MarketDataProcess | null = null;
const aborts: AbortController[] = [];

beforeAll(async () => {
  port = await findFreePort();
});
afterEach(() => {
  for (const abort of aborts.splice(0)) abort.abort();
});
afterAll(() => end('SIGKILL'));

async function serve(variables: Record<string, string> = {}): Promise<MarketDataProcess> {
  service ??= await startMarketData({
    MARKET_DATA_PORT: String(port),
    REPLAY_TICK_MS: '50',
    ...variables,
  });
  return service;
}

async function end(signal: NodeJS.Signals): Promise<number | null | undefined> {
  const code = await service?.end(signal);
  service = null;
  return code;
}

function connect(to = port, registry = new Registry()) {
  const marketData = createConnectMarketData({
    baseUrl: `http://127.0.0.1:${to}`,
    authenticate: asService('market-data'),
    logger: silentLogger,
    registry,
  });
  const breakerOpen = async () =>
    (await registry.getSingleMetric('market_data_client_breaker_open')?.get())?.values[0]?.value;
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
    expect(first.error).toMatchObject({
      code: 'MARKET_DATA_UNAVAILABLE',
      cause: expect.any(Error),
    });
    expect(first.tookMs).toBeLessThan(FAILS_WITHIN_MS);
    await failure(getQuote());
    expect(await breakerOpen()).toBe(1);
  });

  it('says MARKET_DATA_UNAVAILABLE in time when the service takes the connection and never answers', async () => {
    const silent = createServer((socket) =>
      socket.resume().on('error', () => socket.destroy()),
    ).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const address = silent.address();
    const { getQuote } = connect(typeof address === 'object' && address ? address.port : 0);
    const { error, tookMs } = await failure(getQuote());
    expect(error).toMatchObject({ code: 'MARKET_DATA_UNAVAILABLE' });
    expect(tookMs).toBeLessThan(FAILS_WITHIN_MS);
    silent.close();
  });

  it('waits for a service that is not there yet and then streams', async () => {
    await end('SIGKILL');
    const abort = new AbortController();
    aborts.push(abort);
    const stream = connect()
      .marketData.streamQuotes(['AAPL'], abort.signal)
      [Symbol.asyncIterator]();
    const first = stream.next();
    await serve();
    expect((await first).value).toMatchObject({ symbol: 'AAPL' });
    abort.abort();
    expect((await stream.next()).done).toBe(true);
  });

  it('recovers by itself when the service dies and comes back', async () => {
    await serve();
    const { getQuote, breakerOpen } = connect();
    expect((await getQuote())?.symbol).toBe('AAPL');

    await end('SIGKILL');
    const { error, tookMs } = await failure(getQuote());
    expect(error).toMatchObject({ code: 'MARKET_DATA_UNAVAILABLE' });
    expect(tookMs).toBeLessThan(FAILS_WITHIN_MS);
    await failure(getQuote());
    expect(await breakerOpen()).toBe(1);

    await serve();
    await vi.waitFor(async () => expect((await getQuote())?.symbol).toBe('AAPL'), WAIT);
    expect(await breakerOpen()).toBe(0);
  });

  it('goes on over a graceful restart of the service', async () => {
    await serve();
    const { getQuote } = connect();
    await getQuote();
    expect(await end('SIGTERM')).toBe(0);
    await serve();
    expect((await getQuote())?.symbol).toBe('AAPL');
  });

  it('hangs no call when the service freezes, and recovers when it goes on', async () => {
    const { child } = await serve();
    const { getQuote } = connect();
    await getQuote();
    child.kill('SIGSTOP');
    const { error, tookMs } = await failure(getQuote());
    expect(error).toMatchObject({ code: 'MARKET_DATA_UNAVAILABLE' });
    expect(tookMs).toBeLessThan(FAILS_WITHIN_MS);
    child.kill('SIGCONT');
    await vi.waitFor(async () => expect((await getQuote())?.symbol).toBe('AAPL'), WAIT);
  });

  it('opens a stream again after the service died, without repeating a quote', async () => {
    await serve();
    const abort = new AbortController();
    aborts.push(abort);
    const seen: string[] = [];
    const reading = (async () => {
      for await (const quote of connect().marketData.streamQuotes(['AAPL'], abort.signal))
        seen.push(`${quote.time} ${quote.sequence}`);
    })();
    await vi.waitFor(() => expect(seen.length).toBeGreaterThan(3), WAIT);
    await end('SIGKILL');
    const before = seen.length;
    await serve();
    await vi.waitFor(() => expect(seen.length).toBeGreaterThan(before + 3), WAIT);
    abort.abort();
    await reading;
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('answers from the stream it follows, and by a call as soon as that breaks', async () => {
    const { metric } = await serve();
    const following = new AbortController();
    aborts.push(following);
    const marketData = createConnectMarketData({
      baseUrl: `http://127.0.0.1:${port}`,
      authenticate: asService('market-data'),
      logger: silentLogger,
      registry: new Registry(),
      follow: following.signal,
    });
    const calls = () =>
      metric('market_data_rpc_duration_seconds_count{method="GetMarketData",code="ok"}');
    await vi.waitFor(async () => {
      const before = await calls();
      expect(
        (await marketData.getQuotes(['AAPL', 'MSFT'])).quotes.map((quote) => quote.symbol),
      ).toEqual(['AAPL', 'MSFT']);
      expect(await calls()).toBe(before);
    }, WAIT);
    expect((await marketData.getQuotes(['AAPL', 'NOPE'])).unknownSymbols).toEqual(['NOPE']);
    await end('SIGKILL');
    await vi.waitFor(
      async () =>
        expect((await failure(marketData.getQuotes(['AAPL']))).error).toMatchObject({
          code: 'MARKET_DATA_UNAVAILABLE',
        }),
      WAIT,
    );
  });

  it('has no quote while the service does not take its token, and has them once it does', async () => {
    await end('SIGKILL');
    await serve({ MARKET_DATA_SERVICE_SECRET: 'a-secret-that-nobody-else-was-given-yet' });
    const { getQuote, marketData } = connect();
    const abort = new AbortController();
    aborts.push(abort);
    const streamed = (async () => {
      for await (const quote of marketData.streamQuotes(['AAPL'], abort.signal))
        return quote.symbol;
      return null;
    })();
    expect((await failure(getQuote())).error).toMatchObject({ code: 'MARKET_DATA_UNAVAILABLE' });
    await end('SIGTERM');
    await serve();
    expect(await streamed).toBe('AAPL');
    await vi.waitFor(async () => expect((await getQuote())?.symbol).toBe('AAPL'), WAIT);
  });
});
