import { once } from 'node:events';
import { Agent, type RequestOptions, request } from 'node:http';
import { type ClientHttp2Session, connect as connectHttp2, constants } from 'node:http2';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { HttpHandler } from '../../../adapters/http/guard-requests.ts';
import type { HttpServer } from '../../../adapters/http/http-server.ts';
import { vouchForCaller } from '../../../adapters/http/request-scope.ts';
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

const sayOk: HttpHandler = (_request, response) => response.end('ok');

/** Knows its callers by any token. */
const sayOkToKnown: HttpHandler = (incoming, response) => {
  if (incoming.headers.authorization !== undefined) vouchForCaller();
  response.end('ok');
};

interface Answer {
  status: number | undefined;
  retryAfter: string | undefined;
}

function get(
  port: number,
  localAddress = '127.0.0.1',
  options: RequestOptions = { agent: false },
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { port, host: '127.0.0.1', localAddress, path: '/', ...options },
      (response) => {
        response.resume();
        resolve({ status: response.statusCode, retryAfter: response.headers['retry-after'] });
      },
    );
    outgoing.on('error', reject).end();
  });
}

function openSession(port: number, localAddress = '127.0.0.1'): ClientHttp2Session {
  const createConnection = () => connect({ port, host: '127.0.0.1', localAddress });
  const session = connectHttp2(`http://127.0.0.1:${port}`, { createConnection }).on('error', () =>
    session.destroy(),
  );
  sessions.push(session);
  return session;
}

/** Resolves with the status, or with the code of the stream's end when nothing was answered. */
function ask(session: ClientHttp2Session, headers: Record<string, string> = {}): Promise<number> {
  return new Promise((resolve) => {
    const stream = session.request({ ':path': '/', ...headers });
    stream.on('response', (answer) => resolve(Number(answer[':status'])));
    stream.on('error', () => {}).on('close', () => resolve(stream.rstCode));
    stream.resume().end();
  });
}

const many = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);

describe('the requests of one address', { timeout: 30_000 }, () => {
  it('are spread over time on HTTP/1.1, and those of another address are not', async () => {
    const { port } = await listen(sayOk, { requestsPerSecondMax: 20, requestsAtOnceMax: 5 });
    const begun = performance.now();
    const flood = Promise.all(many(25, () => get(port, '127.66.0.1')));
    expect((await get(port)).status).toBe(200);
    expect(performance.now() - begun).toBeLessThan(900);
    expect((await flood).every(({ status }) => status === 200)).toBe(true);
    expect(performance.now() - begun).toBeGreaterThan(900);
  });

  it('are answered 429 when their turn would come too late', async () => {
    const { port, read } = await listen(sayOk, {
      requestsPerSecondMax: 10,
      requestsAtOnceMax: 5,
      turnMsMax: 500,
    });
    const answers = await Promise.all(many(30, () => get(port)));
    const rejected = answers.filter(({ status }) => status === 429);
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(10);
    expect(rejected.length).toBeGreaterThan(10);
    expect(rejected.every(({ retryAfter }) => retryAfter === '5')).toBe(true);
    expect(await read('http_server_rejections_total', 'reason="pace"')).toBe(rejected.length);
  });

  it('are spread over time on HTTP/2 whatever the session, and rejected unserved when their turn would come too late', async () => {
    const { port } = await listen(sayOk, {
      requestsPerSecondMax: 10,
      requestsAtOnceMax: 5,
      turnMsMax: 500,
    });
    const both = [openSession(port), openSession(port)];
    const answers = await Promise.all(both.flatMap((session) => many(12, () => ask(session))));
    expect(answers.filter((answer) => answer === 200).length).toBeGreaterThanOrEqual(10);
    expect(
      answers.filter((answer) => answer === constants.NGHTTP2_REFUSED_STREAM).length,
    ).toBeGreaterThan(8);
  });

  it('end a session that does not hear that they are rejected', async () => {
    const { port, read } = await listen(sayOk, {
      requestsPerSecondMax: 1,
      requestsAtOnceMax: 1,
      turnMsMax: 0,
      refusedStreamsMax: 20,
    });
    const session = openSession(port);
    const gone = once(session, 'close');
    void many(40, () => ask(session));
    await gone;
    expect(await read('http_server_rejections_total', 'reason="flood"')).toBe(1);
  });
});

describe('a connection whose caller is known', { timeout: 30_000 }, () => {
  it('may ask as often as it likes in a second on HTTP/1.1', async () => {
    const { port } = await listen(sayOkToKnown, { requestsPerSecondMax: 5, requestsAtOnceMax: 1 });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const begun = performance.now();
    const answers = await Promise.all(
      many(20, () => get(port, '127.0.0.1', { agent, headers: { authorization: 'Bearer x' } })),
    );
    agent.destroy();
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(performance.now() - begun).toBeLessThan(1_000);
  });

  it('may have more streams than a stranger on HTTP/2, as many as it likes in a second', async () => {
    const limits = {
      strangerStreamsMax: 10,
      streamsPerSessionMax: 500,
      requestsPerSecondMax: 5,
      requestsAtOnceMax: 20,
      turnMsMax: 0,
    };
    const { port } = await listen(sayOkToKnown, limits);
    const session = openSession(port);
    await once(session, 'remoteSettings');
    expect(session.remoteSettings.maxConcurrentStreams).toBe(10);
    const raised = once(session, 'remoteSettings');
    expect(await ask(session, { authorization: 'Bearer x' })).toBe(200);
    await raised;
    expect(session.remoteSettings.maxConcurrentStreams).toBe(500);
    expect(new Set(await Promise.all(many(200, () => ask(session))))).toEqual(new Set([200]));
  });
});

it('closes a stream that has its answer and never ends its body', { timeout: 30_000 }, async () => {
  const { port, read } = await listen(sayOk);
  const stream = openSession(port).request(
    { ':path': '/', ':method': 'POST' },
    { endStream: false },
  );
  stream.resume();
  await once(stream, 'close');
  expect(stream.rstCode).toBe(constants.NGHTTP2_NO_ERROR);
  expect(await read('http_server_requests')).toBe(0);
});
