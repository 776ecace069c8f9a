import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { createReportSeals } from '../../adapters/security/report-seals.ts';
import type { BreakObserver, BreakReport, Breaks } from '../../contracts/executions/breaks.ts';
import type { MarketData, Quote } from '../../contracts/market/market-data.ts';
import type { OrderSubmission } from '../../contracts/orders/order.ts';
import type { OrderStore } from '../../contracts/orders/order-store.ts';
import { alwaysOpenCalendar } from '../../domain/market/always-open.ts';
import { bind } from '../../use-cases/bind.ts';
import { acceptOrder } from '../../use-cases/orders/accept-order.ts';
import { bookReports } from '../../use-cases/orders/book-reports.ts';
import { orderSteps } from '../../use-cases/orders/order-steps.ts';
import { createScriptedBroker } from './scripted-broker.ts';
import { TEST_SECRETS } from './service-tokens.ts';

const quote: Quote = {
  symbol: 'AAPL',
  bid: '99.99',
  ask: '100.00',
  last: '100.00',
  bidSize: '1000',
  askSize: '1000',
  sequence: 1,
  time: '2026-11-24T14:30:00.000Z',
};

/** One symbol alone: AAPL, asked at 100.00, unless told otherwise. */
const marketOf = (only: Quote): MarketData => ({
  getQuotes: async (symbols) => ({
    quotes: symbols.includes(only.symbol) ? [only] : [],
    unknownSymbols: symbols.filter((symbol) => symbol !== only.symbol),
  }),
  async *streamQuotes() {},
  invalidateCache: async () => 0,
  warmCache: async () => 0,
});

interface RigOptions {
  /** At which the venue fills. */
  price?: string;
  quote?: Pick<Quote, 'symbol' | 'bid' | 'ask'>;
  /** Where breaks are kept, and who hears of them; else the rig keeps them. */
  breaks?: Pick<Breaks, 'raiseBreak'>;
  breakRaised?: BreakObserver['breakRaised'];
}

/** The steps of an order over the real database, with a venue in memory. */
export function createOrderStepsRig(orders: OrderStore, over: RigOptions = {}) {
  const venue = createScriptedBroker(over.price);
  const breaks: BreakReport[] = [];
  /** Orders whose workflow was started. */
  const started: string[] = [];
  const unconfirmed: number[] = [];
  const workflows = {
    startOrder: async ({ orderId }: OrderSubmission) => void started.push(orderId),
  };
  /** What Temporal remembers of orders. */
  const remembered = new Map<string, OrderSubmission>();
  const histories = { readSubmission: async (orderId: string) => remembered.get(orderId) ?? null };
  const deps = {
    orders,
    histories,
    brokers: venue.brokers,
    marketData: marketOf({ ...quote, ...over.quote }),
    calendar: alwaysOpenCalendar,
    openOrdersMax: 500,
    clock: Date.now,
    workflows,
    breaks: over.breaks ?? {
      raiseBreak: async (report: BreakReport) => breaks.push(report) > 0,
    },
    observer: {
      suspended: () => {},
      breakRaised: over.breakRaised ?? (() => {}),
      reportsUnconfirmed: (count: number) => void unconfirmed.push(count),
    },
    seals: createReportSeals([TEST_SECRETS.REPORT_SEAL_SECRET]),
    logger: pino({ level: 'silent' }),
  };
  const steps = bind(deps, { ...orderSteps, acceptOrder, bookReports });
  return { venue, breaks, unconfirmed, started, remembered, deps, ...steps };
}

/** A market purchase of ten AAPL, unless `over` says otherwise. */
export const orderSubmission = (
  accountId: string,
  over: Partial<OrderSubmission> = {},
): OrderSubmission => ({
  orderId: randomUUID(),
  accountId,
  symbol: 'AAPL',
  side: 'BUY',
  type: 'MARKET',
  timeInForce: 'DAY',
  quantity: '10',
  notional: null,
  limitPrice: null,
  stopPrice: null,
  trailPercent: null,
  clientOrderId: null,
  idempotency: null,
  submittedAt: new Date().toISOString(),
  acceptBy: new Date(Date.now() + 10_000).toISOString(),
  ...over,
});
