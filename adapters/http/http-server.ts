import type { Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { buildHttp1 } from './build-http1.ts';
import { buildHttp2 } from './build-http2.ts';
import { createConnections } from './connections.ts';
import { createGuard } from './guard-requests.ts';
import { createPace } from './pace.ts';
import { readProtocol } from './read-protocol.ts';
import { wordPlainly } from './request-scope.ts';
import type { HttpServerOptions } from './server-options.ts';

const CLOSE_SWEEP_MS = 50;
/**
 * The kernel asks a silent peer of an HTTP/1.1 connection from then on, every second, ten times.
 */
const TCP_KEEPALIVE_MS = 10_000;

export interface HttpServer {
  /** Port 0 takes a free one. Rejects when the port cannot be had. */
  listen(port: number, host: string): Promise<{ port: number }>;
  /**
   * Takes no new connection, ends idle ones, tells HTTP/2 clients with GOAWAY, waits for the
   * requests under way and drops what is left after `graceMs`. Resolves when no connection is left.
   */
  close(graceMs: number): Promise<void>;
}

/**
 * The one server behind every port of every process. No request ends the process: what cannot be
 * read is answered 400 before any handler, what escapes a handler 500. A connection ends when its
 * peer has gone, by FIN, RST or silence; what a client may hold is bounded in time and number by
 * `limits`.
 */
export function createHttpServer(options: HttpServerOptions): HttpServer {
  const { limits, metrics } = options;
  const connections = createConnections(limits, metrics);
  const guard = createGuard({ word: wordPlainly, headersMax: limits.headersMax, ...options });
  const dependencies = { connections, guard, pace: createPace(limits) };
  const http1 = buildHttp1(options, dependencies);
  const http2 = buildHttp2(options, dependencies);
  const undecided = new Set<Socket>();

  // The HTTP/1.1 server owns the port, so its own time limits hold; it sees a connection only after
  // the first bytes were looked at.
  const onHttp1Connection = http1.listeners('connection');
  http1.removeAllListeners('connection');
  http1.on('connection', (socket: Socket) => {
    socket.on('error', () => socket.destroy());
    const connection = connections.admit(socket);
    if (connection === null) return;
    socket.setKeepAlive(true, TCP_KEEPALIVE_MS);
    const serveHttp1 = (): void => {
      for (const listener of onHttp1Connection) listener.call(http1, socket);
      socket.resume();
    };
    if (options.protocols === 'http1') {
      serveHttp1();
      return;
    }
    undecided.add(socket);
    socket.once('close', () => undecided.delete(socket));
    readProtocol(socket, {
      timeoutMs: limits.firstBytesMs,
      decided(protocol) {
        undecided.delete(socket);
        if (protocol === 'http2') http2.accept(connection);
        else serveHttp1();
      },
    });
  });

  return {
    async listen(port, host) {
      const opened = await listen(http1, port, host);
      http2.start();
      return opened;
    },
    async close(graceMs) {
      const closed = new Promise<void>((resolve) => http1.close(() => resolve()));
      for (const socket of undecided) socket.destroy();
      http2.close();
      // Node keeps a connection alive after its answer even when the server has been closed since.
      const sweep = setInterval(() => http1.closeIdleConnections(), CLOSE_SWEEP_MS);
      const dropRest = setTimeout(() => connections.destroyAll(), graceMs);
      await closed;
      clearTimeout(dropRest);
      clearInterval(sweep);
      http2.stop();
    },
  };
}

function listen(server: Server, port: number, host: string): Promise<{ port: number }> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const address = server.address();
      if (isAddressInfo(address)) resolve({ port: address.port });
      else reject(new Error(`no port was opened on ${host}`));
    });
  });
}

const isAddressInfo = (address: AddressInfo | string | null): address is AddressInfo =>
  typeof address === 'object' && address !== null;
