import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Connection } from './connections.ts';

type Serve = (request: IncomingMessage, response: ServerResponse) => void;

interface Line {
  busy: boolean;
  request: IncomingMessage | null;
  waiting: [IncomingMessage, ServerResponse][];
}

export interface PipeliningOptions {
  waitingMax: number;
  serve: (connection: Connection, ...exchange: Parameters<Serve>) => void;
  /** More requests wait than may. */
  onOverflow: (connection: Connection) => void;
}

/**
 * Serves the requests of one HTTP/1.1 connection one after another: their answers leave in order
 * anyway (RFC 9112, 9.3.2). A request begins when the answer before it has been taken by the
 * client, and nothing more is read meanwhile, so that a client who pipelines and does not read
 * costs one answer at a time.
 */
export function createPipelining({
  waitingMax,
  serve,
  onOverflow,
}: PipeliningOptions): (connection: Connection) => Serve {
  return (connection) => {
    const line: Line = { busy: false, request: null, waiting: [] };
    connection.waitsForClient = () =>
      line.request !== null && (!line.request.complete || connection.socket.writableLength > 0);
    connection.socket.once('close', () => {
      line.waiting.length = 0;
    });

    const start: Serve = (request, response) => {
      line.busy = true;
      line.request = request;
      connection.response = response;
      response.once('close', () => {
        line.busy = false;
        line.request = null;
        connection.response = null;
        const next = line.waiting.shift();
        if (line.waiting.length === 0) connection.socket.resume();
        if (next !== undefined) start(...next);
      });
      serve(connection, request, response);
    };

    return (request, response) => {
      if (!line.busy) {
        start(request, response);
        return;
      }
      // What came in the same read as the request that was one too many.
      if (connection.socket.destroyed) return;
      if (line.waiting.length >= waitingMax) {
        line.waiting.length = 0;
        onOverflow(connection);
        return;
      }
      line.waiting.push([request, response]);
      connection.socket.pause();
    };
  };
}
