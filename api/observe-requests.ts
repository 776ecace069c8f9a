import { createMiddleware } from 'hono/factory';
import { routePath } from 'hono/route';
import type { Logger } from 'pino';
import { REQUEST_ID_HEADER, type WorkContext } from '../contracts/work-context.ts';
import type { ApiEnv } from './api-env.ts';
import type { ApiMetrics } from './metrics.ts';
import { requestIdFrom } from './rest/request-id.ts';

interface ObserveRequestsDeps {
  logger: Logger;
  metrics: ApiMetrics;
  work: WorkContext;
}

/**
 * Gives each request its id, which all that is logged for it carries, logs its answer (never a body,
 * a query or a token) and counts it. Outermost of all.
 */
export const observeRequests = ({ logger, metrics, work }: ObserveRequestsDeps) =>
  createMiddleware<ApiEnv>((c, next) => {
    const startedAt = performance.now();
    const requestId = requestIdFrom(c.req.header(REQUEST_ID_HEADER));
    c.set('requestId', requestId);
    c.header(REQUEST_ID_HEADER, requestId);
    return work.run({ requestId }, async () => {
      await next();
      const durationMs = performance.now() - startedAt;
      const { method, path } = c.req;
      const { status } = c.res;
      const matched = routePath(c, -1);
      // A middleware's pattern is the last one that matched: no route did.
      const route = matched.endsWith('*') ? 'unmatched' : matched;
      metrics.countRequest({ route, method, status }, durationMs / 1000);
      const line = {
        ...{ method, path, status },
        durationMs: Math.round(durationMs * 10) / 10,
        accountId: c.get('caller')?.accountId,
      };
      const probe = route.startsWith('/health/');
      if (probe) logger.debug(line, 'answered');
      else logger.info(line, 'answered');
    });
  });
