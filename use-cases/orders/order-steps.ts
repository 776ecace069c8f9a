import type { Clock } from '../../contracts/clock.ts';
import type { Broker } from '../../contracts/ports/broker.ts';
import type { MarketData } from '../../contracts/ports/market-data.ts';
import type { OrderStore } from '../../contracts/ports/order-store.ts';
import type { TradingCalendar } from '../../domain/calendar/calendar.ts';
import { createAcceptOrder } from './accept-order.ts';
import { createBookReports } from './book-reports.ts';
import { createCancelAtBroker } from './cancel-at-broker.ts';
import { createExecuteOrder } from './execute-order.ts';
import { createFindDecision } from './find-decision.ts';
import { createPlaceOrder } from './place-order.ts';
import { createRecordEvent } from './record-event.ts';
import { createRefreshOrder } from './refresh-order.ts';

export interface OrderStepsDeps {
  orders: OrderStore;
  broker: Broker;
  marketData: MarketData;
  calendar: TradingCalendar;
  clock: Clock;
}

/** The steps of an order's life, wired to each other. */
export function createOrderSteps({ orders, broker, marketData, calendar, clock }: OrderStepsDeps) {
  const acceptOrder = createAcceptOrder({ orders, marketData, calendar, clock });
  const placeOrder = createPlaceOrder({ broker });
  const recordEvent = createRecordEvent({ orders });
  const bookReports = createBookReports({ orders, recordEvent });
  const cancelAtBroker = createCancelAtBroker({ orders, broker, recordEvent, bookReports, clock });
  return {
    executeOrder: createExecuteOrder({ orders, acceptOrder, placeOrder, bookReports }),
    bookReports,
    cancelAtBroker,
    findDecision: createFindDecision({ orders }),
    refreshOrder: createRefreshOrder({ orders, broker, bookReports }),
  };
}
