import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import type { HubUseCases } from '../../use-cases/hub-use-cases.ts';
import { type ApiEnv, callerOf } from '../api-env.ts';
import type { Guards } from '../auth.ts';
import { BEARER_SECURITY, jsonAnswer, jsonBody, signedInProblems } from '../rest/route-parts.ts';
import { instrumentOf, ReplaceWatchlistRequest, SymbolPath, Watchlist } from './schema.ts';

const ofWatchlist = { tags: ['Watchlist'], security: BEARER_SECURITY };
const answer = jsonAnswer(Watchlist, 'The watchlist as it stands now');

const listWatchlist = createRoute({
  ...ofWatchlist,
  method: 'get',
  path: '/v1/watchlist',
  operationId: 'listWatchlist',
  summary: 'The watchlist',
  responses: { 200: answer, ...signedInProblems() },
});

const replaceWatchlist = createRoute({
  ...ofWatchlist,
  method: 'put',
  path: '/v1/watchlist',
  operationId: 'replaceWatchlist',
  summary: 'Replace the whole watchlist',
  description: 'If one symbol is not known, nothing changes.',
  request: jsonBody(ReplaceWatchlistRequest),
  responses: { 200: answer, ...signedInProblems('VALIDATION_FAILED', 'INSTRUMENT_NOT_FOUND') },
});

const addToWatchlist = createRoute({
  ...ofWatchlist,
  method: 'put',
  path: '/v1/watchlist/{symbol}',
  operationId: 'addToWatchlist',
  summary: 'Add a symbol',
  description: 'Adding twice is adding once.',
  request: { params: SymbolPath },
  responses: { 200: answer, ...signedInProblems('INSTRUMENT_NOT_FOUND') },
});

const removeFromWatchlist = createRoute({
  ...ofWatchlist,
  method: 'delete',
  path: '/v1/watchlist/{symbol}',
  operationId: 'removeFromWatchlist',
  summary: 'Remove a symbol',
  request: { params: SymbolPath },
  responses: { 200: answer, ...signedInProblems('INSTRUMENT_NOT_FOUND') },
});

export function watchlistRoutes(
  app: OpenAPIHono<ApiEnv>,
  { market }: HubUseCases,
  { signedIn }: Guards,
): void {
  app.openapi({ ...listWatchlist, middleware: signedIn }, async (c) => {
    return c.json({ items: await market.listWatchlist(callerOf(c)) }, 200);
  });

  app.openapi({ ...replaceWatchlist, middleware: signedIn }, async (c) => {
    return c.json(
      { items: await market.replaceWatchlist(callerOf(c), c.req.valid('json').symbols) },
      200,
    );
  });

  app.openapi({ ...addToWatchlist, middleware: signedIn }, async (c) => {
    return c.json(
      { items: await market.addToWatchlist(callerOf(c), instrumentOf(c.req.valid('param'))) },
      200,
    );
  });

  app.openapi({ ...removeFromWatchlist, middleware: signedIn }, async (c) => {
    return c.json(
      { items: await market.removeFromWatchlist(callerOf(c), instrumentOf(c.req.valid('param'))) },
      200,
    );
  });
}
