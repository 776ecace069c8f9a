import type { Caller } from '../contracts/caller.ts';
import type { AuditEvent, Execution, Order, OrderTerms } from '../contracts/orders.ts';
import type { Balance, Instrument, Page, PortfolioSummary, Position, WatchlistItem } from '../contracts/portfolio.ts';
import type { Quotes } from '../contracts/ports/market-data.ts';

export interface Tokens {
  accessToken: string;
  refreshToken: string;
  expiresInSeconds: number;
}

export interface Profile {
  userId: string;
  email: string;
  firstName: string;
  lastName: string;
  roles: readonly string[];
  account: { id: string; status: string; currency: 'USD'; shortingAllowed: boolean; createdAt: string };
}

export interface PageRequest {
  limit: number;
  cursor: string | null;
}

export interface OrderFilter extends PageRequest {
  status: 'open' | 'closed' | 'all';
  symbol: string | null;
}

/** Identity. Failures: `INVALID_CREDENTIALS`, `EMAIL_TAKEN`, `REFRESH_TOKEN_INVALID`. */
export interface AuthUseCases {
  register(request: { email: string; password: string; firstName: string; lastName: string }): Promise<Profile>;
  /** Takes as long for an unknown user as for a wrong password. */
  login(email: string, password: string): Promise<Tokens>;
  /** Spends the refresh token and gives a new pair; a token used twice ends its whole family. */
  refresh(refreshToken: string): Promise<Tokens>;
  /** Ends the refresh token's family. An unknown token is no error. */
  logout(refreshToken: string): Promise<void>;
  getProfile(caller: Caller): Promise<Profile>;
}

/** Orders of the caller's account. Another account's order is `ORDER_NOT_FOUND`. */
export interface OrderUseCases {
  /** A refusal is an answer: the order comes back as REJECTED with its `rejectCode`. */
  submitOrder(caller: Caller, terms: OrderTerms, idempotencyKey: string | null): Promise<{ order: Order; replayed: boolean }>;
  /** Asks for the cancel and answers with the order as it then stands. Failure: `ORDER_NOT_CANCELABLE` when it is closed. */
  cancelOrder(caller: Caller, orderId: string): Promise<Order>;
  getOrder(caller: Caller, orderId: string): Promise<Order>;
  listOrders(caller: Caller, filter: OrderFilter): Promise<Page<Order>>;
  listExecutions(caller: Caller, orderId: string): Promise<Execution[]>;
  listTimeline(caller: Caller, orderId: string): Promise<AuditEvent[]>;
}

/** Money and shares of the caller's account, valued live; without market data the live fields are null. */
export interface PortfolioUseCases {
  summarizePortfolio(caller: Caller): Promise<PortfolioSummary>;
  getBalance(caller: Caller): Promise<Balance>;
  listPositions(caller: Caller, includeClosed: boolean): Promise<Position[]>;
  /** Failure: `POSITION_NOT_FOUND`. */
  getPosition(caller: Caller, symbol: string): Promise<Position>;
}

/** Times are RFC 3339 in UTC. */
export interface MarketClock {
  timestamp: string;
  isOpen: boolean;
  nextOpen: string;
  nextClose: string;
}

/** A date on which the market trades, `YYYY-MM-DD`, and its hours in UTC. */
export interface MarketDay {
  date: string;
  open: string;
  close: string;
  isEarlyClose: boolean;
}

export interface MarketUseCases {
  listInstruments(request: PageRequest): Promise<Page<Instrument>>;
  /** Failure: `INSTRUMENT_NOT_FOUND`. */
  getInstrument(symbol: string): Promise<Instrument>;
  /** Failure: `MARKET_DATA_UNAVAILABLE`. */
  getMarketData(symbols: readonly string[]): Promise<Quotes>;
  listWatchlist(caller: Caller): Promise<WatchlistItem[]>;
  /** Replaces the whole list. Failure: `INSTRUMENT_NOT_FOUND`, and then nothing changes. */
  replaceWatchlist(caller: Caller, symbols: readonly string[]): Promise<WatchlistItem[]>;
  /** Adding twice is adding once. */
  addToWatchlist(caller: Caller, symbol: string): Promise<WatchlistItem[]>;
  removeFromWatchlist(caller: Caller, symbol: string): Promise<WatchlistItem[]>;
  invalidateCache(symbols: readonly string[]): Promise<number>;
  warmCache(symbols: readonly string[]): Promise<number>;
  getClock(): Promise<MarketClock>;
  /** Dates are `YYYY-MM-DD`; null: from today, to 30 days after the start. Failure: `VALIDATION_FAILED`. */
  listCalendar(request: { start: string | null; end: string | null }): Promise<MarketDay[]>;
}

/** All that the system does for whoever asks, whatever the wire. */
export interface HubUseCases {
  auth: AuthUseCases;
  orders: OrderUseCases;
  portfolio: PortfolioUseCases;
  market: MarketUseCases;
}
