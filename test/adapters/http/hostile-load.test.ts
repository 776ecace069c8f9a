import { once } from 'node:events';
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect as connectHttp2,
  constants,
  type Settings,
} from 'node:http2';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { networkOf } from '../../../adapters/http/connections.ts';
import type { HttpHandler } from '../../../adapters/http/guard-requests.ts';
import type { HttpServer } from '../../../adapters/http/http-server.ts';
import type { ServerLimits } from '../../../adapters/http/server-limits.ts';
import { buildServer } from './server-rig.ts';

const servers: HttpServer[] = [];
const clients: (ClientHttp2Session | Socket)[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await Promise.all(servers.splice(0).map((server) => server.close(0)));
});

async function listen(handler: HttpHandler, limits: Partial<ServerLimits> = {}) {
  const rig = buildServer(handler, limits);
  servers.push(rig.server);
  return { ...rig, port: (await rig.server.listen(0, '127.0.0.1')).port };
}

function openSession(port: number, settings: Settings = {}): ClientHttp2Session {
  const session = connectHttp2(`http://127.0.0.1:${port}`, { settings }).on('error', () =>
    session.destroy(),
  );
  clients.push(session);
  return session;
}

function openStream(session: ClientHttp2Session, endStream: boolean): ClientHttp2Stream {
  const stream = session.request({ ':path': '/', ':method': 'POST' }, { endStream });
  return stream.on('error', () => stream.destroy());
}

async function openSocket(port: number, localAddress = '127.0.0.1'): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', localAddress }).on('error', () =>
    socket.destroy(),
  );
  clients.push(socket);
  await once(socket, 'connect');
  return socket;
}

const closed = (client: Socket | ClientHttp2Session | ClientHttp2Stream) =>
  new Promise((resolve) => client.once('close', resolve));
const sayOk: HttpHandler = (_request, response) => response.end('ok');
const holdOpen: HttpHandler = () => {};
const BIG = Buffer.alloc(1_000_000, 'x');
const sayMuch: HttpHandler = (_request, response) => response.end(BIG);
const GET = 'GET / HTTP/1.1\r\nHost: h\r\n\r\n';
const PREFACE = Buffer.concat([
  Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]),
]);

describe('HTTP/1.1 load', { timeout: 60_000 }, () => {
  it('makes one pipelined answer at a time, and drops who lets more than 64 wait', async () => {
    let begun = 0;
    const { port, read } = await listen((request, response) => {
      begun += 1;
      sayMuch(request, response);
    });
    const socket = await openSocket(port);
    socket.pause();
    socket.write(GET.repeat(60));
    await sleep(500);
    // As many as the buffers of the kernel take, a few megabytes.
    expect(begun).toBeLessThan(12);
    socket.resume();
    await expect.poll(() => begun, { timeout: 10_000 }).toBe(60);
    socket.pause();
    socket.write(GET.repeat(800));
    await expect.poll(() => read('http_server_rejections_total', 'reason="pipelining"')).toBe(1);
  });

  it('answers pipelined requests in order', async () => {
    const { port } = await listen(async (request, response) => {
      await sleep(request.url === '/1' ? 50 : 0);
      response.end(`[${request.url}]`);
    });
    const socket = await openSocket(port);
    socket.write(
      ['/1', '/2', '/3']
        .map(
          (path) =>
            `GET ${path} HTTP/1.1\r\nHost: h\r\n${path === '/3' ? 'Connection: close\r\n' : ''}\r\n`,
        )
        .join(''),
    );
    const heard = (await socket.setEncoding('utf8').toArray()).join('');
    expect(heard.match(/\[\/\d\]/g)).toEqual(['[/1]', '[/2]', '[/3]']);
  });

  it('drops a client that does not take its answer', async () => {
    const { port, read } = await listen(
      (_request, response) => response.end(Buffer.alloc(20_000_000)),
      { unreadMs: 300 },
    );
    const socket = await openSocket(port);
    socket.pause();
    socket.write(GET);
    await expect
      .poll(() => read('http_server_rejections_total', 'reason="unread"'), { timeout: 20_000 })
      .toBe(1);
    await expect.poll(() => read('http_server_connections')).toBe(0);
  });

  it('answers 408 when head or body do not come in time', async () => {
    const { port } = await listen(holdOpen, { headersMs: 1_000, requestMs: 1_000 });
    const begun = ['GET / HT', 'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nx'];
    const heard = begun.map(async (bytes) => {
      const socket = await openSocket(port);
      socket.write(bytes);
      return (await socket.setEncoding('utf8').toArray()).join('');
    });
    for (const answer of await Promise.all(heard)) expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  });
});

