import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { createContextValues } from '@connectrpc/connect';
import type { ConnectNodeAdapterOptions } from '@connectrpc/connect-node';
import type { Logger } from 'pino';
import type { RateLimits } from '../../contracts/rate-limits.ts';
import type { WorkContext } from '../../contracts/work-context.ts';
import type { HubUseCases } from '../../use-cases/hub-use-cases.ts';
import { API_LIMITS, type ApiLimits } from '../app.ts';
import type { Authenticate } from '../auth.ts';
import { FEATURES } from '../features.ts';
import type { ClientAddressOf } from '../limits/client-address.ts';
import type { ApiMetrics } from '../metrics.ts';
import { findHeadFaults } from '../rest/request-form.ts';
import { readJsonText } from '../rest/strict-json.ts';
import { CLIENT_ADDRESS, HEAD_FAULTS } from './call-context.ts';
import { CONNECT_HEADERS } from './connect-headers.ts';
import { createGate } from './gate.ts';
import { createCallInterceptor } from './interceptor.ts';
import { createObserveCall } from './observe-call.ts';

/** Paths that belong to Connect, gRPC and gRPC-Web; all others are REST. */
export const CONNECT_PATH_PREFIX = '/hub.v1.';

/** A handler for `node:http` and `node:http2`; it may answer later. */
export type NodeHandler = (
  request: IncomingMessage | Http2ServerRequest,
  response: ServerResponse | Http2ServerResponse,
) => unknown;

export interface ConnectDependencies {
  useCases: HubUseCases;
  authenticate: Authenticate;
  metrics: ApiMetrics;
  work: WorkContext;
  logger: Logger;
  limits?: ApiLimits;
  /** Makes a handler for `node:http` and `node:http2` of routes. */
  serveRpc: (options: ConnectNodeAdapterOptions & { readMaxBytes: number }) => NodeHandler;
  rateLimits: RateLimits;
  clientAddressOf: ClientAddressOf;
}

/**
 * JSON messages are read as REST's bodies are; the decoder is where Connect lets us see their
 * bytes.
 */
const jsonOptions = {
  ignoreUnknownFields: true,
  textDecoder: { decode: (bytes: Uint8Array = new Uint8Array()) => readJsonText(bytes) },
};

/**
 * The services as a handler for `node:http` and `node:http2`: Connect and gRPC-Web on both, gRPC on
 * HTTP/2.
 */
export function createConnectHandler(deps: ConnectDependencies): NodeHandler {
  const {
    useCases,
    authenticate,
    rateLimits,
    clientAddressOf,
    work,
    logger,
    metrics,
    limits = API_LIMITS,
  } = deps;
  const observeCall = createObserveCall({ logger, metrics });
  const handle = deps.serveRpc({
    contextValues: (request) => {
      const { url = '', rawHeaders } = request;
      return createContextValues()
        .set(HEAD_FAULTS, findHeadFaults({ target: url, rawHeaders }))
        .set(CLIENT_ADDRESS, clientAddressOf(request));
    },
    requestGate: createGate({ authenticate, rateLimits, observeCall }),
    interceptors: [
      createCallInterceptor({ observeCall, work, logger, timeoutMs: limits.requestTimeoutMs }),
    ],
    readMaxBytes: limits.bodyBytesMax,
    jsonOptions,
    routes: (router) => {
      for (const { services } of FEATURES) services?.(router, useCases);
    },
  });
  return (request, response) => {
    for (const [name, value] of Object.entries(CONNECT_HEADERS)) response.setHeader(name, value);
    return handle(request, response);
  };
}
