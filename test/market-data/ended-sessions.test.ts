import { randomUUID } from 'node:crypto';
import { Code, ConnectError, createClient, type Interceptor } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createAccessTokens } from '../../adapters/security/access-tokens.ts';
import { MarketDataService } from '../../proto/gen/hub/v1/market_pb.js';
import { asService, TEST_SECRETS } from '../support/service-tokens.ts';
import {
  type MarketDataProcess,
  type RunningProcess,
  startMarketData,
  startRedis,
} from './processes.ts';
import { tellSessions } from './tell-sessions.ts';

const PROMISED_MS = 5_000;
const STARTING = { timeout: 20_000, interval: 50 };
const closing: (() => unknown)[] = [];
let redis: RunningProcess & { url: string };
let service: MarketDataProcess;

beforeAll(async () => {
  redis = await startRedis();
  service = await startMarketData({ REDIS_URL: redis.url, REPLAY_TICK_MS: '100' });
});
afterEach(() => {
  for (const close of closing.splice(0)) close();
});
afterAll(() => Promise.all([redis.end('SIGKILL'), service.end('SIGKILL')]));

function tell() {
  const told = tellSessions(redis.url);
  closing.push(told.stop);
  return told;
}

function clientOf(...interceptors: Interceptor[]) {
  return createClient(
    MarketDataService,
    createConnectTransport({ baseUrl: service.baseUrl, httpVersion: '2', interceptors }),
  );
}

async function signIn() {
  const [userId, accountId, sessionId] = [randomUUID(), randomUUID(), randomUUID()];
  const tokens = createAccessTokens(TEST_SECRETS.JWT_SECRET, Date.now);
  const token = await tokens.sign({
    userId,
    username: 'ann@hub.local',
    accountId,
    sessionId,
    roles: ['CUSTOMER'],
  });
  return { sessionId, connect: () => clientOf(bearing(token)) };
}

const bearing =
  (token: string): Interceptor =>
  (next) =>
  (request) => {
    request.header.set('Authorization', `Bearer ${token}`);
    return next(request);
  };

type Client = ReturnType<typeof clientOf>;

const outcomeOf = (client: Client): Promise<string> =>
  client.getMarketData({ symbols: ['AAPL'] }).then(
    () => 'OK',
    (error: unknown) => Code[ConnectError.from(error).code],
  );

const untilOutcome = (
  client: Client,
  outcome: string,
  wait = { timeout: PROMISED_MS, interval: 50 },
) => vi.waitFor(async () => expect(await outcomeOf(client)).toBe(outcome), wait);

/** Reads a stream to its end: whether it has begun, and with what error it ended. */
function readStream(client: Client) {
  const stream = { quotes: 0, error: null as ConnectError | null };
  const read = async () => {
    for await (const _ of client.streamMarketData({ symbols: ['AAPL'] })) stream.quotes += 1;
  };
  read().catch((error: unknown) => {
    stream.error = ConnectError.from(error);
  });
  return stream;
}

describe('market-data and the sessions of people', { timeout: 60_000 }, () => {
  it('takes no token of a person when no API vouches for what Redis has', async () => {
    const client = (await signIn()).connect();
    expect(await outcomeOf(client)).toBe('Unavailable');
    const told = tell();
    await untilOutcome(client, 'OK', STARTING);
    told.stop();
    await untilOutcome(client, 'Unavailable');
  });

  it('rejects the token of a session that has ended, and ends its stream, within five seconds', async () => {
    const told = tell();
    const [ann, bob] = [await signIn(), await signIn()];
    const [anns, bobs] = [ann.connect(), bob.connect()];
    await untilOutcome(anns, 'OK', STARTING);
    const [annsStream, bobsStream] = [readStream(anns), readStream(bobs)];
    await vi.waitFor(
      () => expect(annsStream.quotes && bobsStream.quotes).toBeGreaterThan(0),
      STARTING,
    );

    await told.end(ann.sessionId);
    await untilOutcome(anns, 'Unauthenticated');
    await vi.waitFor(() => expect(annsStream.error).not.toBe(null), PROMISED_MS);
    expect(annsStream.error).toMatchObject({
      code: Code.Unauthenticated,
      rawMessage: 'The session of the token has ended',
    });
    const before = bobsStream.quotes;
    await vi.waitFor(() => expect(bobsStream.quotes).toBeGreaterThan(before), STARTING);
    expect([await outcomeOf(bobs), bobsStream.error]).toEqual(['OK', null]);
  });

  it('takes no token of a person while Redis is away, and goes on for our own processes', async () => {
    tell();
    const client = (await signIn()).connect();
    await untilOutcome(client, 'OK', STARTING);
    const stream = readStream(client);
    await vi.waitFor(() => expect(stream.quotes).toBeGreaterThan(0), STARTING);

    await redis.end('SIGKILL');
    await untilOutcome(client, 'Unavailable');
    await vi.waitFor(() => expect(stream.error?.code).toBe(Code.Unavailable), PROMISED_MS);
    expect(await outcomeOf(clientOf(asService('market-data')))).toBe('OK');

    redis = await startRedis(redis.port);
    await untilOutcome(client, 'OK', STARTING);
  });

  it('takes up nobody whose end Redis forgot, when it starts anew', async () => {
    const told = tell();
    const [ann, bob] = [await signIn(), await signIn()];
    await untilOutcome(ann.connect(), 'OK', STARTING);
    await told.end(ann.sessionId);
    await service.end('SIGKILL');
    await told.emptyRedis();
    service = await startMarketData({ REDIS_URL: redis.url });
    const [anns, bobs] = [ann.connect(), bob.connect()];
    const seen = new Set<string>();
    await vi.waitFor(async () => {
      seen.add(await outcomeOf(anns));
      expect(await outcomeOf(bobs)).toBe('OK');
    }, STARTING);
    seen.add(await outcomeOf(anns));
    expect([...seen]).not.toContain('OK');
    expect([...seen]).toContain('Unauthenticated');
  });
});
