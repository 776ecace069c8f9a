import { randomUUID } from 'node:crypto';
import { Code, ConnectError, createClient, type Interceptor } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createAccessTokens } from '../../adapters/security/access-tokens.ts';
import { ACCESS_TOKEN_SECONDS } from '../../contracts/identity/auth.ts';
import type { Role } from '../../contracts/identity/caller.ts';
import { MarketDataService } from '../../proto/gen/hub/v1/market_pb.js';
import { makeRejectedTokens } from '../support/forged-service-tokens.ts';
import { asService, TEST_SECRETS } from '../support/service-tokens.ts';
import {
  type MarketDataProcess,
  type RunningProcess,
  startMarketData,
  startRedis,
} from './processes.ts';
import { tellSessions } from './tell-sessions.ts';

const METHODS = ['GetMarketData', 'StreamMarketData', 'InvalidateCache', 'WarmCache'] as const;
const STREAM_SECONDS = 2;
const REJECTED = Object.entries(await makeRejectedTokens('market-data'));

let redis: RunningProcess & { url: string };
let told: ReturnType<typeof tellSessions>;
let service: MarketDataProcess;
beforeAll(async () => {
  redis = await startRedis();
  told = tellSessions(redis.url);
  service = await startMarketData({ REDIS_URL: redis.url });
  const client = clientOf(bearing(await personsToken(['CUSTOMER'])));
  await vi.waitFor(
    async () => expect(await codeOf(client.getMarketData({ symbols: ['AAPL'] }))).toBe('OK'),
    { timeout: 20_000 },
  );
}, 60_000);
afterAll(async () => {
  told.stop();
  await Promise.all([service.end('SIGKILL'), redis.end('SIGKILL')]);
});

const bearing =
  (token: string): Interceptor =>
  (next) =>
  (request) => {
    request.header.set('Authorization', `Bearer ${token}`);
    return next(request);
  };

function clientOf(...interceptors: Interceptor[]) {
  const transport = createConnectTransport({
    baseUrl: service.baseUrl,
    httpVersion: '2',
    interceptors,
  });
  return createClient(MarketDataService, transport);
}

const codeOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'OK',
    (error: unknown) => Code[ConnectError.from(error).code],
  );

/** What becomes of each method. */
async function outcomesOf(
  client: ReturnType<typeof clientOf>,
): Promise<Record<(typeof METHODS)[number], string>> {
  const firstOf = async () => {
    const reader = new AbortController();
    for await (const _ of client.streamMarketData({ symbols: ['AAPL'] }, { signal: reader.signal }))
      return reader.abort();
  };
  return {
    GetMarketData: await codeOf(client.getMarketData({ symbols: ['AAPL'] })),
    StreamMarketData: await codeOf(firstOf()),
    InvalidateCache: await codeOf(client.invalidateCache({ symbols: [] })),
    WarmCache: await codeOf(client.warmCache({ symbols: [] })),
  };
}

const all = (code: string) => Object.fromEntries(METHODS.map((method) => [method, code]));

/** A person's token that ends `seconds` from now. */
function personsToken(roles: readonly Role[], seconds = ACCESS_TOKEN_SECONDS): Promise<string> {
  const signedAtMs = Date.now() - (ACCESS_TOKEN_SECONDS - seconds) * 1_000;
  const tokens = createAccessTokens(TEST_SECRETS.JWT_SECRET, () => signedAtMs);
  const [userId, accountId, sessionId] = [randomUUID(), randomUUID(), randomUUID()];
  return tokens.sign({ userId, username: 'ann@hub.local', accountId, sessionId, roles });
}

describe('market-data', { timeout: 60_000 }, () => {
  it('answers nobody without a token, before it reads the message', async () => {
    expect(await outcomesOf(clientOf())).toEqual(all('Unauthenticated'));
    const answer = await fetch(`${service.baseUrl}/hub.v1.MarketDataService/GetMarketData`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: 'this is no message',
    });
    expect(answer.status).toBe(401);
    const turnedAway =
      'market_data_calls_turned_away_total{procedure="hub.v1.MarketDataService/GetMarketData",code="Unauthenticated"}';
    expect(await service.metric(turnedAway)).toBe(2);
  });

  it('lets our own processes do everything', async () => {
    expect(await outcomesOf(clientOf(asService('market-data')))).toEqual(all('OK'));
  });

  it.each<Role>(['CUSTOMER', 'OPERATOR'])(
    'gives people quotes, and no hold of the cache: %s',
    async (role) => {
      expect(await outcomesOf(clientOf(bearing(await personsToken([role]))))).toEqual({
        GetMarketData: 'OK',
        StreamMarketData: 'OK',
        InvalidateCache: 'PermissionDenied',
        WarmCache: 'PermissionDenied',
      });
    },
  );

  it.each(REJECTED)('rejects a token that is %s', async (_, token) => {
    expect(await outcomesOf(clientOf(bearing(token)))).toEqual(all('Unauthenticated'));
  });

  it("rejects a person's token that has ended", async () => {
    expect(await outcomesOf(clientOf(bearing(await personsToken(['CUSTOMER'], -1))))).toEqual(
      all('Unauthenticated'),
    );
  });

  it('ends the stream of a person with the token that opened it', async () => {
    const client = clientOf(bearing(await personsToken(['CUSTOMER'], STREAM_SECONDS)));
    const reading = (async () => {
      let seen = 0;
      for await (const _ of client.streamMarketData({ symbols: ['AAPL'] })) seen += 1;
      return seen;
    })();
    await expect(reading).rejects.toMatchObject({
      code: Code.Unauthenticated,
      rawMessage: 'The token has expired',
    });
    await expect.poll(() => service.metric('market_data_streams'), { timeout: 20_000 }).toBe(0);
  });

  it('gives a person 100 streams over all connections, and another as soon as one has ended', async () => {
    const token = await personsToken(['CUSTOMER']);
    const clients = [clientOf(bearing(token)), clientOf(bearing(token))];
    const open = async (index: number) => {
      const reader = new AbortController();
      const client = clients[index % clients.length];
      if (client === undefined) throw new RangeError(`there is no client ${index}`);
      const stream = client
        .streamMarketData({ symbols: ['AAPL'] }, { signal: reader.signal })
        [Symbol.asyncIterator]();
      await stream.next();
      return reader;
    };
    const readers = await Promise.all(Array.from({ length: 100 }, (_, index) => open(index)));
    await expect(open(0)).rejects.toMatchObject({ code: Code.ResourceExhausted });
    const own = clientOf(asService('market-data'))
      .streamMarketData({ symbols: ['AAPL'] })
      [Symbol.asyncIterator]();
    expect((await own.next()).done).toBe(false);
    readers[0]?.abort();
    await expect.poll(() => service.metric('market_data_streams'), { timeout: 20_000 }).toBe(100);
    readers.push(await open(0));
    for (const reader of readers) reader.abort();
    await own.return?.();
  });

  it('tells everybody whether it is well', async () => {
    expect((await fetch(`${service.baseUrl}/health/ready`)).status).toBe(200);
    expect((await fetch(`${service.baseUrl}/health/live`)).status).toBe(200);
  });

  it.each(['JWT_SECRET', 'MARKET_DATA_SERVICE_SECRET'])(
    'does not start without %s',
    async (name) => {
      await expect(startMarketData({ [name]: '' })).rejects.toThrow(`at ${name}`);
    },
  );
});
