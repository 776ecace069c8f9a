import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { secureHeaders } from 'hono/secure-headers';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Logger } from 'pino';
import { HubError } from '../contracts/errors.ts';
import type { RateLimits } from '../contracts/rate-limits.ts';
import type { WorkContext } from '../contracts/work-context.ts';
import type { HubUseCases } from '../use-cases/hub-use-cases.ts';
import type { ApiEnv } from './api-env.ts';
import { type Authenticate, createGuards } from './auth.ts';
import { FEATURES } from './features.ts';
import type { ClientAddressOf } from './limits/client-address.ts';
import { limitAddress } from './limits/limit-rate.ts';
import { limitBody, limitTime } from './limits/limit-requests.ts';
import type { ApiMetrics } from './metrics.ts';
import { observeRequests } from './observe-requests.ts';
import { invalidRequestFrom } from './rest/invalid-request.ts';
import { PROBLEM_CONTENT_TYPE, problemHeaders, toHubError, toProblem } from './rest/problem.ts';
import { checkHead, readJsonStrictly } from './rest/read-request.ts';
import { registerDocsRoutes } from './service/docs.ts';
import { type ReadinessChecks, registerHealthRoutes } from './service/health.ts';

export interface ApiLimits {
  bodyBytesMax: number;
  requestTimeoutMs: number;
}

export const API_LIMITS: ApiLimits = { bodyBytesMax: 64 * 1024, requestTimeoutMs: 10_000 };

export interface ApiDependencies {
  useCases: HubUseCases;
  authenticate: Authenticate;
  readiness: ReadinessChecks;
  metrics: ApiMetrics;
  work: WorkContext;
  logger: Logger;
  limits?: ApiLimits;
  rateLimits: RateLimits;
  clientAddressOf: ClientAddressOf;
}

/**
 * REST over the use-cases: parsing, guards, problem details and the OpenAPI document; no rule of
 * trading lives here.
 */
export function createApi(deps: ApiDependencies): OpenAPIHono<ApiEnv> {
  const { useCases, logger, metrics, limits = API_LIMITS } = deps;
  const app = new OpenAPIHono<ApiEnv>({
    defaultHook: (result) => {
      if (!result.success) throw invalidRequestFrom(result.error);
    },
  });
  app.onError((error, c) => answerProblem(c, c.get('bodyFault') ?? error, logger));
  app.notFound((c) => answerProblem(c, new HubError('NOT_FOUND'), logger));

  app.use('*', observeRequests({ logger, metrics, work: deps.work }));
  app.use(
    '*',
    secureHeaders({
      // The listener speaks plain HTTP, where browsers ignore it (RFC 6797, 7.2): whoever
      // terminates TLS sends it.
      strictTransportSecurity: false,
      contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
      xFrameOptions: 'DENY',
      overwrite: false,
    }),
  );
  app.use(
    '*',
    methodNotAllowed({
      app,
      onMethodNotAllowed: (c, methods) => {
        c.header('Allow', methods.join(', '));
        return answerProblem(c, new HubError('METHOD_NOT_ALLOWED'), logger);
      },
    }),
  );
  app.use('*', checkHead);
  app.use('*', limitAddress(deps));
  app.use('*', limitTime(limits.requestTimeoutMs));
  app.use('*', limitBody(limits.bodyBytesMax));
  app.use('*', readJsonStrictly);
  app.use('/v1/*', async (c, next) => {
    c.header('Cache-Control', 'no-store');
    await next();
  });

  const guards = createGuards(deps.authenticate, deps.rateLimits);
  for (const { routes } of FEATURES) routes?.(app, useCases, guards);
  registerHealthRoutes(app, { readiness: deps.readiness, logger });
  registerDocsRoutes(app);
  return app;
}

/** The client gets a code and the request's id; the cause stays in the log. */
function answerProblem(c: Context<ApiEnv>, thrown: unknown, logger: Logger): Response {
  const error = toHubError(thrown);
  const requestId = c.get('requestId');
  const problem = toProblem(error, { path: c.req.path, requestId });
  if (problem.status === 500)
    logger.error({ err: error.cause ?? error, requestId }, 'request failed');
  else if (problem.status > 500) logger.warn({ err: error, requestId }, 'a dependency is away');
  return c.body(JSON.stringify(problem), problem.status as ContentfulStatusCode, {
    'Content-Type': PROBLEM_CONTENT_TYPE,
    ...problemHeaders(problem),
  });
}
