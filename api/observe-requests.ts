import { createMiddleware } from 'hono/factory';
import { routePath } from 'hono/route';
import type { Logger } from 'pino';
import type { ApiEnv } from './api-env.ts';
import type { ApiMetrics } from './metrics.ts';
import { REQUEST_ID_HEADER, requestIdFrom } from './rest/request-id.ts';

/**
 * Gives each request its id, logs its answer (never a body, a query or a token) and counts it.
 * Outermost of all.
 */
export const observeRequests = ({ logger, metrics }: { logger: Logger; metrics: ApiMetrics }) =>
  createMiddleware<ApiEnv>(async (c, next) => {
    const startedAt = performance.now();
    const requestId = requestIdFrom(c.req.header(REQUEST_ID_HEADER));
    c.set('requestId', requestId);
    c.header(REQUEST_ID_HEADER, requestId);
    await next();

    const durationMs = performance.now() - startedAt;
    const { method, path } = c.req;
    const { status } = c.res;
    const matched = routePath(c, -1);
    // A middleware's pattern is the last one that matched: no route did.
    const route = matched.endsWith('*') ? 'unmatched' : matched;
    metrics.countRequest({ route, method, status }, durationMs / 1000);
    const probe = route.startsWith('/health/');
    const line = {
      requestId,
      method,
      path,
      status,
      durationMs: Math.round(durationMs * 10) / 10,
      accountId: c.get('caller')?.accountId,
    };
    if (probe) logger.debug(line, 'answered');
    else logger.info(line, 'answered');
  });
