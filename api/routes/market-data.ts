import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import type { MarketUseCases } from '../../use-cases/use-cases.ts';
import type { ApiEnv } from '../api-env.ts';
import type { Guards } from '../auth.ts';
import { MarketDataQuery, Quotes } from '../schemas/market.ts';
import { BEARER_SECURITY, jsonAnswer, signedInProblems } from './route-parts.ts';

const getMarketData = createRoute({
  method: 'get',
  path: '/v1/market-data',
  operationId: 'getMarketData',
  tags: ['Market data'],
  summary: 'The latest quotes of some symbols',
  security: BEARER_SECURITY,
  request: { query: MarketDataQuery },
  responses: { 200: jsonAnswer(Quotes, 'The quotes'), ...signedInProblems('VALIDATION_FAILED', 'MARKET_DATA_UNAVAILABLE') },
});

export function registerMarketDataRoutes(app: OpenAPIHono<ApiEnv>, market: MarketUseCases, { signedIn }: Guards): void {
  app.openapi({ ...getMarketData, middleware: signedIn }, async (c) => {
    return c.json(await market.getMarketData(c.req.valid('query').symbols), 200);
  });
}
