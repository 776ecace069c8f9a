import type { ServiceImpl } from '@connectrpc/connect';
import { HubError } from '../../contracts/errors.ts';
import type { PortfolioService, PositionService } from '../../proto/gen/hub/v1/portfolio_pb.js';
import type { PortfolioUseCases } from '../../use-cases/use-cases.ts';
import { isSymbol } from '../schemas/fields.ts';
import { callerOf } from './call-context.ts';
import { toBalanceMessage, toPositionMessage, toSummaryMessage } from './messages.ts';

/** PortfolioService over the same use-cases as REST. */
export const createPortfolioService = (portfolio: PortfolioUseCases): ServiceImpl<typeof PortfolioService> => ({
  async getPortfolioSummary(_request, context) {
    return toSummaryMessage(await portfolio.summarizePortfolio(callerOf(context)));
  },

  async getBalance(_request, context) {
    return { balance: toBalanceMessage(await portfolio.getBalance(callerOf(context))) };
  },
});

/** PositionService over the same use-cases as REST. */
export const createPositionService = (portfolio: PortfolioUseCases): ServiceImpl<typeof PositionService> => ({
  async listPositions({ includeClosed }, context) {
    const positions = await portfolio.listPositions(callerOf(context), includeClosed);
    return { positions: positions.map(toPositionMessage) };
  },

  async getPosition({ symbol }, context) {
    if (!isSymbol(symbol)) throw new HubError('POSITION_NOT_FOUND');
    return { position: toPositionMessage(await portfolio.getPosition(callerOf(context), symbol)) };
  },
});
