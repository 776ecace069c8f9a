import type { Clock } from '../../contracts/clock.ts';
import type { AttentionReader } from '../../contracts/ports/attention-reader.ts';
import type { Breaks } from '../../contracts/ports/breaks.ts';
import type { InstrumentStore } from '../../contracts/ports/instruments.ts';
import type { TradingSessions } from '../../contracts/ports/trading-sessions.ts';
import type { TradingCalendar } from '../../domain/calendar/calendar.ts';
import { readOrThrow } from '../orders/read-orders.ts';
import type { AdminUseCases } from '../use-cases.ts';
import { createCancelOrder } from './cancel-order.ts';
import { createFailOrder } from './fail-order.ts';
import type { InterfereDeps } from './interfere.ts';
import { createListOrders } from './list-orders.ts';
import { createListSessions } from './list-sessions.ts';
import { createRemoveSession } from './remove-session.ts';
import { createResolveBreak } from './resolve-break.ts';
import { createRetryOrder } from './retry-order.ts';
import { createSetSession } from './set-session.ts';

export interface AdminDependencies {
  orders: AttentionReader;
  workflows: InterfereDeps['workflows'];
  log: InterfereDeps['log'];
  /** Names a request of an operator's. */
  newId: () => string;
  breaks: Pick<Breaks, 'listBreaks' | 'resolveBreak'>;
  sessions: TradingSessions;
  instruments: Pick<InstrumentStore, 'findInstrument'>;
  calendar: TradingCalendar;
  clock: Clock;
}

/** What operators see and do. That the caller is one is the edge's to know. */
export const createAdminUseCases = (deps: AdminDependencies): AdminUseCases => ({
  listOrders: createListOrders(deps),
  getOrder: (orderId) => readOrThrow(orderId, (id) => deps.orders.findOrder(id)),
  listTimeline: (orderId) => readOrThrow(orderId, (id) => deps.orders.listTimeline(id)),
  retryOrder: createRetryOrder(deps),
  failOrder: createFailOrder(deps),
  cancelOrder: createCancelOrder(deps),
  listBreaks: (filter) => deps.breaks.listBreaks(filter),
  resolveBreak: createResolveBreak(deps),
  listSessions: createListSessions(deps),
  setSession: createSetSession(deps),
  removeSession: createRemoveSession(deps),
});
