import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { createWorkContext } from '../../../adapters/telemetry/work-context.ts';
import { type ErrorCode, HubError } from '../../../contracts/errors.ts';
import type { MarketData } from '../../../contracts/market/market-data.ts';
import type { Order, OrderSubmission, OrderTerms } from '../../../contracts/orders/order.ts';
import type {
  AcceptanceOutcome,
  OrderStore,
  SubmissionContext,
} from '../../../contracts/orders/order-store.ts';
import type { OrderWorkflows } from '../../../contracts/orders/order-workflows.ts';
import { alwaysOpenCalendar } from '../../../domain/market/always-open.ts';
import { createEarlyStarts } from '../../../use-cases/orders/early-starts.ts';
import { submitOrder } from '../../../use-cases/orders/submit-order.ts';
import { CUSTOMER } from '../../api/stub-use-cases.ts';
import { UNLIMITED } from '../../support/raised-limits.ts';
import { contextWith, quoteAt } from './decision-fixtures.ts';

const TERMS: OrderTerms = {
  ...{
    symbol: 'AAPL',
    side: 'BUY',
    type: 'LIMIT',
    timeInForce: 'DAY',
    quantity: '10',
    notional: null,
    limitPrice: '100.00',
  },
  ...{ stopPrice: null, trailPercent: null, clientOrderId: null },
};
const POOR = {
  account: { status: 'ACTIVE', buyingPower: '0.00', shortingAllowed: false },
} as const;

interface World {
  context?: Partial<SubmissionContext>;
  ordersPerMinute?: number;
  write?: () => AcceptanceOutcome;
  startOrder?: () => Promise<void>;
}

/** What happens, in its order: reads, starts and writes, the latter with the order's status. */
function createWorld(world: World = {}) {
  const events: string[] = [];
  const decided = new Map<string, Order>();
  let left = world.ordersPerMinute ?? Number.POSITIVE_INFINITY;
  const context = { now: world.context ?? {} };
  const orders = {
    readSubmission: async ({ orderId }: OrderSubmission) => {
      events.push('read');
      await new Promise((resolve) => setTimeout(resolve, 5));
      return contextWith({ decided: decided.get(orderId) ?? null, ...context.now });
    },
    writeAcceptance: async ({ order }: { order: Order }) => {
      events.push(`write ${order.status}`);
      const outcome = world.write?.() ?? 'WRITTEN';
      if (outcome === 'WRITTEN') decided.set(order.id, order);
      return outcome;
    },
  } as unknown as OrderStore;
  const workflows = {
    startOrder: async () => {
      events.push('start');
      await world.startOrder?.();
    },
    abandonOrder: async () => void events.push('abandon'),
  } as unknown as OrderWorkflows;
  const marketData = {
    getQuotes: async (symbols: string[]) => ({
      quotes: symbols.includes('AAPL') ? [quoteAt('2026-11-24T15:00:00.000Z')] : [],
    }),
  } as unknown as MarketData;
  const rateLimits = {
    take: async () => ({
      ...(await UNLIMITED.take('orders_per_account', '')),
      isAllowed: left-- > 0,
    }),
    giveBack: async () => {
      left += 1;
    },
  };
  const deps = {
    ...{ orders, marketData, workflows, rateLimits },
    calendar: alwaysOpenCalendar,
    openOrdersMax: 3,
    earlyStarts: createEarlyStarts(),
    work: createWorkContext(),
    clock: Date.now,
    logger: pino({ level: 'silent' }),
  };
  const submit = (over: Partial<OrderTerms> = {}, key: string | null = null): Promise<string> =>
    submitOrder(deps, CUSTOMER, { ...TERMS, ...over }, key).then(
      ({ order, replayed }) => (replayed ? 'again ' : '') + (order.rejectCode ?? order.status),
      (error: HubError) => error.code,
    );
  const takeEvents = () => events.splice(0).join(', ');
  return { submit, takeEvents, context };
}

