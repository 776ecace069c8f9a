import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { secureHeaders } from 'hono/secure-headers';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Logger } from 'pino';
import { HubError } from '../contracts/errors.ts';
import type { HubUseCases } from '../use-cases/use-cases.ts';
import type { ApiEnv } from './api-env.ts';
import { type Authenticate, createGuards } from './auth.ts';
import { invalidRequestFrom } from './invalid-request.ts';
import { limitBody, limitTime } from './limit-requests.ts';
import type { ApiMetrics } from './metrics.ts';
import { observeRequests } from './observe-requests.ts';
import { PROBLEM_CONTENT_TYPE, problemHeaders, toHubError, toProblem } from './problem.ts';
import { registerAdminRoutes } from './routes/admin.ts';
import { registerAdminBreakRoutes } from './routes/admin-breaks.ts';
import { registerAdminBulkRoutes } from './routes/admin-bulk.ts';
import { registerAdminExecutionRoutes } from './routes/admin-executions.ts';
import { registerAdminOrderRoutes } from './routes/admin-orders.ts';
import { registerAdminSessionRoutes } from './routes/admin-sessions.ts';
import { registerAdminSettlementRoutes } from './routes/admin-settlements.ts';
import { registerAuthRoutes } from './routes/auth.ts';
import { registerClockRoutes } from './routes/clock.ts';
import { registerDocsRoutes } from './routes/docs.ts';
import { type ReadinessChecks, registerHealthRoutes } from './routes/health.ts';
import { registerInstrumentRoutes } from './routes/instruments.ts';
import { registerMarketDataRoutes } from './routes/market-data.ts';
import { registerOrderRoutes } from './routes/orders.ts';
import { registerPortfolioRoutes } from './routes/portfolio.ts';
import { registerPositionRoutes } from './routes/positions.ts';
import { registerWatchlistRoutes } from './routes/watchlist.ts';
import { registerWithdrawalRoutes } from './routes/withdrawals.ts';

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
  logger: Logger;
  limits?: ApiLimits;
}

/** REST over the use-cases: parsing, guards, problem details and the OpenAPI document; no rule of trading lives here. */
export function createApi(deps: ApiDependencies): OpenAPIHono<ApiEnv> {
  const { useCases, logger, metrics, limits = API_LIMITS } = deps;
  const app = new OpenAPIHono<ApiEnv>({
    defaultHook: (result) => {
      if (!result.success) throw invalidRequestFrom(result.error);
    },
  });
  app.onError((error, c) => answerProblem(c, error, logger));
  app.notFound((c) => answerProblem(c, new HubError('NOT_FOUND'), logger));

  app.use('*', observeRequests({ logger, metrics }));
  app.use(
    '*',
    secureHeaders({
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
  app.use('*', limitTime(limits.requestTimeoutMs));
  app.use('*', limitBody(limits.bodyBytesMax));
  app.use('/v1/*', async (c, next) => {
    c.header('Cache-Control', 'no-store');
    await next();
  });

  const guards = createGuards(deps.authenticate);
  registerAuthRoutes(app, useCases.auth, guards);
  registerOrderRoutes(app, useCases.orders, guards);
  registerPortfolioRoutes(app, useCases.portfolio, guards);
  registerPositionRoutes(app, useCases.portfolio, guards);
  registerWithdrawalRoutes(app, useCases.withdrawals, guards);
  registerInstrumentRoutes(app, useCases.market, guards);
  registerWatchlistRoutes(app, useCases.market, guards);
  registerMarketDataRoutes(app, useCases.market, guards);
  registerClockRoutes(app, useCases.market, guards);
  registerAdminRoutes(app, useCases.market, guards);
  registerAdminOrderRoutes(app, useCases.admin, guards);
  registerAdminBulkRoutes(app, useCases.bulk, guards);
  registerAdminBreakRoutes(app, useCases.admin, guards);
  registerAdminExecutionRoutes(app, useCases.executions, guards);
  registerAdminSettlementRoutes(app, useCases.settlements, guards);
  registerAdminSessionRoutes(app, useCases.admin, guards);
  registerHealthRoutes(app, { readiness: deps.readiness, registry: metrics.registry, logger });
  registerDocsRoutes(app);
  return app;
}

/** The client gets a code and the request's id; the cause stays in the log. */
function answerProblem(c: Context<ApiEnv>, thrown: unknown, logger: Logger): Response {
  const error = toHubError(thrown);
  const requestId = c.get('requestId');
  const problem = toProblem(error, { path: c.req.path, requestId });
  if (problem.status === 500) logger.error({ err: error.cause ?? error, requestId }, 'request failed');
  else if (problem.status > 500) logger.warn({ err: error, requestId }, 'a dependency is away');
  return c.body(JSON.stringify(problem), problem.status as ContentfulStatusCode, {
    'Content-Type': PROBLEM_CONTENT_TYPE,
    ...problemHeaders(problem),
  });
}
