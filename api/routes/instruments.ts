import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import type { MarketUseCases } from '../../use-cases/use-cases.ts';
import type { ApiEnv } from '../api-env.ts';
import type { Guards } from '../auth.ts';
import { Instrument, InstrumentPage, instrumentOf, ListInstrumentsQuery, SymbolPath } from '../schemas/market.ts';
import { BEARER_SECURITY, jsonAnswer, signedInProblems } from './route-parts.ts';

const tags = ['Instruments'];

const listInstruments = createRoute({
  method: 'get',
  path: '/v1/instruments',
  operationId: 'listInstruments',
  tags,
  summary: 'What can be traded, by symbol',
  security: BEARER_SECURITY,
  request: { query: ListInstrumentsQuery },
  responses: { 200: jsonAnswer(InstrumentPage, 'A page of instruments'), ...signedInProblems('VALIDATION_FAILED') },
});

const getInstrument = createRoute({
  method: 'get',
  path: '/v1/instruments/{symbol}',
  operationId: 'getInstrument',
  tags,
  summary: 'One instrument',
  security: BEARER_SECURITY,
  request: { params: SymbolPath },
  responses: { 200: jsonAnswer(Instrument, 'The instrument'), ...signedInProblems('INSTRUMENT_NOT_FOUND') },
});

export function registerInstrumentRoutes(app: OpenAPIHono<ApiEnv>, market: MarketUseCases, { signedIn }: Guards): void {
  app.openapi({ ...listInstruments, middleware: signedIn }, async (c) => c.json(await market.listInstruments(c.req.valid('query')), 200));

  app.openapi({ ...getInstrument, middleware: signedIn }, async (c) => {
    return c.json(await market.getInstrument(instrumentOf(c.req.valid('param'))), 200);
  });
}