describe('a rejected order', () => {
  it.each<[code: ErrorCode, context: Partial<SubmissionContext>, terms: Partial<OrderTerms>]>([
    ['INSUFFICIENT_BUYING_POWER', POOR, {}],
    ['UNKNOWN_SYMBOL', { instrument: null }, { symbol: 'ZZZZ' }],
    [
      'INSTRUMENT_HALTED',
      { instrument: { tradable: false, fractionable: true, broker: 'second' } },
      {},
    ],
    [
      'ACCOUNT_RESTRICTED',
      { account: { status: 'RESTRICTED', buyingPower: '1000000.00', shortingAllowed: false } },
      {},
    ],
    ['TOO_MANY_OPEN_ORDERS', { openOrders: 3 }, {}],
  ])('starts no workflow: %s', async (code, context, terms) => {
    const world = createWorld({ context });
    for (let order = 0; order < 3; order++) {
      expect(await world.submit(terms)).toBe(code);
      expect(world.takeEvents()).toBe('read, write REJECTED');
    }
  });

  it('is answered the same again under its key', async () => {
    const world = createWorld({ context: POOR });
    expect(await world.submit({}, 'key')).toBe('INSUFFICIENT_BUYING_POWER');
    world.context.now = {};
    expect(await world.submit({}, 'key')).toBe('again INSUFFICIENT_BUYING_POWER');
    expect(world.takeEvents()).toBe('read, write REJECTED, read');
  });

  it('is answered while Temporal is away', async () => {
    const world = createWorld({
      context: POOR,
      startOrder: () => Promise.reject(new HubError('TEMPORAL_UNAVAILABLE')),
    });
    expect(await world.submit()).toBe('INSUFFICIENT_BUYING_POWER');
  });

  it('of an account whose orders were accepted costs at most the workflows that it had credit for', async () => {
    const world = createWorld();
    for (let order = 0; order < 40; order++) await world.submit();
    world.context.now = POOR;
    world.takeEvents();
    await Promise.all(Array.from({ length: 300 }, () => world.submit()));
    expect(world.takeEvents().match(/start/g)).toHaveLength(20);
    await Promise.all(Array.from({ length: 300 }, () => world.submit()));
    expect(world.takeEvents()).not.toContain('start');
  });

  it("starts no workflow under another order's client order id, whatever credit there is", async () => {
    const world = createWorld();
    for (let order = 0; order < 3; order++) await world.submit();
    world.context.now = { clientOrderIdTaken: true };
    world.takeEvents();
    expect(await world.submit({ clientOrderId: 'thrice' }, 'another-key')).toBe(
      'CLIENT_ORDER_ID_REUSED',
    );
    expect(world.takeEvents()).toBe('read');
  });
});

describe('an accepted order', () => {
  it('has its workflow before it is written, and from the second on while the ground is read', async () => {
    const world = createWorld();
    expect(await world.submit()).toBe('PENDING_NEW');
    expect(world.takeEvents()).toBe('read, start, write PENDING_NEW');
    expect(await world.submit()).toBe('PENDING_NEW');
    expect(world.takeEvents()).toBe('read, start, write PENDING_NEW');
    let isStarted = false;
    const slow = createWorld({
      startOrder: async () => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        isStarted = true;
      },
      write: () => {
        expect(isStarted).toBe(true);
        isStarted = false;
        return 'WRITTEN';
      },
    });
    for (let order = 0; order < 3; order++) expect(await slow.submit()).toBe('PENDING_NEW');
  });

  it('is not written when its workflow cannot be started', async () => {
    const world = createWorld({
      startOrder: () => Promise.reject(new HubError('TEMPORAL_UNAVAILABLE')),
    });
    expect(await world.submit()).toBe('TEMPORAL_UNAVAILABLE');
    expect(world.takeEvents()).toBe('read, start');
  });

  it('is given up when it cannot be written', async () => {
    const write = (): never => {
      throw new HubError('DATABASE_UNAVAILABLE');
    };
    const world = createWorld({ write });
    expect(await world.submit()).toBe('DATABASE_UNAVAILABLE');
    expect(world.takeEvents()).toBe('read, start, write PENDING_NEW, abandon');
  });

  it('becomes a rejection when the account has as many open orders by the time it is written', async () => {
    const world: ReturnType<typeof createWorld> = createWorld({
      write: () => {
        if (world.context.now.openOrders === 3) return 'WRITTEN';
        world.context.now = { openOrders: 3 };
        return 'CONFLICT';
      },
    });
    expect(await world.submit()).toBe('TOO_MANY_OPEN_ORDERS');
  });
});

describe('one order too many in a minute', () => {
  it('is ORDER_RATE, is not kept and starts nothing', async () => {
    const world = createWorld({ ordersPerMinute: 2 });
    expect([await world.submit(), await world.submit(), await world.submit()]).toEqual([
      'PENDING_NEW',
      'PENDING_NEW',
      'ORDER_RATE',
    ]);
    expect(world.takeEvents().match(/start|write/g)).toHaveLength(4);
  });

  it('does not keep the answer to an earlier one back, which does not count', async () => {
    const world = createWorld({ ordersPerMinute: 2 });
    await world.submit({}, 'key');
    for (let again = 0; again < 5; again++)
      expect(await world.submit({}, 'key')).toBe('again PENDING_NEW');
    expect(await world.submit()).toBe('PENDING_NEW');
    expect(await world.submit()).toBe('ORDER_RATE');
    expect(await world.submit({}, 'key')).toBe('again PENDING_NEW');
  });
});
