import { z } from '@hono/zod-openapi';
import { decimal, timestamp } from './fields.ts';

export const Balance = z
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

export const Position = z
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

export const PositionList = z.object({ items: z.array(Position) }).openapi('PositionList');

export const ListPositionsQuery = z.strictObject({
  includeClosed: z
    .enum(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true')
    .openapi({ type: 'boolean', default: false }),
});

export const PortfolioSummary = z
  .object({
    balance: Balance,
    positions: z.array(Position),
    totalMarketValue: decimal,
    equity: decimal,
    asOf: timestamp,
    unpricedSymbols: z.array(z.string()),
  })
  .openapi('PortfolioSummary');
