import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import {
  answerPlainly,
  createScope,
  type Exchange,
  type NodeResponse,
  requestScope,
  type ScopeOptions,
  type WordAnswer,
} from './request-scope.ts';
import { findTargetFault, type NodeRequest } from './request-target.ts';

/** A handler may answer later; what it throws or rejects with is answered for it. */
export type HttpHandler = (request: NodeRequest, response: NodeResponse) => unknown;

export type Guard = (exchange: Exchange) => void;

export interface GuardOptions extends ScopeOptions {
  handler: HttpHandler;
  headersMax: number;
}

/** Lets only requests that can be read reach the handler, and no error of the handler leave it. */
export function createGuard(options: GuardOptions): Guard {
  const { handler, headersMax, metrics, word } = options;
  return (exchange) => {
    const { request, response } = exchange;
    // Both end with the connection; whoever reads or writes them learns it there.
    request.on('error', ignore);
    response.on('error', ignore);
    const serve = (): unknown => {
      if (request.rawHeaders.length / 2 > headersMax) {
        metrics.countRejection('headers');
        return answerPlainly(response, request, 431, word);
      }
      if (findTargetFault(request) !== null) {
        metrics.countRejection('target');
        return answerPlainly(response, request, 400, word);
      }
      if (!isCodingKnown(request)) {
        metrics.countRejection('protocol');
        return answerPlainly(response, request, 400, word);
      }
      return handler(request, response);
    };
    const scope = createScope(exchange, options);
    requestScope.run(scope, () => {
      try {
        const served = serve();
        if (served instanceof Promise) served.catch(scope.escaped);
      } catch (error) {
        scope.escaped(error);
      }
    });
  };
}

const ignore = (): void => {};

/**
 * A body is unchunked and no more (RFC 9112, 6.1): of `gzip, chunked`, the compressed bytes would
 * be taken for the body, where a proxy in front sees another one.
 */
function isCodingKnown({ headers }: NodeRequest): boolean {
  const coding = headers['transfer-encoding'];
  return coding === undefined || coding.trim().toLowerCase() === 'chunked';
}

/** The answer to what Node's parser could not read as a request. */
export function answerUnparsed(
  socket: Socket,
  error: NodeJS.ErrnoException,
  word: WordAnswer,
): void {
  const status = statusOf(error.code);
  const { contentType, body } = word(status, crypto.randomUUID());
  const length = Buffer.byteLength(body);
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: ${contentType}\r\nContent-Length: ${length}\r\nConnection: close\r\n\r\n${body}`,
    () => socket.destroy(),
  );
}

function statusOf(code: string | undefined): 400 | 408 | 431 {
  if (code === 'HPE_HEADER_OVERFLOW') return 431;
  return code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
}
