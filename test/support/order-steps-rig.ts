import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import type { OrderSubmission } from '../../contracts/orders.ts';
import type { BreakReport } from '../../contracts/ports/breaks.ts';
import type { MarketData, Quote } from '../../contracts/ports/market-data.ts';
import type { OrderStore } from '../../contracts/ports/order-store.ts';
import { alwaysOpenCalendar } from '../../domain/calendar/always-open.ts';
import type { RaiseBreak } from '../../use-cases/executions/raise-break.ts';
import { createAcceptOrder } from '../../use-cases/orders/accept-order.ts';
import { createOrderSteps } from '../../use-cases/orders/order-steps.ts';
import { createScriptedBroker } from './scripted-broker.ts';

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

/** AAPL alone, asked at 100.00. */
const marketData: MarketData = {
  getQuotes: async (symbols) => ({
    quotes: symbols.includes('AAPL') ? [quote] : [],
    unknownSymbols: symbols.filter((symbol) => symbol !== 'AAPL'),
  }),
  async *streamQuotes() {},
  invalidateCache: async () => 0,
  warmCache: async () => 0,
};

/** The steps of an order over the real database, with a venue in memory that fills at `price`. */
export function createOrderStepsRig(orders: OrderStore, over: { price?: string; raiseBreak?: RaiseBreak } = {}) {
  const venue = createScriptedBroker(over.price);
  const breaks: BreakReport[] = [];
  /** Orders whose workflow was started. */
  const started: string[] = [];
  const workflows = { startOrder: async ({ orderId }: OrderSubmission) => void started.push(orderId) };
  const deps = {
    orders,
    broker: venue.broker,
    marketData,
    calendar: alwaysOpenCalendar,
    clock: Date.now,
    workflows,
    raiseBreak: over.raiseBreak ?? (async (report: BreakReport) => breaks.push(report) > 0),
    observer: { suspended: () => {} },
    logger: pino({ level: 'silent' }),
  };
  return { venue, breaks, started, workflows, ...createOrderSteps(deps), acceptOrder: createAcceptOrder(deps) };
}

/** A market purchase of ten AAPL, unless `over` says otherwise. */
export const orderSubmission = (accountId: string, over: Partial<OrderSubmission> = {}): OrderSubmission => ({
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
