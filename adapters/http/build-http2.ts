import {
  createServer,
  type Http2Server,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { Connection } from './connections.ts';
import { createHttp2Sessions } from './http2-sessions.ts';
import { createHttp2Streams } from './http2-streams.ts';
import { answerPlainly, wordPlainly } from './request-scope.ts';
import type { HttpServerOptions, ServerDependencies } from './server-options.ts';

const SWEEP_MS = 1_000;
const SESSION_MEMORY_MB = 10;

/** Node's HTTP/2 server within the limits; it is given its connections. */
export function buildHttp2(
  { limits, metrics, word = wordPlainly }: HttpServerOptions,
  { connections, guard, pace }: ServerDependencies,
) {
  const server: Http2Server = createServer({
    maxSessionMemory: SESSION_MEMORY_MB,
    maxHeaderListPairs: limits.headersMax,
    streamResetBurst: limits.resetsAtOnceMax,
    streamResetRate: limits.resetsPerSecondMax,
    settings: {
      maxConcurrentStreams: limits.strangerStreamsMax,
      maxHeaderListSize: limits.headerBytesMax,
      enablePush: false,
    },
  });
  const sessions = createHttp2Sessions(limits, connections, metrics);
  const streams = createHttp2Streams({ limits, metrics, dropSession: sessions.drop });
  let accepted: Connection | null = null;
  let servedMs = 0;
  let sweeping: NodeJS.Timeout | undefined;

  server.on('session', (session: ServerHttp2Session) => {
    if (!accepted) return;
    sessions.watch(session, accepted);
    accepted.waitsForClient = () => streams.allWait(session);
  });
  server.on('request', (request, response) => {
    const { session } = request.stream;
    guard({ request, response, vouch: () => session && sessions.vouch(session) });
  });
  server.on('connect', (request, response) => answerPlainly(response, request, 400, word));

  // A stream is weighed before Node makes a request and an answer of it, which cost more than all
  // of that.
  const toRequest = server.listeners('stream');
  server.removeAllListeners('stream');
  server.on('stream', (stream: ServerHttp2Stream, ...head: unknown[]) => {
    // A stream that errs is closed by it, and the request and answer with it.
    stream.on('error', () => stream.close());
    const { session } = stream;
    const caller = session && sessions.find(session);
    if (session === undefined || caller === undefined) return stream.close();
    if (!streams.admit(stream, session, caller.isKnown)) return sessions.countRejected(session);
    const begin = (): void => {
      if (stream.destroyed || stream.closed) return;
      sessions.begin(session);
      metrics.requests(1);
      stream.once('close', () => {
        metrics.requests(-1);
        sessions.end(session);
      });
      for (const listener of toRequest) listener.call(server, stream, ...head);
    };
    const reject = (): void => {
      streams.reject(stream, 'pace');
      sessions.countRejected(session);
    };
    if (caller.isKnown) begin();
    else pace.take(caller.network, { begin, reject, rejectsLate: false });
  });

  return {
    accept(connection: Connection): void {
      // A socket of an HTTP/1.1 server stays half open when its peer ends it, and a session on it
      // would never learn of that.
      connection.socket.allowHalfOpen = false;
      accepted = connection;
      server.emit('connection', connection.socket);
      accepted = null;
    },
    start(): void {
      sweeping = setInterval(() => {
        servedMs += SWEEP_MS;
        sessions.sweep(servedMs);
        streams.sweep(servedMs);
        pace.sweep();
      }, SWEEP_MS);
      sweeping.unref();
    },
    close: sessions.close,
    stop: () => clearInterval(sweeping),
  };
}
