import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { getRequestListener, RequestError } from '@hono/node-server';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { HubError } from '../contracts/errors.ts';
import type { ApiEnv } from './api-env.ts';
import { CONNECT_PATH_PREFIX } from './connect/connect-handler.ts';
import { PROBLEM_CONTENT_TYPE, toProblem } from './problem.ts';
import { REQUEST_ID_HEADER, requestIdFrom } from './request-id.ts';

/** The API itself answers 408 after 10 s; these bound clients that never finish their head, or their body after that answer. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 15_000;
const CHECK_INTERVAL_MS = 1_000;
const SWEEP_INTERVAL_MS = 50;
/** Longer than a load balancer keeps its idle connections (60 s is usual), so that it never writes into one that we just closed. */
const KEEP_ALIVE_TIMEOUT_MS = 65_000;

export interface Listeners {
  /** The ports that were opened: of use when 0 was asked for. */
  ports: { http: number; h2c: number };
  /** Takes no new connection, lets the requests under way end, and drops what is left after `graceMs`. */
  close(graceMs: number): Promise<void>;
}

/** A server for HTTP/2 without TLS. */
export interface H2cServer {
  listen(port: number, host: string): Promise<{ port: number }>;
  close(graceMs: number): Promise<void>;
}

export interface ListenersOptions {
  app: OpenAPIHono<ApiEnv>;
  connect: (request: IncomingMessage, response: ServerResponse) => void;
  /** Serves Connect and nothing else. */
  h2c: H2cServer;
  host: string;
  /** REST, and Connect and gRPC-Web over HTTP/1.1. */
  httpPort: number;
  /** gRPC and Connect over HTTP/2 without TLS. */
  h2cPort: number;
}

/** Opens both ports; neither stays open when the other cannot be had. */
export async function openListeners({ app, connect, h2c, host, httpPort, h2cPort }: ListenersOptions): Promise<Listeners> {
  const rest = getRequestListener(app.fetch, { errorHandler: answerUnreadable });
  const http = createServer(
    {
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: CHECK_INTERVAL_MS,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    },
    (request: IncomingMessage, response: ServerResponse) => {
      if (request.url?.startsWith(CONNECT_PATH_PREFIX)) connect(request, response);
      else void rest(request, response);
    },
  );
  const ports = { http: await listen(http, httpPort, host), h2c: 0 };
  try {
    ports.h2c = (await h2c.listen(h2cPort, host)).port;
  } catch (error) {
    http.close();
    throw error;
  }
  return {
    ports,
    close: async (graceMs) => {
      await Promise.all([closeHttp(http, graceMs), h2c.close(graceMs)]);
    },
  };
}

/** A request whose target or Host cannot be read as a URL never reaches the app. */
function answerUnreadable(error: unknown): Response {
  const requestId = requestIdFrom(null);
  const problem = toProblem(new HubError(error instanceof RequestError ? 'VALIDATION_FAILED' : 'INTERNAL'), { path: '/', requestId });
  const headers = { 'Content-Type': PROBLEM_CONTENT_TYPE, [REQUEST_ID_HEADER]: requestId };
  return new Response(JSON.stringify(problem), { status: problem.status, headers });
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const address = server.address();
      if (address !== null && typeof address === 'object') resolve(address.port);
      else reject(new Error(`no port was opened on ${host}`));
    });
  });
}

/** A connection that was busy when the server closed is kept alive by Node after its answer: it is ended then. */
function closeHttp(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const dropRest = setTimeout(() => server.closeAllConnections(), graceMs);
    const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_INTERVAL_MS);
    server.close(() => {
      clearTimeout(dropRest);
      clearInterval(sweep);
      resolve();
    });
  });
}
