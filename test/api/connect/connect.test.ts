import { Code, createClient } from '@connectrpc/connect';
import { createGrpcTransport, createGrpcWebTransport } from '@connectrpc/connect-node';
import { describe, expect, it } from 'vitest';
import { createHubClient } from '../../../clients/hub-client.ts';
import { HubError } from '../../../contracts/errors.ts';
import { OrderType, Side, TimeInForce } from '../../../proto/gen/hub/v1/broker_pb.js';
import { OrderService } from '../../../proto/gen/hub/v1/orders_pb.js';
import { failureOf, serve } from '../connect-rig.ts';
import { CUSTOMER, createStubUseCases, ORDER_ID } from '../stub-use-cases.ts';

const LIMIT_ORDER = {
  symbol: 'AAPL',
  side: Side.BUY,
  type: OrderType.LIMIT,
  timeInForce: TimeInForce.DAY,
  quantity: '10',
  limitPrice: '205.75',
};

describe('PositionService and PortfolioService', () => {
  it('give positions, balance and summary', async () => {
    const { hub } = await serve();
    expect((await hub.positions.listPositions({})).positions).toMatchObject([
      { symbol: 'AAPL', quantity: '10' },
    ]);
    expect((await hub.positions.listPositions({ includeClosed: true })).positions).toHaveLength(2);
    expect((await hub.positions.getPosition({ symbol: 'AAPL' })).position).toMatchObject({
      averagePrice: '205.75',
    });
    expect((await hub.portfolio.getBalance({})).balance).toMatchObject({ buyingPower: '97942.50' });
    expect(await hub.portfolio.getPortfolioSummary({})).toMatchObject({
      equity: '102060.00',
      balance: { cash: '100000.00' },
    });
  });

  it('know no position in a symbol that is not held or is none', async () => {
    const { hub } = await serve();
    for (const symbol of ['IBM', `' OR 1=1 --`]) {
      expect(await failureOf(hub.positions.getPosition({ symbol }))).toMatchObject({
        code: Code.NotFound,
        reason: 'POSITION_NOT_FOUND',
      });
    }
  });
});

describe('AuthService', () => {
  it('logs in without a token', async () => {
    const { server } = await serve();
    const { auth } = createHubClient({ baseUrl: server.httpUrl });
    const session = await auth.login({ email: 'ada@test.local', password: 'correct-horse' });
    expect(session).toMatchObject({
      accessToken: 'access',
      tokenType: 'Bearer',
      expiresInSeconds: 600,
      refreshToken: 'refresh',
    });
  });

  it('tells wrong credentials as UNAUTHENTICATED', async () => {
    const login = async () => {
      throw new HubError('INVALID_CREDENTIALS');
    };
    const { hub } = await serve({ useCases: createStubUseCases({ identity: { login } }).useCases });
    const failure = await failureOf(hub.auth.login({ email: 'ada@test.local', password: 'wrong' }));
    expect(failure).toMatchObject({ code: Code.Unauthenticated, reason: 'INVALID_CREDENTIALS' });
  });

  it('says of any token whether it holds, and whose it is', async () => {
    const { rig, hub } = await serve();
    const { userId, username, accountId, roles } = CUSTOMER;
    expect(await hub.auth.validateToken({ accessToken: rig.customerToken })).toMatchObject({
      valid: true,
      userId,
      username,
      accountId,
      roles,
    });
    expect(await hub.auth.validateToken({ accessToken: 'nonsense' })).toMatchObject({
      valid: false,
      code: 'TOKEN_INVALID',
      userId: '',
    });
  });
});

