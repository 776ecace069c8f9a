import type { DecimalString, Timestamp } from '../decimal-string.ts';

/** Cash of an account in USD with two decimals. */
export interface Balance {
  currency: 'USD';
  /** settledCash + unsettledCash. */
  cash: DecimalString;
  settledCash: DecimalString;
  /** Net of trades whose settlement date has not come; negative when more is owed than due. */
  unsettledCash: DecimalString;
  /** Set aside for open orders: part of `cash`, not of `buyingPower`. */
  heldCash: DecimalString;
  /** What new buy orders may use: cash − heldCash. */
  buyingPower: DecimalString;
  /** Settled cash that no trade or open order needs: what a withdrawal may take. */
  withdrawableCash: DecimalString;
}

/** A position; the market fields are null when no quote could be had. */
export interface Position {
  symbol: string;
  /** Negative when short. */
  quantity: DecimalString;
  heldQuantity: DecimalString;
  averagePrice: DecimalString;
  costBasis: DecimalString;
  realizedPnl: DecimalString;
  status: 'ACTIVE' | 'CLOSED';
  positionType: 'LONG' | 'SHORT';
  marketPrice: DecimalString | null;
  marketValue: DecimalString | null;
  unrealizedPnl: DecimalString | null;
  lastTradeAt: Timestamp | null;
}

export interface PortfolioSummary {
  balance: Balance;
  positions: Position[];
  totalMarketValue: DecimalString;
  /** cash + totalMarketValue. */
  equity: DecimalString;
  asOf: Timestamp;
  /** Symbols whose value is not in the totals, because no quote could be had. */
  unpricedSymbols: string[];
}