describe('connections', { timeout: 30_000 }, () => {
  it('of one address are bounded: the one that idles longest makes room, other addresses are left alone', async () => {
    const { port, read } = await listen(sayOk, { connectionsPerAddressMax: 3 });
    const other = await openSocket(port, '127.0.0.2');
    const first = await openSocket(port);
    const others = [await openSocket(port), await openSocket(port)];
    await expect.poll(() => read('http_server_connections')).toBe(4);
    const gone = closed(first);
    await openSocket(port);
    await gone;
    expect([other, ...others].map((socket) => socket.destroyed)).toEqual([false, false, false]);
    expect(await read('http_server_rejections_total', 'reason="connections"')).toBe(1);
  });

  it.each([
    ['for the rest of a body', 'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n{'],
    ['for an answer to be read', 'GET /big HTTP/1.1\r\nHost: h\r\n\r\n'],
  ])('that wait for their client %s make room', async (_, bytes) => {
    const sayLater: HttpHandler = (request, response) => {
      if (request.url === '/big') response.end(Buffer.alloc(20_000_000));
      else request.on('end', () => response.end('ok')).resume();
    };
    const { port, read } = await listen(sayLater, { connectionsMax: 2 });
    const first = await openSocket(port, '127.0.0.2');
    const second = await openSocket(port, '127.0.0.3');
    for (const socket of [first, second]) socket.pause().write(bytes);
    await expect.poll(() => read('http_server_requests')).toBe(2);
    const answer = await fetch(`http://127.0.0.1:${port}/`);
    expect([answer.status, await answer.text()]).toEqual([200, 'ok']);
    expect(await read('http_server_rejections_total', 'reason="connections"')).toBe(1);
    first.resume();
    await expect.poll(() => [first.destroyed, second.destroyed]).toEqual([true, false]);
  });

  it('whose every HTTP/2 stream waits for the client make room', async () => {
    const { port, read } = await listen(sayOk, { connectionsMax: 2 });
    const shut = [
      openSession(port, { initialWindowSize: 0 }),
      openSession(port, { initialWindowSize: 0 }),
    ];
    for (const session of shut) openStream(session, true);
    await expect.poll(() => read('http_server_requests')).toBe(2);
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('ok');
    expect(await read('http_server_rejections_total', 'reason="connections"')).toBe(1);
  });

  it('that are busy are never ended for others: the new one is rejected', async () => {
    const { port, read } = await listen(holdOpen, {
      connectionsMax: 2,
      connectionsPerAddressMax: 2,
    });
    const busy = [await openSocket(port), await openSocket(port)];
    for (const socket of busy) socket.write(GET);
    await expect.poll(() => read('http_server_requests')).toBe(2);
    await closed(await openSocket(port));
    expect(busy.map((socket) => socket.destroyed)).toEqual([false, false]);
  });

  it('are counted by IPv4 address and by IPv6 network', () => {
    expect(
      [
        '10.0.0.1',
        '::ffff:10.0.0.1',
        '::1',
        '2001:db8::5',
        '2001:db8:0:0:1:2:3:4',
        '2001:db8:0:1::',
        'fe80::1%eth0',
      ].map(networkOf),
    ).toEqual([
      '10.0.0.1',
      '10.0.0.1',
      '0:0:0:0::/64',
      '2001:db8:0:0::/64',
      '2001:db8:0:0::/64',
      '2001:db8:0:1::/64',
      'fe80:0:0:0::/64',
    ]);
  });
});

