import { setTimeout as sleep } from 'node:timers/promises';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { describe, expect, it } from 'vitest';
import { CONNECT_HEADERS } from '../../../api/connect/connect-headers.ts';
import { HubError } from '../../../contracts/errors.ts';
import { OrderType, Side, TimeInForce } from '../../../proto/gen/hub/v1/broker_pb.js';
import { ErrorInfoSchema } from '../../../proto/gen/hub/v1/error_pb.js';
import { OrderService, SubmitOrderRequestSchema } from '../../../proto/gen/hub/v1/orders_pb.js';
import { serve } from '../connect-rig.ts';
import { type RawAnswer, sendRaw } from '../raw-http.ts';
import { createStubUseCases, ORDER_ID } from '../stub-use-cases.ts';

const SUBMIT = '/hub.v1.OrderService/SubmitOrder';
const LIMIT_ORDER = {
  symbol: 'AAPL',
  side: Side.BUY,
  type: OrderType.LIMIT,
  timeInForce: TimeInForce.DAY,
  quantity: '10',
  limitPrice: '205.75',
};
const ORDER =
  '{"symbol":"AAPL","side":"SIDE_BUY","type":"ORDER_TYPE_LIMIT","timeInForce":"TIME_IN_FORCE_DAY","quantity":"10","limitPrice":"205.75","clientOrderId":"achat-@-1"}';
const JSON_TYPE = ['Content-Type', 'application/json'] as const;
const PROTO_TYPE = ['Content-Type', 'application/proto'] as const;

async function edge() {
  const stub = createStubUseCases();
  const { rig, server, hub } = await serve({ useCases: stub.useCases });
  const customer = ['Authorization', `Bearer ${rig.customerToken}`] as const;
  return { ...stub, rig, server, hub, port: server.ports.http, customer };
}

/** Connect's code and our own of a rejected call, and the request's id in the detail. */
function rejectionIn({ status, text, headers }: RawAnswer) {
  const { code, details = [] } = JSON.parse(text) as {
    code: string;
    details?: { type: string; value: string }[];
  };
  const found = details.find(({ type }) => type === ErrorInfoSchema.typeName);
  const info = found && fromBinary(ErrorInfoSchema, Buffer.from(found.value, 'base64'));
  return { status, code, reason: info?.code, isNamed: info?.requestId === headers['x-request-id'] };
}

const malformed = {
  status: 400,
  code: 'invalid_argument',
  reason: 'MALFORMED_JSON',
  isNamed: true,
};
const invalid = { ...malformed, reason: 'VALIDATION_FAILED' };

describe('a JSON message', () => {
  it.each([
    ['a byte that is no UTF-8', Buffer.from(ORDER.replace('@', '\xe9'), 'latin1')],
    ['a key twice', Buffer.from(ORDER.replace('"quantity":"10"', '"quantity":"1","quantity":"2"'))],
    ['a byte order mark', Buffer.from(`\ufeff${ORDER}`)],
    ['no JSON', Buffer.from('{')],
    ['40,000 levels', Buffer.from(`${'['.repeat(30_000)}${']'.repeat(30_000)}`)],
  ])('with %s is no order', async (_what, body) => {
    const { port, customer, submissions, rig } = await edge();
    expect(
      rejectionIn(await sendRaw(port, { target: SUBMIT, headers: [customer, JSON_TYPE], body })),
    ).toEqual(malformed);
    expect(submissions).toEqual([]);
    expect(await rig.registry.getSingleMetricAsString('rpc_requests_total')).toContain(
      'SubmitOrder",code="InvalidArgument"} 1',
    );
    expect(rig.logs).toContainEqual(
      expect.objectContaining({
        msg: 'answered',
        procedure: 'hub.v1.OrderService/SubmitOrder',
        code: 'InvalidArgument',
      }),
    );
  });

  it('has a field by one of its two names only', async () => {
    const { port, customer, submissions } = await edge();
    const body = ORDER.replace('"clientOrderId"', '"client_order_id":"a","clientOrderId"');
    expect(
      rejectionIn(await sendRaw(port, { target: SUBMIT, headers: [customer, JSON_TYPE], body })),
    ).toEqual(invalid);
    expect(submissions).toEqual([]);
  });

  it.each(['\\ud800', '\\u0000'])('has no %s in a field', async (text) => {
    const { port, customer, submissions } = await edge();
    const body = ORDER.replace('@', text);
    expect(
      rejectionIn(await sendRaw(port, { target: SUBMIT, headers: [customer, JSON_TYPE], body })),
    ).toEqual(invalid);
    expect(submissions).toEqual([]);
  });

  it('is UTF-8, whatever else its type says', async () => {
    const { port, customer } = await edge();
    const headers = [customer, ['Content-Type', 'application/json; charset=iso-8859-1'] as const];
    expect((await sendRaw(port, { target: SUBMIT, headers, body: ORDER })).status).toBe(415);
  });
});

