import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import type { AdminUseCases } from '../../use-cases/use-cases.ts';
import { type ApiEnv, callerOf } from '../api-env.ts';
import type { Guards } from '../auth.ts';
import * as schemas from '../schemas/admin.ts';
import { instrumentOf, SymbolPath } from '../schemas/market.ts';
import { adminProblems, BEARER_SECURITY, jsonAnswer, jsonBody, MALFORMED_BODY } from './route-parts.ts';

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
    200: jsonAnswer(schemas.SessionAnswer, 'The session that holds now'),
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
export function registerAdminSessionRoutes(app: OpenAPIHono<ApiEnv>, admin: AdminUseCases, { operator }: Guards): void {
  app.openapi({ ...listSessions, middleware: operator }, async (c) => {
    return c.json({ items: await admin.listSessions(instrumentOf(c.req.valid('param')), c.req.valid('query')) }, 200);
  });

  app.openapi({ ...setSession, middleware: operator }, async (c) => {
    const { reason, ...hours } = c.req.valid('json');
    const symbol = instrumentOf(c.req.valid('param'));
    return c.json(await admin.setSession(callerOf(c), symbol, { date: c.req.valid('param').date, ...hours }, reason), 200);
  });

  app.openapi({ ...removeSession, middleware: operator }, async (c) => {
    const symbol = instrumentOf(c.req.valid('param'));
    await admin.removeSession(callerOf(c), symbol, c.req.valid('param').date, c.req.valid('query').reason);
    return c.body(null, 204);
  });
}