describe('HTTP/2 load', { timeout: 60_000 }, () => {
  it('says how many streams a session may have', async () => {
    const { port } = await listen(sayOk);
    const session = openSession(port);
    await once(session, 'remoteSettings');
    expect(session.remoteSettings).toMatchObject({
      maxConcurrentStreams: 100,
      maxHeaderListSize: 16_384,
    });
  });

  it('ends the session of the oldest of too many unfinished requests, of all sessions together', async () => {
    const { port, read } = await listen(holdOpen, { strangerUnfinishedMax: 50 });
    const [one, other] = [openSession(port), openSession(port)];
    const gone = closed(one);
    for (let i = 0; i < 26; i += 1) openStream(one, false);
    await expect.poll(() => read('http_server_requests')).toBe(26);
    for (let i = 0; i < 25; i += 1) openStream(other, false);
    await gone;
    await expect.poll(() => read('http_server_requests')).toBe(25);
    // A finished request is none of them, however long it is answered.
    for (let i = 0; i < 60; i += 1) openStream(other, true);
    await expect.poll(() => read('http_server_requests')).toBe(85);
    expect(await read('http_server_rejections_total', 'reason="unfinished"')).toBe(1);
  });

  it('ends the session of the oldest answer that nobody reads when there are too many streams', async () => {
    const { port, read } = await listen(sayOk, { streamsMax: 20 });
    const [one, other] = [
      openSession(port, { initialWindowSize: 0 }),
      openSession(port, { initialWindowSize: 0 }),
    ];
    const gone = closed(one);
    for (let i = 0; i < 10; i += 1) openStream(one, true);
    await expect.poll(() => read('http_server_requests')).toBe(10);
    for (let i = 0; i < 10; i += 1) openStream(other, true);
    await expect.poll(() => read('http_server_requests')).toBe(20);
    const honest = openStream(openSession(port), true);
    expect((await honest.setEncoding('utf8').toArray()).join('')).toBe('ok');
    await gone;
    expect(other.destroyed).toBe(false);
    expect(await read('http_server_rejections_total', 'reason="unread"')).toBe(1);
  });

  it('rejects a stream when all that are open are being served', async () => {
    const { port, read } = await listen(holdOpen, { streamsMax: 20 });
    const session = openSession(port);
    for (let i = 0; i < 20; i += 1) openStream(session, true);
    await expect.poll(() => read('http_server_requests')).toBe(20);
    const rejected = openStream(openSession(port), true);
    await closed(rejected);
    expect(rejected.rstCode).toBe(constants.NGHTTP2_REFUSED_STREAM);
    expect(session.destroyed).toBe(false);
  });

  it('ends a request whose body is trickled', async () => {
    const { port } = await listen((request) => request.resume(), {
      headersMs: 400,
      requestMs: 800,
    });
    const stream = openStream(openSession(port), false);
    const trickle = setInterval(() => stream.writable && stream.write('x'), 100);
    await closed(stream);
    clearInterval(trickle);
    expect(stream.rstCode).toBe(constants.NGHTTP2_CANCEL);
  });

  it('ends a session whose head is trickled', async () => {
    const { port, read } = await listen(holdOpen, { pingEveryMs: 300, pingAnswerMs: 600 });
    const socket = await openSocket(port);
    socket.resume();
    socket.write(PREFACE);
    // HEADERS of 1,000 bytes without END_HEADERS, of which one comes now and then.
    socket.write(Buffer.from([0, 3, 232, 1, 1, 0, 0, 0, 1]));
    const trickle = setInterval(() => socket.write(Buffer.from([0x82])), 100);
    await closed(socket);
    clearInterval(trickle);
    expect(await read('http_server_rejections_total', 'reason="silent"')).toBe(1);
  });

  it('gives up an answer whose window stays shut though the peer answers PINGs', async () => {
    const { port, read } = await listen(sayMuch, {
      unreadMs: 2_000,
      pingEveryMs: 1_000,
      pingAnswerMs: 1_000,
    });
    const stream = openStream(openSession(port), true);
    stream.pause();
    await expect
      .poll(() => read('http_server_rejections_total', 'reason="unread"'), { timeout: 20_000 })
      .toBe(1);
    await expect.poll(() => read('http_server_requests')).toBe(0);
  });

  it.each([
    ['PING', Buffer.from([0, 0, 8, 6, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8])],
    ['SETTINGS', Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0])],
  ])('ends a session that floods %s', async (_frame, bytes) => {
    const { port } = await listen(holdOpen);
    const socket = await openSocket(port);
    socket.resume();
    socket.write(PREFACE);
    socket.write(Buffer.concat(Array.from({ length: 2_000 }, () => bytes)));
    await closed(socket);
  });

  it('ends a session that opens and resets streams without end', async () => {
    const { port, read } = await listen(holdOpen);
    const session = openSession(port);
    await once(session, 'remoteSettings');
    const gone = closed(session);
    for (let i = 0; i < 20 && !session.destroyed; i += 1) {
      for (let j = 0; j < 50 && !session.destroyed && !session.closed; j += 1)
        openStream(session, true).close(constants.NGHTTP2_CANCEL);
      await sleep(20);
    }
    await gone;
    await expect.poll(() => read('http_server_requests')).toBe(0);
  });

  it('ends a session that idles', async () => {
    const { port } = await listen(sayOk, { idleMs: 300 });
    const session = openSession(port);
    openStream(session, true).resume();
    await closed(session);
  });
});