describe('a protobuf message', () => {
  const bytes = toBinary(
    SubmitOrderRequestSchema,
    create(SubmitOrderRequestSchema, { ...LIMIT_ORDER, clientOrderId: 'achat-@-1' }),
  );
  const latin = Buffer.from(bytes);
  latin[latin.indexOf('@')] = 0xe9;

  it.each([
    ['a field that ends too early', Buffer.from([0x0a, 0x20, 0x41])],
    ['an unknown wire type', Buffer.from([0x0f])],
    ['a text that is no UTF-8', latin],
    ['groups without an end', Buffer.alloc(10_000, 0x0b)],
  ])('with %s is the client’s mistake, logged and counted', async (_what, body) => {
    const { port, customer, submissions, rig } = await edge();
    const headers = [customer, PROTO_TYPE, ['X-Request-Id', 'my-id']] as const;
    expect(rejectionIn(await sendRaw(port, { target: SUBMIT, headers, body }))).toEqual(invalid);
    expect(submissions).toEqual([]);
    expect(rig.logs).toContainEqual(
      expect.objectContaining({ msg: 'answered', code: 'InvalidArgument', requestId: 'my-id' }),
    );
    expect(rig.logs.filter(({ level }) => Number(level) >= 40)).toEqual([]);
  });

  it('is the order that it says', async () => {
    const { port, customer, submissions } = await edge();
    expect(
      (await sendRaw(port, { target: SUBMIT, headers: [customer, PROTO_TYPE], body: bytes }))
        .status,
    ).toBe(200);
    expect(submissions).toHaveLength(1);
  });

  it('over gRPC that is none is INVALID_ARGUMENT as well', async () => {
    const { server, rig } = await edge();
    const frame = Buffer.concat([Buffer.from([0, 0, 0, 0, 1]), Buffer.from([0x0f])]);
    const headers = [
      ['Content-Type', 'application/grpc-web+proto'] as const,
      ['Authorization', `Bearer ${rig.customerToken}`] as const,
    ];
    const { text } = await sendRaw(server.ports.http, { target: SUBMIT, headers, body: frame });
    expect(text).toContain('grpc-status: 3');
  });
});

