import type { DecimalString, Timestamp } from '../decimal-string.ts';

/** The ledger's cash accounts of one customer account, in USD, as the ledger keeps them. */
export interface CashBalances {
  /** CASH_SETTLED. */
  settled: DecimalString;
  /** CASH_UNSETTLED: the net of trades and of what open orders have set aside; may be negative. */
  unsettled: DecimalString;
  /** CASH_HELD: what is set aside for open orders. */
  held: DecimalString;
  /**
   * Of trades that are due but not settled: the least that sales less purchases come to, added up
   * date by date; `"0"` at most.
   */
  leastDue: DecimalString;
}

/**
 * A position as it is booked, without any market price. Cost basis and P&L with all their 16
 * decimals.
 */
export interface StoredPosition {
  symbol: string;
  quantity: DecimalString;
  heldQuantity: DecimalString;
  averagePrice: DecimalString;
  costBasis: DecimalString;
  realizedPnl: DecimalString;
  status: 'ACTIVE' | 'CLOSED';
  positionType: 'LONG' | 'SHORT';
  lastTradeAt: Timestamp | null;
}

/**
 * Every call is one round trip, sees one instant of the books, and throws
 * `HubError('DATABASE_UNAVAILABLE')` when there is no answer.
 */
export interface PortfolioReader {
  /** Cash and active positions by symbol; `null` when there is no such account. */
  readPortfolio(
    accountId: string,
  ): Promise<{ cash: CashBalances; positions: StoredPosition[] } | null>;
  /** `null` when there is no such account. */
  readCash(accountId: string): Promise<CashBalances | null>;
  /** By symbol. */
  listPositions(accountId: string, includeClosed: boolean): Promise<StoredPosition[]>;
  findPosition(accountId: string, symbol: string): Promise<StoredPosition | null>;
}
