import type { Logger } from 'pino';
import type { Clock } from '../../contracts/clock.ts';
import type { Broker } from '../../contracts/ports/broker.ts';
import type { MarketData } from '../../contracts/ports/market-data.ts';
import type { OrderStore } from '../../contracts/ports/order-store.ts';
import type { OrderWorkflows } from '../../contracts/ports/order-workflows.ts';
import type { SuspensionObserver } from '../../contracts/ports/step-observer.ts';
import type { TradingCalendar } from '../../domain/calendar/calendar.ts';
import type { RaiseBreak } from '../executions/raise-break.ts';
import { createAcceptOrder } from './accept-order.ts';
import { createBookReports } from './book-reports.ts';
import { createCancelAtBroker } from './cancel-at-broker.ts';
import { createExecuteOrder } from './execute-order.ts';
import { createExpireOrder } from './expire-order.ts';
import { createFailOrder } from './fail-order.ts';
import { createFindDecision } from './find-decision.ts';
import { createPlaceOrder } from './place-order.ts';
import { createRecordEvent } from './record-event.ts';
import { createRefreshOrder } from './refresh-order.ts';
import { createReplaceAtBroker } from './replace-at-broker.ts';
import { createResumeOrder, createSuspendOrder } from './suspend-order.ts';
import { createTakeOver } from './take-over.ts';

export interface OrderStepsDeps {
  orders: OrderStore;
  broker: Broker;
  marketData: MarketData;
  workflows: Pick<OrderWorkflows, 'startOrder'>;
  raiseBreak: RaiseBreak;
  observer: SuspensionObserver;
  calendar: TradingCalendar;
  clock: Clock;
  logger: Logger;
}

/** The steps of an order's life, wired to each other. */
export function createOrderSteps(deps: OrderStepsDeps) {
  const { orders, broker, calendar, clock } = deps;
  const recordEvent = createRecordEvent({ orders, calendar });
  const takeOver = createTakeOver(deps);
  const bookReports = createBookReports({ ...deps, recordEvent, takeOver });
  const booking = { ...deps, recordEvent, bookReports };
  return {
    executeOrder: createExecuteOrder({
      orders,
      acceptOrder: createAcceptOrder(deps),
      placeOrder: createPlaceOrder({ broker }),
      bookReports,
      clock,
    }),
    bookReports,
    cancelAtBroker: createCancelAtBroker(booking),
    replaceAtBroker: createReplaceAtBroker({ ...booking, takeOver }),
    expireOrder: createExpireOrder(booking),
    failOrder: createFailOrder(booking),
    suspendOrder: createSuspendOrder(booking),
    resumeOrder: createResumeOrder(booking),
    findDecision: createFindDecision({ orders }),
    refreshOrder: createRefreshOrder({ orders, broker, bookReports }),
  };
}

export type OrderSteps = ReturnType<typeof createOrderSteps>;
