import { parseBrokerOrderId } from '../../contracts/ids.ts';
import type { ExecutionReport } from '../../contracts/ports/broker.ts';
import type { OrderStore } from '../../contracts/ports/order-store.ts';
import type { ExecType } from '../../domain/order/transition.ts';

/** After which an order is closed here. */
const ENDS: ReadonlySet<ExecType> = new Set(['CANCELED', 'EXPIRED', 'REJECTED', 'REPLACED']);

/**
 * Of the reports that an answer carried as well, those that nobody has booked: the answer was lost. They are fills that are not here, and
 * the ends of orders that are open here and would stay so until their next attempt, minutes away. An acknowledgement changes nothing that a fill or an
 * end does not.
 */
export function createFindUnbooked(orders: Pick<OrderStore, 'findBooked' | 'whichAreOpen'>) {
  return async function findUnbooked(reports: readonly ExecutionReport[]): Promise<ExecutionReport[]> {
    const trades = reports.filter(({ execType }) => execType === 'TRADE');
    const ends = reports.filter(({ execType }) => ENDS.has(execType));
    const booked = trades.length === 0 ? new Set() : await orders.findBooked(trades.map(({ brokerExecutionId }) => brokerExecutionId));
    const open = ends.length === 0 ? new Set() : await orders.whichAreOpen(ends.flatMap((report) => orderIdOf(report) ?? []));
    return reports.filter((report) => {
      if (report.execType === 'TRADE') return !booked.has(report.brokerExecutionId);
      return ENDS.has(report.execType) && open.has(orderIdOf(report));
    });
  };
}

export type FindUnbooked = ReturnType<typeof createFindUnbooked>;

const orderIdOf = ({ brokerClientOrderId }: ExecutionReport): string | null => parseBrokerOrderId(brokerClientOrderId)?.orderId ?? null;
