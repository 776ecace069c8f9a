import { z } from '@hono/zod-openapi';
import { HubError } from '../../contracts/errors.ts';
import { PortfolioService, PositionService } from '../../proto/gen/hub/v1/portfolio_pb.js';
import { SymbolPath } from '../market/schema.ts';
import { decimal, isSymbol, timestamp } from '../rest/fields.ts';
import { sharedRead } from '../shared-read.ts';

const Balance = z
  .object({
    currency: z.literal('USD'),
    cash: decimal,
    settledCash: decimal,
    unsettledCash: decimal,
    heldCash: decimal,
    buyingPower: decimal,
    withdrawableCash: decimal,
  })
  .openapi('Balance');

const Position = z
  .object({
    symbol: z.string(),
    quantity: decimal,
    heldQuantity: decimal,
    averagePrice: decimal,
    costBasis: decimal,
    realizedPnl: decimal,
    status: z.enum(['ACTIVE', 'CLOSED']),
    positionType: z.enum(['LONG', 'SHORT']),
    marketPrice: decimal.nullable(),
    marketValue: decimal.nullable(),
    unrealizedPnl: decimal.nullable(),
    lastTradeAt: timestamp.nullable(),
  })
  .openapi('Position');

const PortfolioSummary = z
  .object({
    balance: Balance,
    positions: z.array(Position),
    totalMarketValue: decimal,
    equity: decimal,
    asOf: timestamp,
    unpricedSymbols: z.array(z.string()),
  })
  .openapi('PortfolioSummary');

const ListPositionsQuery = z.strictObject({
  includeClosed: z
    .enum(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true')
    .openapi({ type: 'boolean', default: false }),
});

/** What the account holds and is worth. */
export const portfolioReads = [
  sharedRead({
    path: '/v1/portfolio/summary',
    operationId: 'getPortfolioSummary',
    tags: ['Portfolio'],
    summary: 'Cash, positions valued live, and their sum',
    answer: PortfolioSummary,
    answers: 'What the account is worth',
    rpc: PortfolioService.method.getPortfolioSummary,
    read: ({ portfolio }, caller) => portfolio.summarizePortfolio(caller),
    toResponse: (summary) => summary,
  }),
  sharedRead({
    path: '/v1/balance',
    operationId: 'getBalance',
    tags: ['Portfolio'],
    summary: 'Cash of the account',
    answer: Balance,
    answers: 'The cash',
    rpc: PortfolioService.method.getBalance,
    read: ({ portfolio }, caller) => portfolio.getBalance(caller),
    toResponse: (balance) => ({ balance }),
  }),
  sharedRead({
    path: '/v1/positions',
    operationId: 'listPositions',
    tags: ['Positions'],
    summary: 'What the account holds',
    query: ListPositionsQuery,
    answer: z.object({ items: z.array(Position) }).openapi('PositionList'),
    answers: 'The positions',
    failures: ['VALIDATION_FAILED'],
    rpc: PositionService.method.listPositions,
    read: async ({ portfolio }, caller, { includeClosed }) => ({
      items: await portfolio.listPositions(caller, { includeClosed }),
    }),
    toResponse: ({ items }) => ({ positions: items }),
  }),
  sharedRead({
    path: '/v1/positions/{symbol}',
    operationId: 'getPosition',
    tags: ['Positions'],
    summary: 'The position in one symbol',
    params: SymbolPath,
    answer: Position,
    answers: 'The position',
    failures: ['POSITION_NOT_FOUND'],
    rpc: PositionService.method.getPosition,
    read: async ({ portfolio }, caller, { symbol }) => {
      if (!isSymbol(symbol)) throw new HubError('POSITION_NOT_FOUND');
      return portfolio.getPosition(caller, symbol);
    },
    toResponse: (position) => ({ position }),
  }),
];
