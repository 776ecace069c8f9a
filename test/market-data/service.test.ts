import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createConnectMarketData } from '../../adapters/market-data/connect-market-data.ts';
import type { MarketData, Quote } from '../../contracts/market/market-data.ts';
import { readEnvironment } from '../../market-data/env.ts';
import { asService, serviceTokenFor, TEST_SECRETS } from '../support/service-tokens.ts';
import { type MarketDataProcess, silentLogger, startMarketData } from './processes.ts';

const GET = '/hub.v1.MarketDataService/GetMarketData';

describe('the service', { timeout: 60_000 }, () => {
  let service: MarketDataProcess;
  let marketData: MarketData;
  const abort = { current: new AbortController() };

  beforeAll(async () => {
    service = await startMarketData({
      SOURCE: 'simulator',
      SIMULATOR_SYMBOLS: 'AAPL:205.75,MSFT:29.02',
      SIMULATOR_TICK_MS: '20',
      SIMULATOR_VOLATILITY: '0',
      SIMULATOR_SIZE: '300',
    });
    marketData = createConnectMarketData({
      baseUrl: service.baseUrl,
      authenticate: asService('market-data'),
      logger: silentLogger,
    });
  }, 60_000);
  afterEach(() => {
    abort.current.abort();
    abort.current = new AbortController();
  });
  afterAll(() => service.end('SIGKILL'));

  const currentToken = serviceTokenFor('market-data');
  const post = async (body: unknown) => {
    const headers = {
      'content-type': 'application/json',
      authorization: `Bearer ${await currentToken()}`,
    };
    return fetch(`${service.baseUrl}${GET}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
  };

  it('quotes known symbols and names the unknown and the malformed ones', async () => {
    const answer = await marketData.getQuotes(['AAPL', 'NOPE', 'msft', 'MSFT', '']);
    expect(answer.quotes.map(({ sequence, time, ...rest }) => rest)).toEqual([
      {
        symbol: 'AAPL',
        bid: '205.73',
        ask: '205.77',
        last: '205.75',
        bidSize: '300',
        askSize: '300',
      },
      { symbol: 'MSFT', bid: '29.02', ask: '29.03', last: '29.02', bidSize: '300', askSize: '300' },
    ]);
    expect(answer.unknownSymbols).toEqual(['NOPE', 'msft', '']);
  });

  it('takes 200 symbols in one call, rejects 201, and rejects none', async () => {
    const names = (count: number) => Array.from({ length: count }, (_, index) => `X${index}`);
    expect((await post({ symbols: names(200) })).status).toBe(200);
    expect(await (await post({ symbols: names(201) })).json()).toMatchObject({
      code: 'invalid_argument',
    });
    expect(await (await post({ symbols: [] })).json()).toMatchObject({ code: 'invalid_argument' });
    expect((await marketData.getQuotes([...names(450), 'AAPL'])).quotes).toHaveLength(1);
    expect(await marketData.getQuotes([])).toEqual({ quotes: [], unknownSymbols: [] });
  });

  it('streams the latest quote of each symbol first, then newer ones without a gap in time', async () => {
    const { quotes: before } = await marketData.getQuotes(['AAPL']);
    const seen: Quote[] = [];
    for await (const quote of marketData.streamQuotes([], abort.current.signal)) {
      seen.push(quote);
      if (seen.length === 10) break;
    }
    expect(seen.slice(0, 2).map((quote) => quote.symbol)).toEqual(['AAPL', 'MSFT']);
    expect(seen[0]?.sequence).toBeGreaterThanOrEqual(
      before[0]?.sequence ?? Number.POSITIVE_INFINITY,
    );
    const apple = seen.filter((quote) => quote.symbol === 'AAPL').map((quote) => quote.sequence);
    expect(apple).toEqual([...new Set(apple)].toSorted((a, b) => a - b));
  });

  it('ends a stream whose reader leaves or aborts', async () => {
    for await (const _ of marketData.streamQuotes(['AAPL'], abort.current.signal)) break;
    const aborting = new AbortController();
    for await (const _ of marketData.streamQuotes(['AAPL'], aborting.signal)) aborting.abort();
    await expect.poll(() => service.metric('market_data_streams'), { timeout: 20_000 }).toBe(0);
    expect(service.complaints).toEqual([]);
  });

  it('says that it lives and is ready over HTTP/1.1 on the same port, and shows its metrics on another', async () => {
    expect((await fetch(`${service.baseUrl}/health/live`)).status).toBe(200);
    expect(await (await fetch(`${service.baseUrl}/health/ready`)).json()).toEqual({
      status: 'ok',
      source: 'simulator',
      cache: 'off',
    });
    expect(await (await fetch(service.metricsUrl)).text()).toContain('process_cpu_seconds_total');
    for (const path of ['/nope', '/metrics', '/%6detrics'])
      expect((await fetch(`${service.baseUrl}${path}`)).status).toBe(404);
  });

  it('says once that it runs without a cache', () => {
    expect(
      service.logs.filter((entry) => String(entry.msg).startsWith('REDIS_URL is not set')),
    ).toHaveLength(1);
  });
});

describe('the process', { timeout: 60_000 }, () => {
  const running: MarketDataProcess[] = [];
  afterEach(() => Promise.all(running.splice(0).map((service) => service.end('SIGKILL'))));

  async function start(variables: Record<string, string> = {}) {
    const service = await startMarketData(variables);
    running.push(service);
    const marketData = createConnectMarketData({
      baseUrl: service.baseUrl,
      authenticate: asService('market-data'),
      logger: silentLogger,
    });
    return { service, marketData };
  }

  async function expectGoodEnd(
    { service, marketData }: Awaited<ReturnType<typeof start>>,
    signal: NodeJS.Signals,
  ): Promise<void> {
    const abort = new AbortController();
    const iterator = marketData.streamQuotes([], abort.signal)[Symbol.asyncIterator]();
    await iterator.next();
    expect(await service.end(signal)).toBe(0);
    expect(service.complaints).toEqual([]);
    abort.abort();
    await iterator.return?.();
  }

  it('replays the recording from its first day, and ends by itself on SIGINT although a stream is open', async () => {
    const started = await start();
    const { quotes } = await started.marketData.getQuotes(['AAPL', 'FB', 'GOOG', 'IBM', 'MSFT']);
    expect(quotes.map((quote) => quote.last)).toEqual([
      '205.75',
      '42.05',
      '529.20',
      '127.50',
      '28.77',
    ]);
    await expectGoodEnd(started, 'SIGINT');
  });

  it('ends by itself on SIGTERM although a stream is open and prices move', async () => {
    await expectGoodEnd(await start({ REPLAY_TICK_MS: '20' }), 'SIGTERM');
  });

  it('does not start in an environment that it rejects', async () => {
    await expect(startMarketData({ MARKET_DATA_PORT: 'x' })).rejects.toThrow('at MARKET_DATA_PORT');
  });

  it.each([
    ['MARKET_DATA_PORT', 'x'],
    ['SOURCE', 'crystal-ball'],
    ['SIMULATOR_SYMBOLS', 'AAPL'],
    ['REDIS_URL', 'http://127.0.0.1'],
  ])('rejects a wrong %s', (name, value) => {
    expect(() => readEnvironment({ ...TEST_SECRETS, [name]: value })).toThrow(`at ${name}`);
  });

  it('takes the same environment without anything wrong', () => {
    expect(readEnvironment({ ...TEST_SECRETS })).toMatchObject({ SOURCE: 'replay' });
  });
});
