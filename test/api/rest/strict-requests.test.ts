import { once } from 'node:events';
import { connect as connectSocket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { findHeadFaults } from '../../../api/rest/request-form.ts';
import { serve } from '../connect-rig.ts';
import { sendRaw } from '../raw-http.ts';
import { createStubUseCases, ORDER_ID } from '../stub-use-cases.ts';

const ORDER =
  '{"symbol":"AAPL","side":"BUY","type":"LIMIT","timeInForce":"DAY","quantity":"10","limitPrice":"205.75","clientOrderId":"achat-@-1"}';
const withBytes = (hex: string): Buffer => {
  const [before = '', after = ''] = ORDER.split('@');
  return Buffer.concat([Buffer.from(before), Buffer.from(hex, 'hex'), Buffer.from(after)]);
};
const JSON_TYPE = ['Content-Type', 'application/json'] as const;

/** The real edge, and a way to send it bytes with the customer's token. */
async function edge() {
  const stub = createStubUseCases();
  const { rig, server } = await serve({ useCases: stub.useCases });
  const customer = ['Authorization', `Bearer ${rig.customerToken}`] as const;
  const operator = ['Authorization', `Bearer ${rig.operatorToken}`] as const;
  return { ...stub, rig, port: server.ports.http, customer, operator };
}

/** Every route with a body: a token, a method and a path. */
const ROUTES_WITH_A_BODY = [
  ['nobody', 'POST', '/v1/auth/register'],
  ['nobody', 'POST', '/v1/auth/login'],
  ['nobody', 'POST', '/v1/auth/refresh'],
  ['customer', 'POST', '/v1/orders'],
  ['customer', 'PATCH', `/v1/orders/${ORDER_ID}`],
  ['customer', 'POST', '/v1/withdrawals'],
  ['customer', 'PUT', '/v1/watchlist'],
  ['operator', 'POST', '/v1/admin/bulk-operations'],
  ['operator', 'POST', `/v1/admin/orders/${ORDER_ID}/retry`],
  ['operator', 'POST', `/v1/admin/orders/${ORDER_ID}/fail`],
] as const;

describe('every route with a body', () => {
  it.each(ROUTES_WITH_A_BODY)(
    'takes no bytes that are not UTF-8, no key twice and no coding (%s, %s %s)',
    async (who, method, target) => {
      const { port, ...tokens } = await edge();
      const token = who === 'nobody' ? [] : [tokens[who]];
      const send = async (body: Uint8Array | string, ...headers: (readonly [string, string])[]) => {
        const { status, text } = await sendRaw(port, {
          method,
          target,
          headers: [...token, ...headers],
          body,
        });
        return { status, code: JSON.parse(text).code };
      };
      expect(await send(Buffer.from('{"reason":"\xe9"}', 'latin1'), JSON_TYPE)).toEqual({
        status: 400,
        code: 'MALFORMED_JSON',
      });
      expect(await send('{"reason":"a","reason":"a"}', JSON_TYPE)).toEqual({
        status: 400,
        code: 'MALFORMED_JSON',
      });
      const unsupported = { status: 415, code: 'UNSUPPORTED_MEDIA_TYPE' };
      expect(await send('{}', ['Content-Type', 'application/json; charset=iso-8859-1'])).toEqual(
        unsupported,
      );
      expect(await send('{}', JSON_TYPE, ['Content-Encoding', 'gzip'])).toEqual(unsupported);
    },
  );
});

describe('an order', () => {
  it('is not placed when a byte of it is no UTF-8, with or without a charset that would allow it', async () => {
    const { port, customer, submissions } = await edge();
    for (const hex of ['e9', 'e8']) {
      const body = withBytes(hex);
      expect(
        await sendRaw(port, { target: '/v1/orders', headers: [customer, JSON_TYPE], body }),
      ).toMatchObject({ status: 400 });
      const latin = ['Content-Type', 'application/json;charset="ISO-8859-1"'] as const;
      expect(
        await sendRaw(port, { target: '/v1/orders', headers: [customer, latin], body }),
      ).toMatchObject({ status: 415 });
    }
    expect(submissions).toEqual([]);
  });

  it.each([
    'application/json; charset=utf-8',
    'application/json;charset=UTF8',
    'Application/JSON; charset="Utf-8"',
  ])('is taken as %s, letters beyond ASCII as they are', async (contentType) => {
    const { port, customer, submissions } = await edge();
    const headers = [
      customer,
      ['Content-Type', contentType] as const,
      ['Content-Encoding', 'identity'] as const,
    ];
    expect(
      (await sendRaw(port, { target: '/v1/orders', headers, body: withBytes('c3a9') })).status,
    ).toBe(202);
    expect(submissions[0]?.terms.clientOrderId).toBe('achat-é-1');
  });

  it.each([
    [
      'a quantity twice',
      ORDER.replace('"quantity":"10"', '"quantity":"1","quantity":"2"'),
      'the key "quantity" more than once',
    ],
    ['a byte order mark', `\ufeff${ORDER}`, 'not JSON'],
  ])('is not placed with %s', async (_what, body, detail) => {
    const { port, customer, submissions } = await edge();
    const { status, text } = await sendRaw(port, {
      target: '/v1/orders',
      headers: [customer, JSON_TYPE],
      body,
    });
    expect(status).toBe(400);
    expect(JSON.parse(text)).toMatchObject({
      code: 'MALFORMED_JSON',
      detail: expect.stringContaining(detail),
    });
    expect(submissions).toEqual([]);
  });

  it.each([
    ['NUL', ORDER.replace('@', '\\u0000')],
    ['half of a surrogate pair', ORDER.replace('@', '\\ud800')],
    ['__proto__', ORDER.replace('{', '{"__proto__":{"quantity":"1"},')],
    ['a number for a quantity', ORDER.replace('"quantity":"10"', '"quantity":10')],
    ['a side in small letters', ORDER.replace('"BUY"', '"buy"')],
  ])('is not placed with %s', async (_what, body) => {
    const { port, customer, submissions } = await edge();
    const { status, text } = await sendRaw(port, {
      target: '/v1/orders',
      headers: [customer, JSON_TYPE],
      body,
    });
    expect({ status, code: JSON.parse(text).code }).toEqual({
      status: 400,
      code: 'VALIDATION_FAILED',
    });
    expect(submissions).toEqual([]);
  });

  it('is asked for its token before its body is read', async () => {
    const { port } = await edge();
    expect(
      (await sendRaw(port, { target: '/v1/orders', headers: [JSON_TYPE], body: withBytes('e9') }))
        .status,
    ).toBe(401);
  });
});

describe('the head of a request', () => {
  it.each([
    ['a path segment in Latin-1', `/v1/orders/%e9`],
    ['a query in Latin-1', '/v1/orders?symbol=%e9'],
    ['a percent sign alone', '/v1/orders?cursor=%'],
    ['NUL in the query', '/v1/orders?symbol=AAPL%00'],
    ['an overlong slash', '/v1/positions/%c0%af'],
    ['a parameter twice', '/v1/orders?limit=1&limit=2'],
    ['a parameter twice, once as an escape', '/v1/orders?limit=1&%6cimit=2'],
    ['a parameter that the route does not know, twice', `/v1/orders/${ORDER_ID}?a=1&a=1`],
  ])('may not have %s', async (_what, target) => {
    const { port, customer } = await edge();
    const { status, text } = await sendRaw(port, { method: 'GET', target, headers: [customer] });
    expect({ status, code: JSON.parse(text).code }).toEqual({
      status: 400,
      code: 'VALIDATION_FAILED',
    });
  });

  it('may not have a byte that is no ASCII in its target', async () => {
    const { port, customer } = await edge();
    expect(
      (await sendRaw(port, { method: 'GET', target: '/v1/positions/\xe9', headers: [customer] }))
        .status,
    ).toBe(400);
    expect(findHeadFaults({ target: '/v1/positions/\xe9' })).toHaveLength(1);
  });

  it.each(['Authorization', 'Idempotency-Key', 'Content-Type', 'Content-Encoding', 'X-Request-Id'])(
    'may not have %s twice',
    async (name) => {
      const { port, customer, submissions } = await edge();
      const value = new Map<string, string>([customer, JSON_TYPE]).get(name) ?? 'identity';
      const headers = [
        customer,
        JSON_TYPE,
        ['Idempotency-Key', 'a'],
        ['X-Request-Id', 'b'],
        ['Content-Encoding', 'identity'],
      ] as const;
      const twice = [...headers, [name.toLowerCase(), value] as const];
      const { status, text } = await sendRaw(port, {
        target: '/v1/orders',
        headers: twice,
        body: ORDER,
      });
      expect(status).toBe(400);
      expect(JSON.parse(text).errors).toEqual([
        { path: name.toLowerCase(), message: 'is given more than once' },
      ]);
      expect(submissions).toEqual([]);
    },
  );

  it('may not have an Idempotency-Key that is no visible ASCII', async () => {
    const { port, customer, submissions } = await edge();
    for (const key of ['\xe9', 'a b', 'caf\xc3\xa9', 'k'.repeat(256)]) {
      const headers = [customer, JSON_TYPE, ['Idempotency-Key', key]] as const;
      expect((await sendRaw(port, { target: '/v1/orders', headers, body: ORDER })).status).toBe(
        400,
      );
    }
    expect(submissions).toEqual([]);
  });

  it('may have what UTF-8 and percent signs can say', async () => {
    const { port, customer } = await edge();
    for (const [target, status] of [
      ['/v1/positions/AAP%4C?x=%C3%A9&y=1+1', 200],
      ['/v1/positions/%F0%9F%98%80', 404],
    ] as const) {
      expect((await sendRaw(port, { method: 'GET', target, headers: [customer] })).status).toBe(
        status,
      );
    }
  });
});

describe('a request whose time is over', () => {
  it('is not begun when the rest of its body comes after its answer', async () => {
    const stub = createStubUseCases();
    const limits = { bodyBytesMax: 65_536, requestTimeoutMs: 100 };
    const { rig, server } = await serve({ useCases: stub.useCases, limits });
    const socket = connectSocket(server.ports.http, '127.0.0.1');
    const heard: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => heard.push(chunk)).on('error', () => {});
    const head = [
      'POST /v1/orders HTTP/1.1',
      'Host: hub',
      `Authorization: Bearer ${rig.customerToken}`,
      'Content-Type: application/json',
    ];
    socket.write(
      `${head.join('\r\n')}\r\nContent-Length: ${ORDER.length}\r\n\r\n${ORDER.slice(0, 20)}`,
    );
    await once(socket, 'data');
    expect(Buffer.concat(heard).toString()).toMatch(/^HTTP\/1\.1 408 /);
    socket.write(ORDER.slice(20));
    await sleep(200);
    socket.destroy();
    expect(stub.submissions).toEqual([]);
  });
});
