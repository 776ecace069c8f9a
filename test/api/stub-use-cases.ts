import { HubError } from '../../contracts/errors.ts';
import type { Caller } from '../../contracts/identity/caller.ts';
import type { Order, OrderTerms, ReplaceTerms } from '../../contracts/orders/order.ts';
import type { HubUseCases } from '../../use-cases/hub-use-cases.ts';
import {
  type AdminCall,
  type NoteCall,
  stubExecutions,
  stubInstrumentSessions,
  stubOperators,
  stubSettlement,
} from './stub-admin.ts';
import {
  BALANCE,
  CUSTOMER,
  EXECUTION_ID,
  NEW_ORDER_ID,
  ORDER_ID,
  orderOf,
  POSITION,
  PROFILE,
  TIME,
} from './stub-fixtures.ts';

export {
  BREAK_ID,
  BULK_ID,
  CUSTOMER,
  EXECUTION_ID,
  NEW_ORDER_ID,
  OPERATOR,
  ORDER_ID,
  orderOf,
  PROFILE,
} from './stub-fixtures.ts';

/** What the edge passed to `submitOrder`. */
export interface Submission {
  caller: Caller;
  terms: OrderTerms;
  key: string | null;
}

/** What the edge passed to `replaceOrder`. */
export interface ReplaceRequest {
  caller: Caller;
  orderId: string;
  terms: ReplaceTerms;
  key: string | null;
}

type Overrides = { [Area in keyof HubUseCases]?: Partial<HubUseCases[Area]> };

export interface StubUseCases {
  useCases: HubUseCases;
  submissions: Submission[];
  replacements: ReplaceRequest[];
  adminCalls: AdminCall[];
}

/**
 * Use-cases that answer from constants, and write down what was asked for. Known: the one order,
 * AAPL, its position, one break, one settlement.
 */
