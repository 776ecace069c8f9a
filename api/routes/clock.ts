import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import type { MarketUseCases } from '../../use-cases/use-cases.ts';
import type { ApiEnv } from '../api-env.ts';
import type { Guards } from '../auth.ts';
import { CalendarQuery, ClockQuery, MarketCalendar, MarketClock } from '../schemas/clock.ts';
import { BEARER_SECURITY, jsonAnswer, signedInProblems } from './route-parts.ts';

const tags = ['Market hours'];

const getClock = createRoute({
  method: 'get',
  path: '/v1/clock',
  operationId: 'getClock',
  tags,
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
  tags,
  summary: 'The days on which the market, or an instrument, trades, with its hours',
  security: BEARER_SECURITY,
  request: { query: CalendarQuery },
  responses: {
    200: jsonAnswer(MarketCalendar, 'The sessions by date'),
    ...signedInProblems('VALIDATION_FAILED', 'INSTRUMENT_NOT_FOUND'),
  },
});

export function registerClockRoutes(app: OpenAPIHono<ApiEnv>, market: MarketUseCases, { signedIn }: Guards): void {
  app.openapi({ ...getClock, middleware: signedIn }, async (c) => {
    return c.json(await market.getClock(c.req.valid('query').symbol), 200);
  });

  app.openapi({ ...listCalendar, middleware: signedIn }, async (c) => {
    return c.json({ items: await market.listCalendar(c.req.valid('query')) }, 200);
  });
}
