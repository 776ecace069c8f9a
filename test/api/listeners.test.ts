import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect as connectSocket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type ApiRig, type ApiRigOptions, createApiRig } from './api-rig.ts';
import { createStubUseCases } from './stub-use-cases.ts';

type Listening = Awaited<ReturnType<ApiRig['listen']>>;

const MEBIBYTE = 1024 * 1024;
const LIMIT_ORDER = {
  symbol: 'AAPL',
  side: 'BUY',
  type: 'LIMIT',
  timeInForce: 'DAY',
  quantity: '10',
  limitPrice: '205.75',
};

const open: Listening[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close(0)));
});

async function serve(options: ApiRigOptions = {}): Promise<{ rig: ApiRig; server: Listening }> {
  const rig = await createApiRig(options);
  const server = await rig.listen();
  open.push(server);
  return { rig, server };
}

const post = (
  rig: ApiRig,
  server: Listening,
  body: NonNullable<RequestInit['body']>,
  init: RequestInit = {},
) =>
  fetch(`${server.httpUrl}/v1/orders`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${rig.customerToken}`, 'Content-Type': 'application/json' },
    body,
    ...init,
  });

/**
 * Writes raw bytes and gives all that came back until the server, or the deadline, ended the
 * connection.
 */
async function speak(port: number, text: string): Promise<string> {
  const socket = connectSocket(port, '127.0.0.1');
  socket.write(text);
  let heard = '';
  socket.setEncoding('utf8').on('data', (chunk) => {
    heard += chunk;
  });
  socket.on('error', () => {});
  await once(socket, 'close');
  return heard;
}

describe('a body over 64 KiB', () => {
  it('is rejected with 413 when its length says so', async () => {
    const { rig, server } = await serve();
    const response = await post(rig, server, Buffer.alloc(10 * MEBIBYTE, 0x20));
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ code: 'BODY_TOO_LARGE' });
  });

  it('is rejected with 413 when it comes in chunks without a length', async () => {
    const { rig, server } = await serve();
    const request = httpRequest(`${server.httpUrl}/v1/orders`, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${rig.customerToken}`,
        'Content-Type': 'application/json',
        'Transfer-Encoding': 'chunked',
      },
    });
    request.on('error', () => {});
    const answered = once(request, 'response');
    for (let sent = 0; sent < 10; sent += 1) request.write(Buffer.alloc(MEBIBYTE, 0x20));
    request.end();
    const [response] = await answered;
    expect(response.statusCode).toBe(413);
    response.resume();
  });

  it('is rejected before it is there: the first bytes over the limit are enough', async () => {
    const { rig, server } = await serve();
    const request = httpRequest(`${server.httpUrl}/v1/orders`, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${rig.customerToken}`,
        'Content-Type': 'application/json',
        'Transfer-Encoding': 'chunked',
      },
    });
    request.on('error', () => {});
    const answered = once(request, 'response');
    request.write(Buffer.alloc(65 * 1024, 0x20));
    const [response] = await answered;
    expect(response.statusCode).toBe(413);
    request.destroy();
  });

  it('leaves the server in order: the next request is served', async () => {
    const { rig, server } = await serve();
    for (let round = 0; round < 3; round += 1) {
      await (await post(rig, server, Buffer.alloc(MEBIBYTE, 0x20))).text();
      expect((await post(rig, server, JSON.stringify(LIMIT_ORDER))).status).toBe(202);
    }
  });

  it('takes a body of exactly 64 KiB', async () => {
    const { rig, server } = await serve();
    const body = JSON.stringify(LIMIT_ORDER).padEnd(64 * 1024, ' ');
    expect((await post(rig, server, body)).status).toBe(202);
    expect((await post(rig, server, `${body} `)).status).toBe(413);
  });
});

describe('the REST listener', () => {
  it('serves several requests on one connection', async () => {
    const { server } = await serve();
    const one = 'GET /health/live HTTP/1.1\r\nHost: hub\r\n\r\n';
    const heard = await speak(
      server.ports.http,
      `${one}${one}${one.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n')}`,
    );
    expect(heard.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(3);
  });

  it('answers 408 when the body does not come', async () => {
    const { rig, server } = await serve({ limits: { bodyBytesMax: 1024, requestTimeoutMs: 100 } });
    const head = `POST /v1/orders HTTP/1.1\r\nHost: hub\r\nAuthorization: Bearer ${rig.customerToken}\r\nContent-Type: application/json\r\n`;
    const heard = await speak(server.ports.http, `${head}Content-Length: 100\r\n\r\n{`);
    expect(heard).toMatch(/^HTTP\/1\.1 408 /);
    expect(heard).toContain('REQUEST_TIMEOUT');
  });

  it('answers 400 to what is not HTTP', async () => {
    const { server } = await serve();
    expect(await speak(server.ports.http, 'HELO hub\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
  });

  it.each([['/a\\b'], ['http://[bad'], ['*']])(
    'answers 400 with a problem to the target %s',
    async (target) => {
      const { server } = await serve();
      const heard = await speak(
        server.ports.http,
        `GET ${target} HTTP/1.1\r\nHost: hub\r\nConnection: close\r\n\r\n`,
      );
      expect(heard).toMatch(/^HTTP\/1\.1 400 /);
      expect(heard).toContain('"code":"VALIDATION_FAILED"');
    },
  );

  it('survives a client that leaves in the middle of its body', async () => {
    const { rig, server } = await serve();
    const socket = connectSocket(server.ports.http, '127.0.0.1');
    await once(socket, 'connect');
    socket.write(
      'POST /v1/orders HTTP/1.1\r\nHost: hub\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
    );
    socket.destroy();
    expect((await post(rig, server, JSON.stringify(LIMIT_ORDER))).status).toBe(202);
  });

  it('takes a body that comes byte by byte', async () => {
    const { rig, server } = await serve();
    const bytes = [...Buffer.from(JSON.stringify(LIMIT_ORDER))].map((byte) => Uint8Array.of(byte));
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        const next = bytes.shift();
        if (next) controller.enqueue(next);
        else controller.close();
      },
    });
    expect((await post(rig, server, body, { duplex: 'half' } as RequestInit)).status).toBe(202);
  });
});

describe('closing', () => {
  it('lets a request under way end, and takes no new one', async () => {
    let release = () => {};
    const begun = Promise.withResolvers<void>();
    const getBalance = async () => {
      begun.resolve();
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      throw new Error('late');
    };
    const { rig, server } = await serve({
      useCases: createStubUseCases({ portfolio: { getBalance } }).useCases,
    });
    const answer = fetch(`${server.httpUrl}/v1/balance`, {
      headers: { Authorization: `Bearer ${rig.customerToken}` },
    });
    await begun.promise;
    const closed = server.close(10_000);
    await expect(fetch(`${server.httpUrl}/health/live`)).rejects.toThrow();
    release();
    expect((await answer).status).toBe(500);
    await closed;
  });

  it('drops what does not end within the grace', async () => {
    const begun = Promise.withResolvers<void>();
    const getBalance = () => {
      begun.resolve();
      return new Promise<never>(() => {});
    };
    const { rig, server } = await serve({
      useCases: createStubUseCases({ portfolio: { getBalance } }).useCases,
    });
    const answer = fetch(`${server.httpUrl}/v1/balance`, {
      headers: { Authorization: `Bearer ${rig.customerToken}` },
    });
    answer.catch(() => {});
    await begun.promise;
    await server.close(50);
    await expect(answer).rejects.toThrow();
  });
});
