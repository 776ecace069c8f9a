import type { BulkFilter, BulkProgress, BulkRequest } from '../contracts/bulk-operations.ts';
import type { Caller } from '../contracts/caller.ts';
import type { AuditEvent, Execution, Order, OrderTerms, ReplaceTerms } from '../contracts/orders.ts';
import type { Balance, Instrument, Page, PortfolioSummary, Position, WatchlistItem } from '../contracts/portfolio.ts';
import type { OperatorOrder } from '../contracts/ports/attention-reader.ts';
import type { Break } from '../contracts/ports/breaks.ts';
import type { ExecutionStanding } from '../contracts/ports/execution-workflows.ts';
import type { Quotes } from '../contracts/ports/market-data.ts';
import type { InstrumentSession } from '../contracts/ports/trading-sessions.ts';
import type { Withdrawal } from '../contracts/ports/withdrawals.ts';
import type { SettlementInRepair } from '../contracts/settlement.ts';
import type { OperatorRequest } from '../contracts/workflow-messages.ts';

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
  /**
   * Asks for a new order in the place of an open one and answers with the new one as it then stands; a refusal is an answer, as of
   * `submitOrder`. Failures: `ORDER_NOT_REPLACEABLE`, `VALIDATION_FAILED` for terms that are not of the original's type.
   */
  replaceOrder(
    caller: Caller,
    orderId: string,
    terms: ReplaceTerms,
    idempotencyKey: string | null,
  ): Promise<{ order: Order; replayed: boolean }>;
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

/** Settled cash that leaves the caller's account. */
export interface WithdrawalUseCases {
  /** With a key, the first answer is given again. Failures: `INSUFFICIENT_WITHDRAWABLE_CASH` (nothing is kept), `IDEMPOTENCY_KEY_REUSED`. */
  withdraw(caller: Caller, amount: string, idempotencyKey: string | null): Promise<{ withdrawal: Withdrawal; replayed: boolean }>;
  /** Newest first. */
  listWithdrawals(caller: Caller, request: PageRequest): Promise<Page<Withdrawal>>;
}

/** Executions that could not be settled on their day; each has a workflow of its own that retries. For operators. */
export interface SettlementAdmin {
  listInRepair(request: PageRequest): Promise<Page<SettlementInRepair>>;
  /**
   * Ends the wait before the next attempt and answers with what came of it; PENDING when that takes long. Failures:
   * `SETTLEMENT_NOT_FOUND`, `SETTLEMENT_NOT_WAITING`.
   */
  retrySettlement(executionId: string, request: OperatorRequest): Promise<RetriedSettlement>;
}

export interface RetriedSettlement {
  executionId: string;
  status: 'SETTLED' | 'IN_REPAIR' | 'PENDING';
  /** Why it is still in repair. */
  reason: string | null;
}

/** Reports that found their order closed and could not be booked; each has a workflow of its own that retries. For operators. */
export interface ExecutionAdmin {
  /** Those that wait for an operator. */
  listWaiting(request: PageRequest): Promise<Page<ExecutionStanding>>;
  /**
   * Ends the wait before the next attempt and answers with what came of it; PENDING when that takes long. Failures:
   * `EXECUTION_NOT_FOUND`, also for one that is booked, and `EXECUTION_NOT_WAITING`.
   */
  retryExecution(operator: Caller, brokerExecutionId: string, reason: string): Promise<RetriedExecution>;
}

export interface RetriedExecution {
  brokerExecutionId: string;
  status: 'BOOKED' | 'WAITING' | 'PENDING';
  /** The code with which it failed again. */
  lastFailure: string | null;
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
  /** Of the market, or of an instrument with its own sessions. Failure: `INSTRUMENT_NOT_FOUND`. */
  getClock(symbol: string | null): Promise<MarketClock>;
  /**
   * Of the market, or of an instrument with its own sessions. Dates are `YYYY-MM-DD`; null: from today, to 30 days after the start.
   * Failures: `VALIDATION_FAILED`, `INSTRUMENT_NOT_FOUND`.
   */
  listCalendar(request: { start: string | null; end: string | null; symbol: string | null }): Promise<MarketDay[]>;
}

