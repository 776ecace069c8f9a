import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createConnectMarketData } from '../../adapters/market-data/connect-market-data.ts';
import { asService } from '../support/service-tokens.ts';
import {
  type MarketDataProcess,
  type RunningProcess,
  silentLogger,
  startMarketData,
  startRedis,
} from './processes.ts';

const WAIT = { timeout: 20_000, interval: 50 };
const HITS = 'market_data_cache_reads_total{result="hit"}';

const running: RunningProcess[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((process) => process.end('SIGKILL')));
});

function keep<T extends RunningProcess>(process: T): T {
  running.push(process);
  return process;
}

const connect = (service: MarketDataProcess) =>
  createConnectMarketData({
    baseUrl: service.baseUrl,
    authenticate: asService('market-data'),
    logger: silentLogger,
  });
const untilCached = (service: MarketDataProcess) =>
  vi.waitFor(async () => expect(await service.metric('redis_degraded')).toBe(0), WAIT);

describe('the service whose Redis is disturbed', () => {
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let service: MarketDataProcess;
  beforeAll(async () => {
    redis = await startRedis();
    service = await startMarketData({ REDIS_URL: redis.url, REPLAY_TICK_MS: '20' });
  });
  afterAll(() => Promise.all([redis.end('SIGKILL'), service.end('SIGKILL')]));

  it('fails no request when Redis is killed under load, and uses it again when it is back', {
    timeout: 60_000,
  }, async () => {
    const marketData = connect(service);
    await untilCached(service);

    const load = { stop: false, answers: 0 };
    const client = async (): Promise<void> => {
      while (!load.stop) {
        const { quotes } = await marketData.getQuotes(['AAPL', 'MSFT']);
        expect(quotes).toHaveLength(2);
        load.answers += 1;
      }
    };
    const clients = Promise.all([client(), client(), client(), client()]);
    const untilAnswers = (more: number) => {
      const target = load.answers + more;
      return vi.waitFor(() => expect(load.answers).toBeGreaterThan(target), WAIT);
    };

    await untilAnswers(200);
    await redis.end('SIGKILL');
    await untilAnswers(200);
    await vi.waitFor(async () => expect(await service.metric('redis_degraded')).toBe(1), WAIT);

    redis = await startRedis(redis.port);
    await untilCached(service);
    const hits = await service.metric(HITS);
    await vi.waitFor(async () => expect(await service.metric(HITS)).toBeGreaterThan(hits), WAIT);
    load.stop = true;
    await clients;
    // A stalled machine may see a second outage; what counts is one line for each, not one for each
    // call.
    const outages = await service.metric('redis_outages_total');
    expect(outages).toBeGreaterThanOrEqual(1);
    expect(outages).toBeLessThan(10);
    expect(
      service.logs.filter((entry) => entry.msg === 'Redis is away: going on without it'),
    ).toHaveLength(outages);
  });

  it('fails no request while Redis hangs, and drops what went stale meanwhile', {
    timeout: 60_000,
  }, async () => {
    const marketData = connect(service);
    await untilCached(service);
    await marketData.getQuotes(['AAPL']);

    redis.child.kill('SIGSTOP');
    await vi.waitFor(async () => expect(await service.metric('redis_degraded')).toBe(1), WAIT);
    const during = (await marketData.getQuotes(['AAPL'])).quotes[0]?.sequence ?? 0;
    redis.child.kill('SIGCONT');
    await untilCached(service);
    const after = (await marketData.getQuotes(['AAPL'])).quotes[0]?.sequence ?? 0;
    expect(during).toBeGreaterThan(0);
    expect(after).toBeGreaterThanOrEqual(during);
  });
});

describe('the service with a real Redis', () => {
  it('starts without it, takes it up when it comes, and keeps, forgets and warms quotes there', {
    timeout: 60_000,
  }, async () => {
    const early = await startRedis();
    await early.end('SIGKILL');
    const service = keep(await startMarketData({ REDIS_URL: early.url }));
    const marketData = connect(service);
    expect((await marketData.getQuotes(['AAPL'])).quotes).toHaveLength(1);
    keep(await startRedis(early.port));
    await untilCached(service);

    await marketData.getQuotes(['AAPL']);
    await vi.waitFor(async () => {
      await marketData.getQuotes(['AAPL']);
      expect(await service.metric(HITS)).toBeGreaterThan(0);
    }, WAIT);
    expect(await marketData.invalidateCache([])).toBe(1);
    expect(await marketData.warmCache(['MSFT', 'IBM', 'NOPE'])).toBe(2);
    expect(await marketData.invalidateCache(['MSFT'])).toBe(1);
    expect(await marketData.warmCache([])).toBe(5);
  });

  it('forgets entries whose time is over', { timeout: 60_000 }, async () => {
    const redis = keep(await startRedis());
    const service = keep(
      await startMarketData({ REDIS_URL: redis.url, CACHE_TTL_MS: '50', REPLAY_TICK_MS: '20' }),
    );
    const marketData = connect(service);
    await untilCached(service);
    expect(await marketData.warmCache([])).toBe(5);
    await vi.waitFor(async () => expect(await marketData.invalidateCache([])).toBe(0), WAIT);
  });
});
