import type { OpenAPIHono } from '@hono/zod-openapi';
import { type Logger, pino } from 'pino';
import { Registry } from 'prom-client';
import { createHttpServer } from '../../adapters/http/http-server.ts';
import { createMetricsServer } from '../../adapters/http/metrics-server.ts';
import { createRpcHandler } from '../../adapters/http/rpc-handler.ts';
import { PEOPLE_LIMITS } from '../../adapters/http/server-limits.ts';
import { createServerMetrics } from '../../adapters/http/server-metrics.ts';
import { createAccessTokens } from '../../adapters/security/access-tokens.ts';
import { createRevocableTokens } from '../../adapters/security/revocable-tokens.ts';
import { createWorkContext } from '../../adapters/telemetry/work-context.ts';
import type { ApiEnv } from '../../api/api-env.ts';
import { type ApiLimits, createApi } from '../../api/app.ts';
import { createAuthenticate } from '../../api/auth.ts';
import { createConnectHandler } from '../../api/connect/connect-handler.ts';
import { createClientAddress } from '../../api/limits/client-address.ts';
import {
  createHttpHandler,
  type Listeners,
  openListeners,
  wordAsProblem,
} from '../../api/listeners.ts';
import { createApiMetrics } from '../../api/metrics.ts';
import type { ReadinessChecks } from '../../api/service/health.ts';
import type { AccessTokens } from '../../contracts/identity/auth.ts';
import type { RevokedSessions } from '../../contracts/identity/revoked-sessions.ts';
import type { RateLimits } from '../../contracts/rate-limits.ts';
import type { HubUseCases } from '../../use-cases/hub-use-cases.ts';
import { validateToken } from '../../use-cases/identity/validate-token.ts';
import { UNLIMITED } from '../support/raised-limits.ts';
import { CUSTOMER, createStubUseCases, OPERATOR } from './stub-use-cases.ts';

export const JWT_SECRET = 'a-secret-of-the-tests-with-32-bytes-or-more';

export interface ApiRig {
  app: OpenAPIHono<ApiEnv>;
  accessTokens: AccessTokens;
  customerToken: string;
  operatorToken: string;
  /** Log lines, parsed. */
  logs: Record<string, unknown>[];
  registry: Registry;
  /** Serves the app and Connect on two free ports. */
  listen(): Promise<Listeners & { httpUrl: string; h2cUrl: string }>;
}

export interface ApiRigOptions {
  useCases?: HubUseCases;
  readiness?: ReadinessChecks;
  limits?: ApiLimits;
  /** Throws for a session that has ended; by default all are live. */
  assertLive?: RevokedSessions['assertLive'];
  rateLimits?: RateLimits;
  trustedProxies?: readonly string[];
}

const HOST = '127.0.0.1';

/** The real edge over the given use-cases, or over stubs. */
export async function createApiRig(options: ApiRigOptions = {}): Promise<ApiRig> {
  const { readiness = {}, limits, assertLive = async () => {}, rateLimits = UNLIMITED } = options;
  const clientAddressOf = createClientAddress(options.trustedProxies ?? []);
  const logs: Record<string, unknown>[] = [];
  const work = createWorkContext();
  const logger: Logger = pino(
    { level: 'debug', mixin: work.facts },
    { write: (line: string) => void logs.push(JSON.parse(line)) },
  );
  const registry = new Registry();
  const metrics = createApiMetrics(registry);
  const accessTokens = createRevocableTokens(createAccessTokens(JWT_SECRET, Date.now), {
    assertLive,
  });
  const authenticate = createAuthenticate(accessTokens);
  const given = options.useCases ?? createStubUseCases().useCases;
  // The tokens that hold are the rig's own.
  const identity: HubUseCases['identity'] = {
    ...given.identity,
    validateToken: (token) => validateToken({ accessTokens }, token),
  };
  const shared = {
    useCases: { ...given, identity },
    authenticate,
    rateLimits,
    clientAddressOf,
    metrics,
    work,
    logger,
    ...(limits ? { limits } : {}),
  };
  const app = createApi({ ...shared, readiness });
  return {
    app,
    accessTokens,
    customerToken: await accessTokens.sign(CUSTOMER),
    operatorToken: await accessTokens.sign(OPERATOR),
    logs,
    registry,
    async listen() {
      const connect = createConnectHandler({ ...shared, serveRpc: createRpcHandler });
      const portMetrics = createServerMetrics(registry);
      const edge = { limits: PEOPLE_LIMITS, logger };
      const handler = createHttpHandler(app, connect);
      const listeners = await openListeners({
        http: createHttpServer({
          ...edge,
          protocols: 'http1',
          handler,
          metrics: portMetrics('http'),
          word: wordAsProblem,
        }),
        h2c: createHttpServer({
          ...edge,
          protocols: 'both',
          handler: connect,
          metrics: portMetrics('h2c'),
        }),
        metrics: createMetricsServer({
          registry,
          metrics: portMetrics('metrics'),
          logger,
          notReady: () => null,
        }),
        host: HOST,
        metricsHost: HOST,
        ports: { http: 0, h2c: 0, metrics: 0 },
      });
      const { ports } = listeners;
      return {
        ...listeners,
        httpUrl: `http://${HOST}:${ports.http}`,
        h2cUrl: `http://${HOST}:${ports.h2c}`,
      };
    },
  };
}

/** A JSON request to the app in process. */
export function callJson(
  rig: ApiRig,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = { Authorization: `Bearer ${rig.customerToken}` },
): Promise<Response> {
  const withBody =
    body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
  const contentType: Record<string, string> =
    body === undefined ? {} : { 'Content-Type': 'application/json' };
  return Promise.resolve(
    rig.app.request(path, { method, headers: { ...contentType, ...headers }, ...withBody }),
  );
}
