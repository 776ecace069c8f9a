import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import {
  type ClientHttp2Session,
  connect as connectHttp2,
  constants,
  type OutgoingHttpHeaders,
} from 'node:http2';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import type { HttpHandler } from '../../../adapters/http/guard-requests.ts';
import type { HttpServer } from '../../../adapters/http/http-server.ts';
import type { ServerLimits } from '../../../adapters/http/server-limits.ts';
import { buildServer } from './server-rig.ts';

const servers: HttpServer[] = [];
const sessions: ClientHttp2Session[] = [];
afterEach(async () => {
  for (const session of sessions.splice(0)) session.destroy();
  await Promise.all(servers.splice(0).map((server) => server.close(0)));
});

async function listen(handler: HttpHandler, limits: Partial<ServerLimits> = {}) {
  const rig = buildServer(handler, limits);
  servers.push(rig.server);
  return { ...rig, port: (await rig.server.listen(0, '127.0.0.1')).port };
}

async function speak(port: number, head: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(head);
  socket.on('error', () => socket.destroy());
  return text(socket);
}

function openSession(port: number): ClientHttp2Session {
  const session = connectHttp2(`http://127.0.0.1:${port}`).on('error', () => session.destroy());
  sessions.push(session);
  return session;
}

async function statusOf(port: number, headers: OutgoingHttpHeaders): Promise<unknown> {
  const stream = openSession(port)
    .request(headers)
    .on('error', () => stream.destroy());
  const [answer] = await Promise.race([
    once(stream, 'response'),
    once(stream, 'close').then(() => [{ ':status': 'reset' }]),
  ]);
  return answer[':status'];
}

const begin = (response: Parameters<HttpHandler>[1]): void => {
  // Both kinds of answers have it, with overloads that do not meet.
  (response as ServerResponse).write('begun');
};
const never: HttpHandler = () => expect.fail('the handler was reached');

