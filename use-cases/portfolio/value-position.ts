import type { Position } from '../../contracts/portfolio/portfolio.ts';
import type { StoredPosition } from '../../contracts/portfolio/portfolio-reader.ts';
import { Decimal, formatDecimal, formatValuation, ZERO } from '../../domain/money/decimal.ts';
import { valuePosition } from '../../domain/portfolio/position.ts';
import type { Prices } from './read-prices.ts';

type LiveFields = Pick<Position, 'marketPrice' | 'marketValue' | 'unrealizedPnl'>;

const UNPRICED: LiveFields = { marketPrice: null, marketValue: null, unrealizedPnl: null };

/** What is closed is worth nothing at any price. */
const CLOSED: LiveFields = {
  marketPrice: null,
  marketValue: formatValuation(ZERO),
  unrealizedPnl: formatValuation(ZERO),
};

/**
 * The position as a client reads it, valued at the last price. Amounts in USD are valuations,
 * rounded half-even to cents here and only here: no cash moves by them. The live fields are null
 * while the symbol has no price.
 */
export function toPosition(stored: StoredPosition, prices: Prices): Position {
  return {
    symbol: stored.symbol,
    quantity: formatDecimal(new Decimal(stored.quantity)),
    heldQuantity: formatDecimal(new Decimal(stored.heldQuantity)),
    averagePrice: formatDecimal(new Decimal(stored.averagePrice)),
    costBasis: formatValuation(new Decimal(stored.costBasis)),
    realizedPnl: formatValuation(new Decimal(stored.realizedPnl)),
    status: stored.status,
    positionType: stored.positionType,
    ...liveFields(stored, prices.get(stored.symbol)),
    lastTradeAt: stored.lastTradeAt,
  };
}

function liveFields(stored: StoredPosition, price: Decimal | undefined): LiveFields {
  if (stored.status === 'CLOSED') return CLOSED;
  if (!price) return UNPRICED;
  const state = {
    quantity: new Decimal(stored.quantity),
    costBasis: new Decimal(stored.costBasis),
    realizedPnl: new Decimal(stored.realizedPnl),
  };
  const { marketValue, unrealizedPnl } = valuePosition(state, price);
  return {
    marketPrice: formatDecimal(price),
    marketValue: formatValuation(marketValue),
    unrealizedPnl: formatValuation(unrealizedPnl),
  };
}
