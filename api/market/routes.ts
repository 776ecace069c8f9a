import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import type { HubUseCases } from '../../use-cases/hub-use-cases.ts';
import type { ApiEnv } from '../api-env.ts';
import type { Guards } from '../auth.ts';
import { BEARER_SECURITY, jsonAnswer, signedInProblems } from '../rest/route-parts.ts';
import { CalendarQuery, ClockQuery, MarketCalendar, MarketClock } from './hours-schema.ts';
import {
  Instrument,
  InstrumentPage,
  instrumentOf,
  ListInstrumentsQuery,
  MarketDataQuery,
  Quotes,
  SymbolPath,
} from './schema.ts';

const listInstruments = createRoute({
  method: 'get',
  path: '/v1/instruments',
  operationId: 'listInstruments',
  tags: ['Instruments'],
  summary: 'What can be traded, by symbol',
  security: BEARER_SECURITY,
  request: { query: ListInstrumentsQuery },
  responses: {
    200: jsonAnswer(InstrumentPage, 'A page of instruments'),
    ...signedInProblems('VALIDATION_FAILED'),
  },
});

const getInstrument = createRoute({
  method: 'get',
  path: '/v1/instruments/{symbol}',
  operationId: 'getInstrument',
  tags: ['Instruments'],
  summary: 'One instrument',
  security: BEARER_SECURITY,
  request: { params: SymbolPath },
  responses: {
    200: jsonAnswer(Instrument, 'The instrument'),
    ...signedInProblems('INSTRUMENT_NOT_FOUND'),
  },
});

const getMarketData = createRoute({
  method: 'get',
  path: '/v1/market-data',
  operationId: 'getMarketData',
  tags: ['Market data'],
  summary: 'The latest quotes of some symbols',
  security: BEARER_SECURITY,
  request: { query: MarketDataQuery },
  responses: {
    200: jsonAnswer(Quotes, 'The quotes'),
    ...signedInProblems('VALIDATION_FAILED', 'MARKET_DATA_UNAVAILABLE'),
  },
});

const getClock = createRoute({
  method: 'get',
  path: '/v1/clock',
  operationId: 'getClock',
  tags: ['Market hours'],
  summary: 'Whether the market, or an instrument, is open, and when that changes',
  security: BEARER_SECURITY,
  request: { query: ClockQuery },
  responses: {
    200: jsonAnswer(MarketClock, 'The time at the market'),
    ...signedInProblems('VALIDATION_FAILED', 'INSTRUMENT_NOT_FOUND'),
  },
});

const listCalendar = createRoute({
  method: 'get',
  path: '/v1/calendar',
  operationId: 'listCalendar',
  tags: ['Market hours'],
  summary: 'The days on which the market, or an instrument, trades, with its hours',
  security: BEARER_SECURITY,
  request: { query: CalendarQuery },
  responses: {
    200: jsonAnswer(MarketCalendar, 'The sessions by date'),
    ...signedInProblems('VALIDATION_FAILED', 'INSTRUMENT_NOT_FOUND'),
  },
});

export function marketRoutes(
  app: OpenAPIHono<ApiEnv>,
  { market }: HubUseCases,
  { signedIn }: Guards,
): void {
  app.openapi({ ...listInstruments, middleware: signedIn }, async (c) =>
    c.json(await market.listInstruments(c.req.valid('query')), 200),
  );

  app.openapi({ ...getInstrument, middleware: signedIn }, async (c) => {
    return c.json(await market.getInstrument(instrumentOf(c.req.valid('param'))), 200);
  });

  app.openapi({ ...getMarketData, middleware: signedIn }, async (c) => {
    return c.json(await market.getMarketData(c.req.valid('query').symbols), 200);
  });

  app.openapi({ ...getClock, middleware: signedIn }, async (c) => {
    return c.json(await market.getClock(c.req.valid('query').symbol), 200);
  });

  app.openapi({ ...listCalendar, middleware: signedIn }, async (c) => {
    return c.json({ items: await market.listCalendar(c.req.valid('query')) }, 200);
  });
}
