import type { Caller } from '../../contracts/caller.ts';
import { HubError } from '../../contracts/errors.ts';
import type { Order, OrderTerms } from '../../contracts/orders.ts';
import type { Balance, Position } from '../../contracts/portfolio.ts';
import type { HubUseCases, Profile } from '../../use-cases/use-cases.ts';

export const CUSTOMER: Caller = {
  userId: '0198aaaa-0000-7000-8000-000000000001',
  username: 'ada@test.local',
  accountId: '0198aaaa-0000-7000-8000-00000000000a',
  roles: ['CUSTOMER'],
};

export const OPERATOR: Caller = { ...CUSTOMER, username: 'olga@test.local', roles: ['OPERATOR'] };

export const ORDER_ID = '0198bbbb-0000-7000-8000-000000000001';

const TIME = '2026-11-24T14:30:00.000Z';

export const orderOf = (over: Partial<Order> = {}): Order => ({
  id: ORDER_ID,
  clientOrderId: 'my-order-1',
  accountId: CUSTOMER.accountId,
  symbol: 'AAPL',
  side: 'BUY',
  type: 'LIMIT',
  timeInForce: 'DAY',
  quantity: '10',
  limitPrice: '205.75',
  status: 'PENDING_NEW',
  filledQuantity: '0',
  leavesQuantity: '10',
  averageFillPrice: null,
  marketPriceAtSubmission: '205.7',
  marketDataTimestamp: TIME,
  rejectCode: null,
  rejectFacts: null,
  expiresAt: null,
  submittedAt: TIME,
  updatedAt: TIME,
  newAt: null,
  filledAt: null,
  canceledAt: null,
  expiredAt: null,
  rejectedAt: null,
  suspendedAt: null,
  ...over,
});

const BALANCE: Balance = {
  currency: 'USD',
  cash: '100000.00',
  settledCash: '97942.50',
  unsettledCash: '0.00',
  heldCash: '2057.50',
  buyingPower: '97942.50',
};

const POSITION: Position = {
  symbol: 'AAPL',
  quantity: '10',
  heldQuantity: '0',
  averagePrice: '205.75',
  costBasis: '2057.5',
  realizedPnl: '0.00',
  status: 'ACTIVE',
  positionType: 'LONG',
  marketPrice: '206.00',
  marketValue: '2060.00',
  unrealizedPnl: '2.50',
  lastTradeAt: TIME,
};

export const PROFILE: Profile = {
  userId: CUSTOMER.userId,
  email: CUSTOMER.username,
  firstName: 'Ada',
  lastName: 'Lovelace',
  roles: CUSTOMER.roles,
  account: { id: CUSTOMER.accountId, status: 'ACTIVE', currency: 'USD', shortingAllowed: false, createdAt: TIME },
};

/** What the edge passed to `submitOrder`. */
export interface Submission {
  caller: Caller;
  terms: OrderTerms;
  key: string | null;
}

type Overrides = { [Area in keyof HubUseCases]?: Partial<HubUseCases[Area]> };

/** Use-cases that answer from constants, and write down what was submitted. Known: the one order, AAPL, and its position. */
export function createStubUseCases(over: Overrides = {}): { useCases: HubUseCases; submissions: Submission[] } {
  const submissions: Submission[] = [];
  const theOrder = async (caller: Caller, id: string): Promise<Order> => {
    if (id !== ORDER_ID || caller.accountId !== CUSTOMER.accountId) throw new HubError('ORDER_NOT_FOUND');
    return orderOf();
  };
  const watchlist = async () => [{ symbol: 'AAPL', addedAt: TIME }];
  const tokens = async () => ({ accessToken: 'access', refreshToken: 'refresh', expiresInSeconds: 600 });
  const instrument = {
    symbol: 'AAPL',
    name: 'Apple Inc.',
    exchange: 'NASDAQ',
    currency: 'USD' as const,
    tradable: true,
    fractionable: true,
  };
  const useCases: HubUseCases = {
    auth: {
      register: async (request) => ({ ...PROFILE, email: request.email, firstName: request.firstName, lastName: request.lastName }),
      login: tokens,
      refresh: tokens,
      logout: async () => {},
      getProfile: async () => PROFILE,
      ...over.auth,
    },
    orders: {
      submitOrder: async (caller, terms, key) => {
        submissions.push({ caller, terms, key });
        return { order: orderOf({ ...terms, clientOrderId: terms.clientOrderId ?? ORDER_ID }), replayed: false };
      },
      cancelOrder: theOrder,
      getOrder: theOrder,
      listOrders: async () => ({ items: [orderOf()], nextCursor: null }),
      listExecutions: async (caller, id) => {
        const { symbol, side } = await theOrder(caller, id);
        return [
          { id, orderId: id, brokerExecutionId: 'x-1', symbol, side, quantity: '4', price: '205.70', cash: '822.80', executedAt: TIME },
        ];
      },
      listTimeline: async (caller, id) => {
        await theOrder(caller, id);
        return [{ sequence: 1, actor: 'system', action: 'ACCEPTED', details: { reason: 'funds' }, occurredAt: TIME }];
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
      listPositions: async (_caller, includeClosed) =>
        includeClosed ? [POSITION, { ...POSITION, symbol: 'IBM', status: 'CLOSED' }] : [POSITION],
      getPosition: async (_caller, symbol) => {
        if (symbol !== 'AAPL') throw new HubError('POSITION_NOT_FOUND');
        return POSITION;
      },
      ...over.portfolio,
    },
    market: {
      listInstruments: async () => ({ items: [instrument], nextCursor: null }),
      getInstrument: async (symbol) => {
        if (symbol !== 'AAPL') throw new HubError('INSTRUMENT_NOT_FOUND');
        return instrument;
      },
      getMarketData: async (symbols) => ({ quotes: [], unknownSymbols: [...symbols] }),
      listWatchlist: watchlist,
      replaceWatchlist: async (_caller, symbols) => symbols.map((symbol) => ({ symbol, addedAt: TIME })),
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
      listCalendar: async () => [{ date: '2026-11-24', open: TIME, close: '2026-11-24T21:00:00.000Z', isEarlyClose: false }],
      ...over.market,
    },
  };
  return { useCases, submissions };
}