describe('a request that cannot be read as a URL', { timeout: 30_000 }, () => {
  it.each([
    ['an empty Host', 'POST /x HTTP/1.1\r\nHost:\r\nContent-Length: 0\r\n\r\n'],
    ['a space in Host', 'GET / HTTP/1.1\r\nHost: a b\r\n\r\n'],
    ['an open bracket in Host', 'GET / HTTP/1.1\r\nHost: [::1\r\n\r\n'],
    ['a port that is none', 'GET / HTTP/1.1\r\nHost: h:99999\r\n\r\n'],
    ['a path in Host', 'GET / HTTP/1.1\r\nHost: h/x\r\n\r\n'],
    ['a user in Host', 'GET / HTTP/1.1\r\nHost: u@h\r\n\r\n'],
    ['no Host', 'GET / HTTP/1.1\r\n\r\n'],
    ['no Host in HTTP/1.0', 'GET / HTTP/1.0\r\n\r\n'],
    ['two Hosts', 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n'],
    ['the target *', 'OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n'],
    ['a target without a slash', 'GET x HTTP/1.1\r\nHost: h\r\n\r\n'],
    ['an absolute target that is no URL', 'GET http://[bad HTTP/1.1\r\nHost: h\r\n\r\n'],
    ['an absolute target with a user', 'GET http://u:p@h/ HTTP/1.1\r\nHost: h\r\n\r\n'],
    ['a backslash in the target', 'GET /a\\b HTTP/1.1\r\nHost: h\r\n\r\n'],
    [
      'a transfer coding that nobody undoes',
      'POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\nConnection: close\r\n\r\n0\r\n\r\n',
    ],
    ['CONNECT', 'CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n'],
    ['no HTTP', 'HELO hub\r\n\r\n'],
  ])('is answered 400 before any handler: %s', async (_what, head) => {
    const { port } = await listen(never);
    expect(await speak(port, head)).toMatch(/^HTTP\/1\.1 400 /);
  });

  it.each([
    ['h:99999', { ':authority': 'h:99999' }],
    ['[::1', { ':authority': '[::1' }],
    ['%zz', { ':authority': '%zz' }],
    ['*', { ':path': '*', ':method': 'OPTIONS' }],
    ['another Host', { ':authority': 'a', host: 'b' }],
  ])('is answered 400 on HTTP/2: %s', async (_what, headers) => {
    const { port } = await listen(never);
    expect(await statusOf(port, { ':path': '/', ...headers })).toBe(400);
  });

  it('is answered 400 for CONNECT on HTTP/2', async () => {
    const { port } = await listen(never);
    expect(await statusOf(port, { ':method': 'CONNECT', ':authority': 'h:1' })).toBe(400);
  });

  it('leaves alone what can be read: absolute targets, upgrades', async () => {
    const seen: unknown[] = [];
    const { port } = await listen((request, response) => {
      seen.push([request.url, request.headers.host]);
      response.end('ok');
    });
    await speak(port, 'GET http://other:81/x?y=1 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n');
    await speak(
      port,
      'GET /up HTTP/1.1\r\nHost: h\r\nConnection: upgrade, close\r\nUpgrade: websocket\r\n\r\n',
    );
    expect(seen).toEqual([
      ['/x?y=1', 'other:81'],
      ['/up', 'h'],
    ]);
  });

  it('has at most 100 headers, 16 KiB of them', async () => {
    const { port } = await listen(never);
    const many = Array.from({ length: 101 }, (_, index) => `x-${index}: 1\r\n`).join('');
    expect(await speak(port, `GET / HTTP/1.1\r\nHost: h\r\n${many}\r\n`)).toMatch(
      /^HTTP\/1\.1 431 /,
    );
    expect(
      await speak(port, `GET / HTTP/1.1\r\nHost: h\r\nx: ${'y'.repeat(17_000)}\r\n\r\n`),
    ).toMatch(/^HTTP\/1\.1 431 /);
  });
});

describe('an error that escapes a handler', () => {
  const failures: [string, HttpHandler][] = [
    [
      'thrown',
      () => {
        throw new Error('boom');
      },
    ],
    [
      'rejected',
      async () => {
        await null;
        throw new Error('boom');
      },
    ],
  ];
  it.each(failures)(
    'is answered 500, logged with the id of the request and counted: %s',
    async (_how, handler) => {
      const { port, logs, read } = await listen(handler);
      const response = await fetch(`http://127.0.0.1:${port}/x?token=1`, {
        headers: { 'x-request-id': 'my-id' },
      });
      expect([
        response.status,
        response.headers.get('x-request-id'),
        await response.text(),
      ]).toEqual([500, 'my-id', 'the request failed\n']);
      expect(await statusOf(port, { ':path': '/' })).toBe(500);
      expect(logs[0]).toMatchObject({
        requestId: 'my-id',
        path: '/x',
        msg: 'an error escaped its handler',
        err: { message: 'boom' },
      });
      expect(await read('http_server_escaped_errors_total')).toBe(2);
    },
  );

  it('breaks off an answer that has begun', async () => {
    const { port } = await listen((_request, response) => {
      begin(response);
      throw new Error('boom');
    });
    const heard = await speak(port, 'GET / HTTP/1.1\r\nHost: h\r\n\r\n');
    expect(heard).not.toContain('0\r\n\r\n');
    const stream = openSession(port)
      .request({ ':path': '/' })
      .on('error', () => stream.destroy());
    stream.resume();
    await new Promise((resolve) => stream.once('close', resolve));
    expect(stream.rstCode).toBe(constants.NGHTTP2_INTERNAL_ERROR);
  });
});

describe('a peer that goes or is silent', { timeout: 60_000 }, () => {
  const holdOpen: HttpHandler = (_request, response) => {
    begin(response);
  };
  const isBack = (read: (name: string) => Promise<number>) =>
    expect
      .poll(
        async () => [
          await read('http_server_connections'),
          await read('http_server_sessions'),
          await read('http_server_requests'),
        ],
        {
          timeout: 30_000,
        },
      )
      .toEqual([0, 0, 0]);

  const partings: [string, (socket: Socket) => void][] = [
    ['FIN', (socket) => socket.end()],
    ['RST', (socket) => socket.resetAndDestroy()],
    ['silence', (socket) => socket.pause()],
  ];

  it.each(partings)(
    'leaves nothing of an HTTP/2 session with open streams: %s',
    async (_how, part) => {
      const { port, read } = await listen(holdOpen, { pingEveryMs: 1_000, pingAnswerMs: 2_000 });
      // Raw, so that nothing answers a PING or FIN but what the test does.
      const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true }).on('error', () =>
        socket.destroy(),
      );
      socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
      socket.write(Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]));
      // HEADERS with :method GET, :scheme http, :path /, :authority h (literal), END_STREAM and
      // END_HEADERS.
      for (const id of [1, 3, 5])
        socket.write(Buffer.from([0, 0, 6, 1, 5, 0, 0, 0, id, 0x82, 0x86, 0x84, 0x41, 0x01, 0x68]));
      socket.resume();
      await expect.poll(() => read('http_server_requests')).toBe(3);
      part(socket);
      await isBack(read);
      socket.destroy();
    },
  );

  it.each(partings.slice(0, 2))('leaves nothing of an HTTP/1.1 stream: %s', async (_how, part) => {
    const { port, read } = await listen(holdOpen);
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true }).on('error', () =>
      socket.destroy(),
    );
    socket.write('GET / HTTP/1.1\r\nHost: h\r\n\r\n');
    await expect.poll(() => read('http_server_requests')).toBe(1);
    part(socket);
    await isBack(read);
    socket.destroy();
  });

  it('keeps a peer that answers its PINGs, however long its stream says nothing', async () => {
    const { port, read } = await listen(holdOpen, {
      pingEveryMs: 1_000,
      pingAnswerMs: 1_000,
      headersMs: 1_000,
      requestMs: 1_000,
      unreadMs: 1_000,
      idleMs: 1_000,
    });
    openSession(port).request({ ':path': '/' }).resume();
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    expect(await read('http_server_requests')).toBe(1);
  });
});
