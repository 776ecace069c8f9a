import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { constants, type Http2ServerResponse } from 'node:http2';
import type { Logger } from 'pino';
import type { NodeRequest } from './request-target.ts';
import type { PortMetrics } from './server-metrics.ts';

export type NodeResponse = ServerResponse | Http2ServerResponse;

/** The text of an answer that no handler made. */
export interface PlainAnswer {
  contentType: string;
  body: string;
}

/** How a port words such an answer. */
export type WordAnswer = (status: 400 | 408 | 429 | 431 | 500, requestId: string) => PlainAnswer;

export interface RequestScope {
  /**
   * Answers 500 if nothing was answered yet, else breaks the answer off; logs the error with the
   * request's id and counts it.
   */
  escaped(error: unknown): void;
  /** The caller is known: what a stranger may not, the connection may from now on. */
  vouch(): void;
}

/**
 * Follows a request through all that it sets off, so that an error which nobody awaits is known to
 * be its.
 */
export const requestScope = new AsyncLocalStorage<RequestScope>();

/** To be called by who has found out who makes the request that is under way. */
export const vouchForCaller = (): void => requestScope.getStore()?.vouch();

const REQUEST_ID_HEADER = 'x-request-id';
const ACCEPTABLE_ID = /^[\x21-\x7e]{1,128}$/;

const TEXTS = {
  400: 'the request cannot be read\n',
  408: 'the request did not come in time\n',
  429: 'too many requests come from this address\n',
  431: 'the head of the request is too large\n',
  500: 'the request failed\n',
} as const;

export const wordPlainly: WordAnswer = (status) => ({
  contentType: 'text/plain; charset=utf-8',
  body: TEXTS[status],
});

/** The id that the client gave, if it is 1 to 128 visible ASCII characters, else a new one. */
export function requestIdOf(request: NodeRequest): string {
  const given = request.headers[REQUEST_ID_HEADER];
  return typeof given === 'string' && ACCEPTABLE_ID.test(given) ? given : randomUUID();
}

export function answerPlainly(
  response: NodeResponse,
  request: NodeRequest,
  status: Parameters<WordAnswer>[0],
  word: WordAnswer,
): string {
  const requestId = requestIdOf(request);
  const { contentType, body } = word(status, requestId);
  response.statusCode = status;
  response.setHeader('content-type', contentType);
  response.setHeader('cache-control', 'no-store');
  response.setHeader(REQUEST_ID_HEADER, requestId);
  // What is left of the body is not read.
  if (request.httpVersionMajor === 1) response.setHeader('connection', 'close');
  response.end(request.method === 'HEAD' ? '' : body);
  return requestId;
}

export interface ScopeOptions {
  word: WordAnswer;
  metrics: PortMetrics;
  logger: Logger;
}

export interface Exchange {
  readonly request: NodeRequest;
  readonly response: NodeResponse;
  readonly vouch: () => void;
}

export function createScope(
  { request, response, vouch }: Exchange,
  { word, metrics, logger }: ScopeOptions,
): RequestScope {
  /** Resolves to the id that the client is told, or that it gave. */
  function answer(): string {
    if (!response.headersSent && !response.writableEnded) {
      for (const name of response.getHeaderNames()) response.removeHeader(name);
      return answerPlainly(response, request, 500, word);
    }
    if ('stream' in response) response.stream?.close(constants.NGHTTP2_INTERNAL_ERROR);
    else response.destroy();
    return requestIdOf(request);
  }

  return {
    vouch,
    escaped(error) {
      metrics.countEscapedError();
      const { method, url } = request;
      const facts = { method, path: url?.split('?', 1)[0] };
      try {
        logger.error({ err: error, requestId: answer(), ...facts }, 'an error escaped its handler');
      } catch (unanswerable) {
        // Whatever is wrong with the answer, it must not end the process in the place of the error.
        logger.error(
          { err: error, requestId: requestIdOf(request), unanswerable, ...facts },
          'an error escaped its handler',
        );
      }
    },
  };
}