describe('a call whose time is over', () => {
  it.each([
    ['connect-timeout-ms', '0', PROTO_TYPE],
    ['connect-timeout-ms', '0', JSON_TYPE],
    ['grpc-timeout', '0n', ['Content-Type', 'application/grpc-web+proto'] as const],
  ])('is not begun: %s %s', async (name, value, type) => {
    const { port, customer, submissions, rig } = await edge();
    const message =
      type === JSON_TYPE
        ? Buffer.from(ORDER)
        : Buffer.from(
            toBinary(SubmitOrderRequestSchema, create(SubmitOrderRequestSchema, LIMIT_ORDER)),
          );
    const body =
      name === 'grpc-timeout'
        ? Buffer.concat([Buffer.from([0, 0, 0, 0, message.length]), message])
        : message;
    const answer = await sendRaw(port, {
      target: SUBMIT,
      headers: [customer, type, [name, value]],
      body,
    });
    if (name === 'grpc-timeout') expect(answer.text).toContain('grpc-status: 4');
    else
      expect(rejectionIn(answer)).toEqual({
        status: 504,
        code: 'deadline_exceeded',
        reason: 'REQUEST_TIMEOUT',
        isNamed: true,
      });
    expect(submissions).toEqual([]);
    expect(await rig.registry.getSingleMetricAsString('rpc_requests_total')).toContain(
      'code="DeadlineExceeded"} 1',
    );
  });

  it.each([
    ['connect-timeout-ms', '-1'],
    ['connect-timeout-ms', '1.5'],
    ['connect-timeout-ms', '99999999999'],
    ['connect-timeout-ms', 'soon'],
  ])('is rejected when nobody can tell when that is: %s %s', async (name, value) => {
    const { port, customer, submissions } = await edge();
    const answer = await sendRaw(port, {
      target: SUBMIT,
      headers: [customer, JSON_TYPE, [name, value]],
      body: ORDER,
    });
    expect(rejectionIn(answer)).toEqual(invalid);
    expect(submissions).toEqual([]);
  });

  it('ends a read at its deadline, and lets a write that has begun go on', async () => {
    const begun: string[] = [];
    const ended: string[] = [];
    const release = Promise.withResolvers<void>();
    const slow = (name: string) => async (): Promise<never> => {
      begun.push(name);
      await release.promise;
      ended.push(name);
      throw new HubError('ORDER_NOT_FOUND');
    };
    const orders = { getOrder: slow('read'), submitOrder: slow('write') };
    const { server, rig } = await serve({ useCases: createStubUseCases({ orders }).useCases });
    const headers = [
      ['Authorization', `Bearer ${rig.customerToken}`] as const,
      JSON_TYPE,
      ['Connect-Timeout-Ms', '100'] as const,
    ];
    const read = sendRaw(server.ports.http, {
      target: '/hub.v1.OrderService/GetOrder',
      headers,
      body: `{"id":"${ORDER_ID}"}`,
    });
    const write = sendRaw(server.ports.http, { target: SUBMIT, headers, body: ORDER });
    const late = {
      status: 504,
      code: 'deadline_exceeded',
      reason: 'REQUEST_TIMEOUT',
      isNamed: true,
    };
    expect([rejectionIn(await read), rejectionIn(await write)]).toEqual([late, late]);
    expect(rig.logs.filter(({ code }) => code === 'DeadlineExceeded')).toHaveLength(2);
    expect([begun.toSorted(), ended]).toEqual([['read', 'write'], []]);
    release.resolve();
    await expect.poll(() => ended.toSorted()).toEqual(['read', 'write']);
    expect(rig.logs).toContainEqual(
      expect.objectContaining({ msg: 'failed after it was answered' }),
    );
  });

  it('is not a failure of ours when its client goes away', async () => {
    const begun = Promise.withResolvers<void>();
    const getOrder = () => {
      begun.resolve();
      return new Promise<never>(() => {});
    };
    const { server, rig } = await serve({
      useCases: createStubUseCases({ orders: { getOrder } }).useCases,
    });
    const leaving = new AbortController();
    const call = fetch(`${server.httpUrl}/hub.v1.OrderService/GetOrder`, {
      method: 'POST',
      signal: leaving.signal,
      headers: { Authorization: `Bearer ${rig.customerToken}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ id: ORDER_ID }),
    });
    call.catch(() => {});
    await begun.promise;
    leaving.abort();
    await expect
      .poll(() => rig.logs.find(({ msg }) => msg === 'answered'))
      .toMatchObject({ code: 'Canceled' });
    await sleep(50);
    expect(rig.logs.filter(({ level }) => Number(level) >= 40)).toEqual([]);
  });
});

describe('the head of a call', () => {
  it.each([
    [
      'a parameter in Latin-1',
      'GET',
      '/hub.v1.OrderService/GetOrder?encoding=json&message=%7B%22id%22%3A%22%e9%22%7D',
      [],
    ],
    [
      'a message twice',
      'GET',
      '/hub.v1.OrderService/GetOrder?encoding=json&message=%7B%7D&message=%7B%7D',
      [],
    ],
    [
      'a deadline twice',
      'POST',
      SUBMIT,
      [['Connect-Timeout-Ms', '1000'] as const, ['connect-timeout-ms', '0'] as const],
    ],
  ])('may not have %s', async (_what, method, target, more) => {
    const { port, customer, submissions } = await edge();
    const headers = [customer, ...(method === 'POST' ? [JSON_TYPE] : []), ...more];
    expect(
      rejectionIn(
        await sendRaw(port, { method, target, headers, body: method === 'POST' ? ORDER : '' }),
      ),
    ).toEqual(invalid);
    expect(submissions).toEqual([]);
  });

  it('may not have two tokens', async () => {
    const { port, customer, submissions } = await edge();
    const answer = await sendRaw(port, {
      target: SUBMIT,
      headers: [customer, customer, JSON_TYPE],
      body: ORDER,
    });
    expect(rejectionIn(answer)).toEqual(invalid);
    expect(submissions).toEqual([]);
  });
});

describe('every answer of Connect', () => {
  const NOT_OF_SECURITY = new Set([
    'connection',
    'content-length',
    'content-type',
    'date',
    'keep-alive',
    'transfer-encoding',
    'x-request-id',
    // How a limit stands, which differs from answer to answer.
    'ratelimit',
    'ratelimit-policy',
    'x-ratelimit-limit',
    'x-ratelimit-remaining',
    'x-ratelimit-reset',
  ]);

  it('has the headers of REST', async () => {
    const { port, customer } = await edge();
    const rest = await sendRaw(port, { method: 'GET', target: '/v1/balance', headers: [customer] });
    const own = Object.fromEntries(
      Object.entries(CONNECT_HEADERS).map(([name, value]) => [name.toLowerCase(), value]),
    );
    const ofRest = Object.fromEntries(
      Object.entries(rest.headers).filter(([name]) => !NOT_OF_SECURITY.has(name)),
    );
    expect(ofRest).toEqual(own);
  });

  it.each([
    ['a message', SUBMIT, ORDER, 200],
    ['an error of a handler', '/hub.v1.PositionService/GetPosition', '{"symbol":"IBM"}', 404],
    ['a rejection of the gate', SUBMIT, ORDER, 401],
    ['a message that cannot be read', SUBMIT, '{', 400],
    ['a type that nobody reads', SUBMIT, '<a/>', 415],
    ['an unknown procedure', '/hub.v1.OrderService/Nope', '{}', 404],
  ])('has them: %s', async (what, target, body, status) => {
    const { port, customer } = await edge();
    const type = status === 415 ? (['Content-Type', 'text/xml'] as const) : JSON_TYPE;
    const answer = await sendRaw(port, {
      target,
      headers: what.includes('gate') ? [type] : [customer, type],
      body,
    });
    expect(answer.status).toBe(status);
    for (const [name, value] of Object.entries(CONNECT_HEADERS))
      expect(answer.headers[name.toLowerCase()], name).toBe(value);
  });

  it('has them over gRPC', async () => {
    const { server, rig } = await edge();
    const grpc = createClient(OrderService, createGrpcTransport({ baseUrl: server.h2cUrl }));
    const got: Headers[] = [];
    const onHeader = (headers: Headers) => void got.push(headers);
    await grpc.getOrder(
      { id: ORDER_ID },
      { headers: { Authorization: `Bearer ${rig.customerToken}` }, onHeader },
    );
    for (const [name, value] of Object.entries(CONNECT_HEADERS))
      expect(got[0]?.get(name), name).toBe(value);
  });
});

describe('a secret', () => {
  it.each(['ValidateToken', 'Login'])('is taken by POST only: %s', async (method) => {
    const { port, rig } = await edge();
    const message = encodeURIComponent(JSON.stringify({ accessToken: rig.customerToken }));
    const target = `/hub.v1.AuthService/${method}?connect=v1&encoding=json&message=${message}`;
    const { status, text } = await sendRaw(port, { method: 'GET', target });
    expect(status).toBe(405);
    expect(text).not.toContain('valid');
  });
});
