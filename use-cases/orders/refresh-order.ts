import { brokerOrderId } from '../../contracts/ids.ts';
import type { Broker } from '../../contracts/ports/broker.ts';
import type { OrderStore } from '../../contracts/ports/order-store.ts';
import type { OrderProgress } from '../../contracts/workflow-messages.ts';
import type { BookReports } from './book-reports.ts';
import { progressOf } from './order-progress.ts';
import { readWorking } from './record-event.ts';

/** The safety net under the execution reports: asks the venue how the order stands and books what was missed. */
export function createRefreshOrder({ orders, broker, bookReports }: { orders: OrderStore; broker: Broker; bookReports: BookReports }) {
  return async function refreshOrder(orderId: string): Promise<OrderProgress> {
    const working = await readWorking(orders, orderId);
    const atBroker = await broker.getOrder(brokerOrderId(orderId, working.revision));
    return atBroker ? bookReports(orderId, atBroker.reports, working) : progressOf(working);
  };
}