export interface AdminOrderFilter extends OrderFilter {
  /** `true`: those that wait for an operator; `false`: all others; null: both. */
  attention: boolean | null;
  /** All accounts when null. */
  accountId: string | null;
}

/**
 * What operators do, on the orders of all accounts. Each interference is kept in the audit trail with who and why; `reason` has 1 to
 * 500 characters. An unknown order is `ORDER_NOT_FOUND`.
 */
export interface AdminUseCases {
  /** Those that wait for an operator come longest waiting first, all others newest first. */
  listOrders(filter: AdminOrderFilter): Promise<Page<OperatorOrder>>;
  getOrder(orderId: string): Promise<OperatorOrder>;
  listTimeline(orderId: string): Promise<AuditEvent[]>;
  /** Ends the wait before the next attempt. Failure: `ORDER_NOT_WAITING`. */
  retryOrder(operator: Caller, orderId: string, reason: string): Promise<OperatorOrder>;
  /** Ends the order and releases its hold. Failure: `ORDER_NOT_WAITING`. */
  failOrder(operator: Caller, orderId: string, reason: string): Promise<OperatorOrder>;
  /** Failure: `ORDER_NOT_CANCELABLE`. */
  cancelOrder(operator: Caller, orderId: string, reason: string): Promise<OperatorOrder>;
  listBreaks(filter: PageRequest & { status: 'open' | 'resolved' | 'all' }): Promise<Page<Break>>;
  /** Failures: `BREAK_NOT_FOUND`, `BREAK_ALREADY_RESOLVED`. */
  resolveBreak(operator: Caller, breakId: string, resolution: string): Promise<Break>;
  /** Dates are `YYYY-MM-DD`; null: from today, to a year after the start. Failures: `INSTRUMENT_NOT_FOUND`, `VALIDATION_FAILED`. */
  listSessions(symbol: string, request: { start: string | null; end: string | null }): Promise<InstrumentSession[]>;
  /** Failures: `INSTRUMENT_NOT_FOUND`, `VALIDATION_FAILED`. */
  setSession(operator: Caller, symbol: string, session: InstrumentSession, reason: string): Promise<InstrumentSession>;
  /** Failures: `INSTRUMENT_NOT_FOUND`, `TRADING_SESSION_NOT_FOUND`. */
  removeSession(operator: Caller, symbol: string, date: string, reason: string): Promise<void>;
}

/** What operators ask of many orders at once; each order is asked as `AdminUseCases` asks one, and its audit trail says so. */
export interface BulkUseCases {
  /** Answers as soon as it is started. With a key, the same operation is answered again. Failure: `IDEMPOTENCY_KEY_REUSED`. */
  startBulk(
    operator: Caller,
    order: Pick<BulkRequest, 'action' | 'filter' | 'reason'>,
    idempotencyKey: string | null,
  ): Promise<{ bulk: BulkProgress; replayed: boolean }>;
  /** What the filter finds now; nothing is asked and nothing recorded. */
  previewBulk(filter: BulkFilter): Promise<BulkPreview>;
  /** Running ones first, then those that ended last. */
  listBulks(request: PageRequest): Promise<Page<BulkProgress>>;
  /** Failure: `BULK_OPERATION_NOT_FOUND`. */
  getBulk(bulkId: string): Promise<BulkProgress>;
  /** Ends it after the orders that are being asked; one that has ended stays as it is. Failure: `BULK_OPERATION_NOT_FOUND`. */
  stopBulk(operator: Caller, bulkId: string, reason: string): Promise<BulkProgress>;
}

export interface BulkPreview {
  matched: number;
  /** The first few. */
  orderIds: string[];
}

/** All that the system does for whoever asks, whatever the wire. */
export interface HubUseCases {
  auth: AuthUseCases;
  orders: OrderUseCases;
  portfolio: PortfolioUseCases;
  withdrawals: WithdrawalUseCases;
  settlements: SettlementAdmin;
  executions: ExecutionAdmin;
  market: MarketUseCases;
  admin: AdminUseCases;
  bulk: BulkUseCases;
}
