import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { HubUseCases } from '../../use-cases/hub-use-cases.ts';
import { type ApiEnv, callerOf } from '../api-env.ts';
import type { Guards } from '../auth.ts';
import {
  adminProblems,
  BEARER_SECURITY,
  jsonAnswer,
  jsonBody,
  MALFORMED_BODY,
  signedInProblems,
} from '../rest/route-parts.ts';
import * as schemas from './hours-schema.ts';
import { CacheRequest, instrumentOf, SymbolPath } from './schema.ts';

const ofCache = {
  method: 'post' as const,
  tags: ['Admin'],
  security: BEARER_SECURITY,
  request: jsonBody(CacheRequest, false),
};
const failures = signedInProblems('VALIDATION_FAILED', 'FORBIDDEN', 'MARKET_DATA_UNAVAILABLE');

const invalidateCache = createRoute({
  ...ofCache,
  path: '/v1/admin/market-data/cache/invalidate',
  operationId: 'invalidateMarketDataCache',
  summary: 'Forget cached quotes; all when no symbol is named',
  responses: {
    200: jsonAnswer(z.object({ invalidated: z.int() }), 'How many were forgotten'),
    ...failures,
  },
});

const warmCache = createRoute({
  ...ofCache,
  path: '/v1/admin/market-data/cache/warm',
  operationId: 'warmMarketDataCache',
  summary: 'Read quotes into the cache; all when no symbol is named',
  responses: { 200: jsonAnswer(z.object({ warmed: z.int() }), 'How many were read'), ...failures },
});

const ofSessions = { tags: ['Admin'], security: BEARER_SECURITY };

const listSessions = createRoute({
  ...ofSessions,
  method: 'get',
  path: '/v1/admin/instruments/{symbol}/sessions',
  operationId: 'listInstrumentSessions',
  summary: 'The sessions in which an instrument departs from its market, by date',
  request: { params: SymbolPath, query: schemas.ListSessionsQuery },
  responses: {
    200: jsonAnswer(schemas.SessionList, 'Its own sessions'),
    ...adminProblems('VALIDATION_FAILED', 'INSTRUMENT_NOT_FOUND'),
  },
});

const setSession = createRoute({
  ...ofSessions,
  method: 'put',
  path: '/v1/admin/instruments/{symbol}/sessions/{date}',
  operationId: 'setInstrumentSession',
  summary: 'Give an instrument its own session on a date',
  description:
    'It stands in place of the market’s; one that opens as it closes is a day without trading. Orders that are accepted already keep their times.',
  request: { params: schemas.SessionPath, ...jsonBody(schemas.SetSessionRequest) },
  responses: {
    200: jsonAnswer(schemas.InstrumentSession, 'The session that holds now'),
    ...adminProblems(...MALFORMED_BODY, 'INSTRUMENT_NOT_FOUND'),
  },
});

const removeSession = createRoute({
  ...ofSessions,
  method: 'delete',
  path: '/v1/admin/instruments/{symbol}/sessions/{date}',
  operationId: 'removeInstrumentSession',
  summary: 'Let the market’s own session hold again',
  request: { params: schemas.SessionPath, query: schemas.RemoveSessionQuery },
  responses: {
    204: { description: 'The market’s own session holds' },
    ...adminProblems('VALIDATION_FAILED', 'INSTRUMENT_NOT_FOUND', 'TRADING_SESSION_NOT_FOUND'),
  },
});

/** Needs the role OPERATOR. */
export function marketOperatorRoutes(
  app: OpenAPIHono<ApiEnv>,
  { market }: HubUseCases,
  { operator }: Guards,
): void {
  app.openapi({ ...invalidateCache, middleware: operator }, async (c) => {
    return c.json(
      { invalidated: await market.invalidateCache(c.req.valid('json').symbols ?? []) },
      200,
    );
  });

  app.openapi({ ...warmCache, middleware: operator }, async (c) => {
    return c.json({ warmed: await market.warmCache(c.req.valid('json').symbols ?? []) }, 200);
  });

  app.openapi({ ...listSessions, middleware: operator }, async (c) => {
    return c.json(
      {
        items: await market.listInstrumentSessions(
          instrumentOf(c.req.valid('param')),
          c.req.valid('query'),
        ),
      },
      200,
    );
  });

  app.openapi({ ...setSession, middleware: operator }, async (c) => {
    const { reason, ...hours } = c.req.valid('json');
    const symbol = instrumentOf(c.req.valid('param'));
    return c.json(
      await market.setSession(
        callerOf(c),
        symbol,
        { date: c.req.valid('param').date, ...hours },
        reason,
      ),
      200,
    );
  });

  app.openapi({ ...removeSession, middleware: operator }, async (c) => {
    const symbol = instrumentOf(c.req.valid('param'));
    await market.removeSession(
      callerOf(c),
      symbol,
      c.req.valid('param').date,
      c.req.valid('query').reason,
    );
    return c.body(null, 204);
  });
}
