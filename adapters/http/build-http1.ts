import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Connection } from './connections.ts';
import { answerUnparsed } from './guard-requests.ts';
import { createPipelining } from './pipelining.ts';
import { answerPlainly, wordPlainly } from './request-scope.ts';
import type { HttpServerOptions, ServerDependencies } from './server-options.ts';

const CHECK_MS = 1_000;
/** Of an address that waits for its turn as long as it may. */
const RETRY_AFTER_SECONDS = 5;

/** Node's HTTP/1.1 server within the limits; it is given its sockets. */
export function buildHttp1(
  { limits, metrics, word = wordPlainly }: HttpServerOptions,
  { connections, guard, pace }: ServerDependencies,
): Server {
  const server = createServer({
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    connectionsCheckingInterval: CHECK_MS,
    keepAliveTimeout: limits.idleMs,
    maxHeaderSize: limits.headerBytesMax,
    // The guard answers in the words of the port.
    requireHostHeader: false,
  });
  server.maxRequestsPerSocket = limits.requestsPerConnectionMax;

  const lines = new WeakMap<Connection, ReturnType<typeof lineUp>>();
  const lineUp = createPipelining({
    waitingMax: limits.pipelinedMax,
    serve(connection, request, response) {
      const vouch = (): void => {
        connection.isKnown = true;
      };
      const begin = (): void => {
        if (connection.socket.destroyed) return;
        connections.begin(connection);
        metrics.requests(1);
        response.once('close', () => {
          connections.end(connection);
          metrics.requests(-1);
        });
        guard({ request, response, vouch });
      };
      const reject = (): void => {
        if (connection.socket.destroyed) return;
        metrics.countRejection('pace');
        response.setHeader('retry-after', RETRY_AFTER_SECONDS);
        answerPlainly(response, request, 429, word);
      };
      if (connection.isKnown) begin();
      else pace.take(connection.network, { begin, reject, rejectsLate: true });
    },
    onOverflow({ socket }) {
      metrics.countRejection('pipelining');
      socket.destroy();
    },
  });
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const connection = connections.find(request.socket);
    if (connection === undefined) return request.socket.destroy();
    const line = lines.get(connection) ?? lineUp(connection);
    lines.set(connection, line);
    line(request, response);
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    metrics.countRejection('protocol');
    const response = connections.find(socket as Socket)?.response;
    if (error.code === 'ECONNRESET' || !socket.writable || response?.headersSent === true)
      socket.destroy();
    else answerUnparsed(socket as Socket, error, word);
  });
  // Nobody is tunnelled.
  server.on('connect', (_request, socket) =>
    answerUnparsed(socket as Socket, {} as NodeJS.ErrnoException, word),
  );
  server.setTimeout(limits.unreadMs, (socket) => {
    const response = connections.find(socket)?.response;
    if (socket.writableLength > 0) metrics.countRejection('unread');
    // A stream of answers may have nothing to say for long.
    else if (response) return;
    socket.destroy();
  });
  return server;
}
