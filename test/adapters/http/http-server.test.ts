import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import type { HttpHandler } from '../../../adapters/http/guard-requests.ts';
import type { HttpServer } from '../../../adapters/http/http-server.ts';
import { buildServer } from './server-rig.ts';

const servers: HttpServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close(0)));
});

const sayVersion: HttpHandler = (incoming, outgoing) => {
  outgoing.end(`HTTP/${incoming.httpVersion}`);
};

async function listen(handler: HttpHandler): Promise<{ server: HttpServer; port: number }> {
  const { server } = buildServer(handler);
  servers.push(server);
  return { server, port: (await server.listen(0, '127.0.0.1')).port };
}

async function getHttp2(port: number): Promise<string> {
  const session = connectHttp2(`http://127.0.0.1:${port}`);
  const body = await text(session.request({ ':path': '/' }));
  session.close();
  return body;
}

async function openSocket(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').on('error', () => socket.destroy());
  await once(socket, 'connect');
  return socket;
}

describe('a server of both protocols', { timeout: 30_000 }, () => {
  it('serves HTTP/1.1 and HTTP/2 on one port', async () => {
    const { port } = await listen(sayVersion);
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('HTTP/1.1');
    expect(await getHttp2(port)).toBe('HTTP/2.0');
  });

  it('reads a large body whole, over a kept connection, twice', async () => {
    const { port } = await listen(async (incoming, outgoing) => {
      outgoing.end(String((await text(incoming)).length));
    });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let i = 0; i < 2; i += 1) {
      const outgoing = request({ port, host: '127.0.0.1', method: 'POST', agent });
      outgoing.end('x'.repeat(3_000_000));
      const [response] = await once(outgoing, 'response');
      expect(await text(response)).toBe('3000000');
    }
    agent.destroy();
  });

  it('decides rightly when the first bytes come one by one', async () => {
    const { port } = await listen(sayVersion);
    const socket = await openSocket(port);
    for (const byte of 'PROPFIND / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n') {
      socket.write(byte);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await text(socket)).toContain('HTTP/1.1 200 OK');
  });

  it('outlives connections that break off before they say anything or talk nonsense', async () => {
    const { port } = await listen(sayVersion);
    (await openSocket(port)).destroy();
    (await openSocket(port)).end('PRI * HT');
    (await openSocket(port)).end('\u0000\u0001\u0002 nonsense\r\n\r\n');
    (await openSocket(port)).end(
      'PRI * HTTP/2.0\r\n nonsense and more of it than a preface is long',
    );
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('HTTP/1.1');
    expect(await getHttp2(port)).toBe('HTTP/2.0');
  });

  it('finishes the requests under way when it closes, and takes no new connection', async () => {
    const started = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    let count = 0;
    const { server, port } = await listen(async (incoming, outgoing) => {
      count += 1;
      if (count === 2) started.resolve();
      await release.promise;
      outgoing.end(`HTTP/${incoming.httpVersion}`);
    });
    const answers = Promise.all([
      fetch(`http://127.0.0.1:${port}/`).then((response) => response.text()),
      getHttp2(port),
    ]);
    await started.promise;
    const closed = server.close(20_000);
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
    release.resolve();
    expect(await answers).toEqual(['HTTP/1.1', 'HTTP/2.0']);
    await closed;
  });

  it('drops what does not end within the grace time', async () => {
    const { server, port } = await listen(() => {});
    const idle = await openSocket(port);
    const session = connectHttp2(`http://127.0.0.1:${port}`).on('error', () => session.destroy());
    const hanging = session.request({ ':path': '/' }).on('error', () => hanging.destroy());
    const aborted = fetch(`http://127.0.0.1:${port}/`).then(
      () => 'answered',
      () => 'dropped',
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
    await server.close(50);
    expect(await aborted).toBe('dropped');
    idle.destroy();
  });

  it('rejects when the port is taken', async () => {
    const { port } = await listen(sayVersion);
    await expect(buildServer(sayVersion).server.listen(port, '127.0.0.1')).rejects.toThrow(
      'EADDRINUSE',
    );
  });
});
