import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { MarketUseCases } from '../../use-cases/use-cases.ts';
import type { ApiEnv } from '../api-env.ts';
import type { Guards } from '../auth.ts';
import { CacheRequest } from '../schemas/market.ts';
import { BEARER_SECURITY, jsonAnswer, jsonBody, signedInProblems } from './route-parts.ts';

const ofCache = { method: 'post' as const, tags: ['Admin'], security: BEARER_SECURITY, request: jsonBody(CacheRequest, false) };
const failures = signedInProblems('VALIDATION_FAILED', 'FORBIDDEN', 'MARKET_DATA_UNAVAILABLE');

const invalidateCache = createRoute({
  ...ofCache,
  path: '/v1/admin/market-data/cache/invalidate',
  operationId: 'invalidateMarketDataCache',
  summary: 'Forget cached quotes; all when no symbol is named',
  responses: { 200: jsonAnswer(z.object({ invalidated: z.int() }), 'How many were forgotten'), ...failures },
});

const warmCache = createRoute({
  ...ofCache,
  path: '/v1/admin/market-data/cache/warm',
  operationId: 'warmMarketDataCache',
  summary: 'Read quotes into the cache; all when no symbol is named',
  responses: { 200: jsonAnswer(z.object({ warmed: z.int() }), 'How many were read'), ...failures },
});

/** Needs the role OPERATOR. */
export function registerAdminRoutes(app: OpenAPIHono<ApiEnv>, market: MarketUseCases, { operator }: Guards): void {
  app.openapi({ ...invalidateCache, middleware: operator }, async (c) => {
    return c.json({ invalidated: await market.invalidateCache(c.req.valid('json').symbols ?? []) }, 200);
  });

  app.openapi({ ...warmCache, middleware: operator }, async (c) => {
    return c.json({ warmed: await market.warmCache(c.req.valid('json').symbols ?? []) }, 200);
  });
}
