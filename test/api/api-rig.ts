import type { OpenAPIHono } from '@hono/zod-openapi';
import { type Logger, pino } from 'pino';
import { Registry } from 'prom-client';
import { createDualProtocolServer } from '../../adapters/http/dual-protocol-server.ts';
import { createAccessTokens } from '../../adapters/security/access-tokens.ts';
import type { ApiEnv } from '../../api/api-env.ts';
import { type ApiLimits, createApi } from '../../api/app.ts';
import { createAuthenticate } from '../../api/auth.ts';
import { createConnectHandler } from '../../api/connect/connect-handler.ts';
import { type Listeners, openListeners } from '../../api/listeners.ts';
import { createApiMetrics } from '../../api/metrics.ts';
import type { ReadinessChecks } from '../../api/routes/health.ts';
import type { AccessTokens } from '../../contracts/ports/auth.ts';
import type { HubUseCases } from '../../use-cases/use-cases.ts';
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
}

const HOST = '127.0.0.1';

/** The real edge over the given use-cases, or over stubs. */
export async function createApiRig(options: ApiRigOptions = {}): Promise<ApiRig> {
  const { useCases = createStubUseCases().useCases, readiness = {}, limits } = options;
  const logs: Record<string, unknown>[] = [];
  const logger: Logger = pino({ level: 'debug' }, { write: (line: string) => void logs.push(JSON.parse(line)) });
  const registry = new Registry();
  const metrics = createApiMetrics(registry);
  const accessTokens = createAccessTokens(JWT_SECRET, Date.now);
  const authenticate = createAuthenticate(accessTokens);
  const shared = { useCases, authenticate, metrics, logger, ...(limits ? { limits } : {}) };
  const app = createApi({ ...shared, readiness });
  return {
    app,
    accessTokens,
    customerToken: await accessTokens.sign(CUSTOMER),
    operatorToken: await accessTokens.sign(OPERATOR),
    logs,
    registry,
    async listen() {
      const connect = createConnectHandler({ ...shared, accessTokens });
      const h2c = createDualProtocolServer({ http1: connect });
      const listeners = await openListeners({ app, connect, h2c, host: HOST, httpPort: 0, h2cPort: 0 });
      const { ports } = listeners;
      return { ...listeners, httpUrl: `http://${HOST}:${ports.http}`, h2cUrl: `http://${HOST}:${ports.h2c}` };
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
  const withBody = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
  const contentType: Record<string, string> = body === undefined ? {} : { 'Content-Type': 'application/json' };
  return Promise.resolve(rig.app.request(path, { method, headers: { ...contentType, ...headers }, ...withBody }));
}
