import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { HubError } from '../../contracts/errors.ts';
import type { PortfolioUseCases } from '../../use-cases/use-cases.ts';
import { type ApiEnv, callerOf } from '../api-env.ts';
import type { Guards } from '../auth.ts';
import { isSymbol } from '../schemas/fields.ts';
import { SymbolPath } from '../schemas/market.ts';
import { ListPositionsQuery, Position, PositionList } from '../schemas/portfolio.ts';
import { BEARER_SECURITY, jsonAnswer, signedInProblems } from './route-parts.ts';

const tags = ['Positions'];

const listPositions = createRoute({
  method: 'get',
  path: '/v1/positions',
  operationId: 'listPositions',
  tags,
  summary: 'What the account holds',
  security: BEARER_SECURITY,
  request: { query: ListPositionsQuery },
  responses: { 200: jsonAnswer(PositionList, 'The positions'), ...signedInProblems('VALIDATION_FAILED') },
});

const getPosition = createRoute({
  method: 'get',
  path: '/v1/positions/{symbol}',
  operationId: 'getPosition',
  tags,
  summary: 'The position in one symbol',
  security: BEARER_SECURITY,
  request: { params: SymbolPath },
  responses: { 200: jsonAnswer(Position, 'The position'), ...signedInProblems('POSITION_NOT_FOUND') },
});

export function registerPositionRoutes(app: OpenAPIHono<ApiEnv>, portfolio: PortfolioUseCases, { signedIn }: Guards): void {
  app.openapi({ ...listPositions, middleware: signedIn }, async (c) => {
    return c.json({ items: await portfolio.listPositions(callerOf(c), c.req.valid('query').includeClosed) }, 200);
  });

  app.openapi({ ...getPosition, middleware: signedIn }, async (c) => {
    const { symbol } = c.req.valid('param');
    if (!isSymbol(symbol)) throw new HubError('POSITION_NOT_FOUND');
    return c.json(await portfolio.getPosition(callerOf(c), symbol), 200);
  });
}