export function createStubUseCases(over: Overrides = {}): StubUseCases {
  const submissions: Submission[] = [];
  const replacements: ReplaceRequest[] = [];
  const adminCalls: AdminCall[] = [];
  const note: NoteCall = (name, operator, ...args) =>
    void adminCalls.push({ name, operator, args });
  const theOrder = async (caller: Caller, id: string): Promise<Order> => {
    if (id !== ORDER_ID || caller.accountId !== CUSTOMER.accountId)
      throw new HubError('ORDER_NOT_FOUND');
    return orderOf();
  };
  const watchlist = async () => [{ symbol: 'AAPL', addedAt: TIME }];
  const tokens = async () => ({
    accessToken: 'access',
    refreshToken: 'refresh',
    expiresInSeconds: 600,
  });
  const instrument = {
    symbol: 'AAPL',
    name: 'Apple Inc.',
    exchange: 'NASDAQ',
    currency: 'USD' as const,
    tradable: true,
    fractionable: true,
  };
  const useCases: HubUseCases = {
    identity: {
      register: async (request) => ({
        ...PROFILE,
        email: request.email,
        firstName: request.firstName,
        lastName: request.lastName,
      }),
      login: tokens,
      refresh: tokens,
      logout: async () => {},
      getProfile: async () => PROFILE,
      changePassword: async () => {},
      endOwnSession: async () => {},
      listSessions: async (caller) => [
        { id: caller.sessionId, createdAt: TIME, lastUsedAt: TIME, expiresAt: TIME, current: true },
      ],
      endSession: async (caller, id) => {
        if (id !== caller.sessionId) throw new HubError('SESSION_NOT_FOUND');
      },
      endOtherSessions: async () => 2,
      endSessionsFor: async (operator, userId, reason) => {
        if (userId !== CUSTOMER.userId) throw new HubError('USER_NOT_FOUND');
        note('endSessionsFor', operator.userId, userId, reason);
        return 3;
      },
      validateToken: async () => ({ valid: false, code: 'TOKEN_INVALID' }),
      unlockUser: async (operator, userId, reason) => {
        if (userId !== CUSTOMER.userId) throw new HubError('USER_NOT_FOUND');
        note('unlockUser', operator.userId, userId, reason);
      },
      findUsers: async (query) => {
        note('findUsers', '', query);
        return query.email === PROFILE.email ? [PROFILE] : [];
      },
      ...over.identity,
    },
    orders: {
      submitOrder: async (caller, terms, key) => {
        submissions.push({ caller, terms, key });
        const { quantity, clientOrderId, ...others } = terms;
        return {
          order: orderOf({
            ...others,
            quantity: quantity ?? '0',
            clientOrderId: clientOrderId ?? ORDER_ID,
          }),
          replayed: false,
        };
      },
      replaceOrder: async (caller, orderId, terms, key) => {
        await theOrder(caller, orderId);
        replacements.push({ caller, orderId, terms, key });
        return {
          order: orderOf({ ...terms, id: NEW_ORDER_ID, replaces: orderId }),
          replayed: false,
        };
      },
      cancelOrder: theOrder,
      getOrder: theOrder,
      listOrders: async () => ({ items: [orderOf()], nextCursor: null }),
      listExecutions: async (caller, id) => {
        const { symbol, side } = await theOrder(caller, id);
        const fill = {
          broker: 'paper-broker',
          brokerExecutionId: 'x-1',
          symbol,
          side,
          quantity: '4',
          price: '205.70',
          cash: '822.80',
          executedAt: TIME,
        };
        const settlement = {
          tradeDate: '2026-11-24',
          settlementDate: '2026-11-25',
          settlementStatus: 'PENDING' as const,
        };
        return [{ id: EXECUTION_ID, orderId: id, ...fill, ...settlement }];
      },
      listTimeline: async (caller, id) => {
        await theOrder(caller, id);
        return [
          {
            sequence: 1,
            actor: 'system',
            action: 'ACCEPTED',
            details: { reason: 'funds' },
            occurredAt: TIME,
          },
        ];
      },
      ...over.orders,
    },
    portfolio: {
      summarizePortfolio: async () => ({
        balance: BALANCE,
        positions: [POSITION],
        totalMarketValue: '2060.00',
        equity: '102060.00',
        asOf: TIME,
        unpricedSymbols: [],
      }),
      getBalance: async () => BALANCE,
      listPositions: async (_caller, { includeClosed }) =>
        includeClosed ? [POSITION, { ...POSITION, symbol: 'IBM', status: 'CLOSED' }] : [POSITION],
      getPosition: async (_caller, symbol) => {
        if (symbol !== 'AAPL') throw new HubError('POSITION_NOT_FOUND');
        return POSITION;
      },
      withdraw: async (caller, amount) => ({
        withdrawal: {
          id: ORDER_ID,
          accountId: caller.accountId,
          currency: 'USD',
          amount,
          createdAt: TIME,
        },
        replayed: false,
      }),
      listWithdrawals: async () => ({ items: [], nextCursor: null }),
      ...over.portfolio,
    },
    executions: { ...stubExecutions(note), ...over.executions },
    settlement: { ...stubSettlement(note), ...over.settlement },
    operators: { ...stubOperators(note), ...over.operators },
    market: {
      listInstruments: async () => ({ items: [instrument], nextCursor: null }),
      getInstrument: async (symbol) => {
        if (symbol !== 'AAPL') throw new HubError('INSTRUMENT_NOT_FOUND');
        return instrument;
      },
      getMarketData: async (symbols) => ({ quotes: [], unknownSymbols: [...symbols] }),
      listWatchlist: watchlist,
      replaceWatchlist: async (_caller, symbols) =>
        symbols.map((symbol) => ({ symbol, addedAt: TIME })),
      addToWatchlist: watchlist,
      removeFromWatchlist: watchlist,
      invalidateCache: async (symbols) => symbols.length,
      warmCache: async (symbols) => symbols.length,
      getClock: async () => ({
        timestamp: TIME,
        isOpen: true,
        nextOpen: '2026-11-25T14:30:00.000Z',
        nextClose: '2026-11-24T21:00:00.000Z',
      }),
      listCalendar: async () => [
        { date: '2026-11-24', open: TIME, close: '2026-11-24T21:00:00.000Z', isEarlyClose: false },
      ],
      ...stubInstrumentSessions(note),
      ...over.market,
    },
  };
  return { useCases, submissions, replacements, adminCalls };
}
