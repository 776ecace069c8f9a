import { getRequestListener, RequestError } from '@hono/node-server';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { HubError } from '../contracts/errors.ts';
import { REQUEST_ID_HEADER } from '../contracts/work-context.ts';
import type { ApiEnv } from './api-env.ts';
import { CONNECT_PATH_PREFIX, type NodeHandler } from './connect/connect-handler.ts';
import { PROBLEM_CONTENT_TYPE, toProblem } from './rest/problem.ts';
import { requestIdFrom } from './rest/request-id.ts';

export interface Listeners {
  /** The ports that were opened: of use when 0 was asked for. */
  ports: { http: number; h2c: number; metrics: number };
  /**
   * Takes no new connection, lets the requests under way end, and drops what is left after
   * `graceMs`.
   */
  close(graceMs: number): Promise<void>;
}

export interface PortServer {
  listen(port: number, host: string): Promise<{ port: number }>;
  close(graceMs: number): Promise<void>;
}

export interface ListenersOptions {
  /** REST, and Connect and gRPC-Web over HTTP/1.1. */
  http: PortServer;
  /** gRPC and Connect over HTTP/2 without TLS. */
  h2c: PortServer;
  metrics: PortServer;
  host: string;
  metricsHost: string;
  ports: { http: number; h2c: number; metrics: number };
}

/** Opens all ports; none stays open when another cannot be had. */
export async function openListeners({
  http,
  h2c,
  metrics,
  host,
  metricsHost,
  ports,
}: ListenersOptions): Promise<Listeners> {
  const opened: PortServer[] = [];
  const open = async (server: PortServer, port: number, address: string): Promise<number> => {
    const listening = await server.listen(port, address);
    opened.push(server);
    return listening.port;
  };
  const closeAll = async (graceMs: number): Promise<void> => {
    await Promise.all(opened.map((server) => server.close(graceMs)));
  };
  try {
    return {
      ports: {
        http: await open(http, ports.http, host),
        h2c: await open(h2c, ports.h2c, host),
        metrics: await open(metrics, ports.metrics, metricsHost),
      },
      close: closeAll,
    };
  } catch (error) {
    await closeAll(0);
    throw error;
  }
}

/** What the HTTP/1.1 port serves: Connect's paths, and REST for all others. */
export function createHttpHandler(app: OpenAPIHono<ApiEnv>, connect: NodeHandler): NodeHandler {
  const rest = getRequestListener(app.fetch, { errorHandler: answerUnreadable });
  return (request, response) =>
    (request.url?.startsWith(CONNECT_PATH_PREFIX) ? connect : rest)(request, response);
}

/**
 * What Hono cannot read is a mistake of the client; what the app itself could not answer is the
 * server's to answer, log and count.
 */
function answerUnreadable(error: unknown): Response {
  if (!(error instanceof RequestError)) throw error;
  const requestId = requestIdFrom(null);
  const { contentType, body } = wordAsProblem(400, requestId);
  return new Response(body, {
    status: 400,
    headers: { 'Content-Type': contentType, [REQUEST_ID_HEADER]: requestId },
  });
}

const CODES = {
  400: 'VALIDATION_FAILED',
  408: 'REQUEST_TIMEOUT',
  429: 'RATE_LIMITED',
  431: 'HEADERS_TOO_LARGE',
  500: 'INTERNAL',
} as const;

/** Words what the server answers before or instead of the app as the app does. */
export function wordAsProblem(
  status: keyof typeof CODES,
  requestId: string,
): { contentType: string; body: string } {
  const problem = toProblem(new HubError(CODES[status]), { path: '/', requestId });
  return { contentType: PROBLEM_CONTENT_TYPE, body: JSON.stringify(problem) };
}