describe('every service but AuthService', () => {
  it('turns a call away that has no token or a bad one', async () => {
    const { server } = await serve();
    for (const [token, reason] of [
      [undefined, 'UNAUTHENTICATED'],
      ['forged', 'TOKEN_INVALID'],
    ]) {
      const hub = createHubClient({ baseUrl: server.httpUrl, ...(token ? { token } : {}) });
      const calls = [
        hub.orders.getOrder({ id: ORDER_ID }),
        hub.positions.listPositions({}),
        hub.portfolio.getBalance({}),
      ];
      for (const call of calls)
        expect(await failureOf(call)).toMatchObject({ code: Code.Unauthenticated, reason });
    }
  });

  it('asks for the token anew at each call', async () => {
    const { rig, server } = await serve();
    const tokens = ['forged', rig.customerToken];
    const hub = createHubClient({
      baseUrl: server.httpUrl,
      token: async () => tokens.shift() ?? '',
    });
    expect(await failureOf(hub.portfolio.getBalance({}))).toMatchObject({
      reason: 'TOKEN_INVALID',
    });
    expect((await hub.portfolio.getBalance({})).balance?.cash).toBe('100000.00');
  });

  it('keeps the cause of an unknown error to itself, and says when a dependency is away', async () => {
    const getBalance = async () => {
      throw new Error('hunter2');
    };
    const summarizePortfolio = async () => {
      throw new HubError('MARKET_DATA_UNAVAILABLE');
    };
    const { rig, hub } = await serve({
      useCases: createStubUseCases({ portfolio: { getBalance, summarizePortfolio } }).useCases,
    });
    const failure = await failureOf(hub.portfolio.getBalance({}));
    expect(failure).toMatchObject({ code: Code.Internal, reason: 'INTERNAL' });
    expect(JSON.stringify(failure)).not.toContain('hunter2');
    expect(rig.logs).toContainEqual(
      expect.objectContaining({ msg: 'request failed', requestId: failure.requestId }),
    );
    expect(await failureOf(hub.portfolio.getPortfolioSummary({}))).toMatchObject({
      code: Code.Unavailable,
      reason: 'MARKET_DATA_UNAVAILABLE',
    });
  });

  it('gives up on work that takes too long', async () => {
    const getBalance = () => new Promise<never>(() => {});
    const { useCases } = createStubUseCases({ portfolio: { getBalance } });
    const { hub } = await serve({ useCases, limits: { bodyBytesMax: 1024, requestTimeoutMs: 50 } });
    expect(await failureOf(hub.portfolio.getBalance({}))).toMatchObject({
      code: Code.DeadlineExceeded,
      reason: 'REQUEST_TIMEOUT',
    });
  });

  it('rejects a message over 64 KiB', async () => {
    const { hub } = await serve();
    const failure = await failureOf(
      hub.orders.submitOrder({ ...LIMIT_ORDER, clientOrderId: 'x'.repeat(70_000) }),
    );
    expect(failure.code).toBe(Code.ResourceExhausted);
  });
});

describe('the wires', () => {
  it('speaks Connect over HTTP/1.1 on both ports, and over HTTP/2 on the second', async () => {
    const { rig, server } = await serve();
    const clients = [
      createHubClient({ baseUrl: server.httpUrl, token: rig.customerToken }),
      createHubClient({ baseUrl: server.h2cUrl, token: rig.customerToken }),
      createHubClient({ baseUrl: server.h2cUrl, token: rig.customerToken, httpVersion: '2' }),
    ];
    for (const hub of clients)
      expect((await hub.portfolio.getBalance({})).balance?.cash).toBe('100000.00');
  });

  it('speaks gRPC over HTTP/2 and gRPC-Web over HTTP/1.1, errors with their detail', async () => {
    const { rig, server } = await serve();
    const transports = [
      createGrpcTransport({ baseUrl: server.h2cUrl }),
      createGrpcWebTransport({ baseUrl: server.httpUrl, httpVersion: '1.1' }),
    ];
    for (const transport of transports) {
      const orders = createClient(OrderService, transport);
      const headers = { Authorization: `Bearer ${rig.customerToken}` };
      expect((await orders.getOrder({ id: ORDER_ID }, { headers })).order?.symbol).toBe('AAPL');
      expect(await failureOf(orders.getOrder({ id: 'nonsense' }, { headers }))).toMatchObject({
        reason: 'ORDER_NOT_FOUND',
      });
      expect(await failureOf(orders.getOrder({ id: ORDER_ID }))).toMatchObject({
        reason: 'UNAUTHENTICATED',
      });
    }
  });

  it('speaks plain JSON to whoever has no client', async () => {
    const { rig, server } = await serve();
    const call = (body: string, token: string) =>
      fetch(`${server.httpUrl}/hub.v1.OrderService/GetOrder`, {
        method: 'POST',
        headers: {
          'Content-Type': 'application/json',
          Authorization: `Bearer ${token}`,
          'X-Request-Id': 'my-call-1',
        },
        body,
      });
    const found = await call(JSON.stringify({ id: ORDER_ID }), rig.customerToken);
    expect(found.headers.get('X-Request-Id')).toBe('my-call-1');
    expect(await found.json()).toMatchObject({ order: { id: ORDER_ID } });
    const rejected = await call('{}', 'forged');
    expect(rejected.status).toBe(401);
    expect(await rejected.json()).toMatchObject({
      code: 'unauthenticated',
      details: [{ type: 'hub.v1.ErrorInfo' }],
    });
  });

  it('counts calls by procedure and code', async () => {
    const { rig, hub } = await serve();
    await hub.portfolio.getBalance({});
    await failureOf(hub.orders.getOrder({ id: 'nonsense' }));
    const metrics = await rig.registry.metrics();
    expect(metrics).toContain(
      'rpc_requests_total{procedure="hub.v1.PortfolioService/GetBalance",code="ok"} 1',
    );
    expect(metrics).toContain(
      'rpc_requests_total{procedure="hub.v1.OrderService/GetOrder",code="NotFound"} 1',
    );
  });
});
