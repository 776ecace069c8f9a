import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttp2Server, type Http2ServerRequest, type Http2ServerResponse, type ServerHttp2Session } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';

/** The first line of the HTTP/2 connection preface (RFC 9113, 3.4); no HTTP/1.1 request begins so. */
const HTTP2_PREFACE = Buffer.from('PRI * HTTP/2.0\r\n');
/** A connection that has not said which protocol it speaks by then is dropped. */
const FIRST_BYTES_TIMEOUT_MS = 10_000;
const HTTP2_SESSION_MEMORY_MB = 64;

export type HttpHandler = (request: IncomingMessage | Http2ServerRequest, response: ServerResponse | Http2ServerResponse) => void;

type DualProtocolServerOptions =
  /** One handler for both protocols. */
  | { http1: HttpHandler }
  | {
      http1: (request: IncomingMessage, response: ServerResponse) => void;
      http2: (request: Http2ServerRequest, response: Http2ServerResponse) => void;
    };

export interface DualProtocolServer {
  /** Port 0 takes a free one. Rejects when the port cannot be had. */
  listen(port: number, host: string): Promise<{ port: number }>;
  /**
   * Takes no new connection, ends idle ones, tells HTTP/2 clients with GOAWAY, waits for the requests under way and drops what is
   * left after `graceMs`. Resolves when no connection is left.
   */
  close(graceMs: number): Promise<void>;
}

/** Serves HTTP/1.1 and HTTP/2 without TLS ("prior knowledge") on one port, told apart by the first bytes of a connection. */
export function createDualProtocolServer(options: DualProtocolServerOptions): DualProtocolServer {
  const http1 = createServer(options.http1);
  const http2 = createHttp2Server({ maxSessionMemory: HTTP2_SESSION_MEMORY_MB }, 'http2' in options ? options.http2 : options.http1);
  const sockets = new Set<Socket>();
  const undecided = new Set<Socket>();
  const sessions = new Set<ServerHttp2Session>();
  let closing = false;

  // The HTTP/1.1 server owns the port, so its own time limits hold; it sees a connection only after the first bytes were looked at.
  const onHttp1Connection = http1.listeners('connection');
  http1.removeAllListeners('connection');
  http1.on('connection', (socket: Socket) => {
    sockets.add(socket);
    undecided.add(socket);
    socket.once('close', () => {
      sockets.delete(socket);
      undecided.delete(socket);
    });
    readProtocol(socket, (protocol) => {
      undecided.delete(socket);
      if (protocol === 'http2') {
        // The session takes what was put back itself, and reads on below the paused socket.
        http2.emit('connection', socket);
        return;
      }
      for (const listener of onHttp1Connection) listener.call(http1, socket);
      socket.resume();
    });
  });
  http2.on('session', (session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
    if (closing) session.close();
  });
  http1.on('request', (_request, response) => {
    response.once('close', () => closing && setImmediate(() => http1.closeIdleConnections()));
  });

  return {
    listen: (port, host) => listen(http1, port, host),
    async close(graceMs) {
      closing = true;
      const closed = new Promise<void>((resolve) => http1.close(() => resolve()));
      for (const socket of undecided) socket.destroy();
      for (const session of sessions) session.close();
      const timer = setTimeout(() => {
        // By the socket: a session that is over may still wait for a client that does not read.
        for (const socket of sockets) socket.destroy();
      }, graceMs);
      await closed;
      clearTimeout(timer);
    },
  };
}

/** Calls back once, with the socket paused and the bytes put back, as soon as they decide. A connection that ends or errs before has nobody to tell. */
function readProtocol(socket: Socket, decided: (protocol: 'http1' | 'http2') => void): void {
  let head = Buffer.alloc(0);
  const drop = (): void => {
    socket.destroy();
  };
  const onData = (chunk: Buffer): void => {
    head = Buffer.concat([head, chunk]);
    const compared = Math.min(head.length, HTTP2_PREFACE.length);
    const isPreface = head.subarray(0, compared).equals(HTTP2_PREFACE.subarray(0, compared));
    if (isPreface && compared < HTTP2_PREFACE.length) return;
    socket.pause();
    socket.setTimeout(0);
    socket.off('data', onData).off('error', drop).off('timeout', drop).off('end', drop);
    socket.unshift(head);
    decided(isPreface ? 'http2' : 'http1');
  };
  socket.on('data', onData).on('error', drop).on('timeout', drop).on('end', drop);
  socket.setTimeout(FIRST_BYTES_TIMEOUT_MS);
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

const isAddressInfo = (address: AddressInfo | string | null): address is AddressInfo => typeof address === 'object' && address !== null;
