import type { ExecutionReport } from '../../contracts/broker-session/broker.ts';
import { ownOrderId } from '../../contracts/ids.ts';
import type { OrderStore } from '../../contracts/orders/order-store.ts';
import { isOpen } from '../../domain/orders/order.ts';
import type { ExecType } from '../../domain/orders/transition.ts';

/** Whoever got the answer has normally booked it by then. */
const ANSWER_GRACE_MS = 2_000;

/**
 * Keeps the reports that an answer carried as well until their grace is over, and knows up to which
 * sequence everything is taken in: a reader that starts there misses nothing.
 */
export function createAnsweredReports(startAfter: number) {
  let lastRead = startAfter;
  let waiting: { report: ExecutionReport; dueAtMs: number }[] = [];

  return {
    lastRead: (): number => lastRead,

    /** The batch has been read, and all in it that no answer carried has been delivered. */
    take(batch: readonly ExecutionReport[], nowMs: number): void {
      lastRead = batch.at(-1)?.sequence ?? lastRead;
      for (const report of batch) {
        if (report.inAnswer)
          waiting.push({
            report,
            dueAtMs: Math.min(Date.parse(report.time), nowMs) + ANSWER_GRACE_MS,
          });
      }
    },

    due: (nowMs: number): ExecutionReport[] =>
      waiting.filter(({ dueAtMs }) => dueAtMs <= nowMs).map(({ report }) => report),

    /** The reports have been dealt with. Returns the last sequence up to which all have. */
    finish(done: readonly ExecutionReport[]): number {
      const sequences = new Set(done.map((report) => report.sequence));
      waiting = waiting.filter(({ report }) => !sequences.has(report.sequence));
      const [first] = waiting;
      return first ? first.report.sequence - 1 : lastRead;
    },
  };
}

export type AnsweredReports = ReturnType<typeof createAnsweredReports>;

/** After which an order is closed here. */
const ENDS: ReadonlySet<ExecType> = new Set(['CANCELED', 'EXPIRED', 'REJECTED', 'REPLACED']);

/**
 * Of a broker's reports that an answer carried as well, those that nobody has booked: the answer
 * was lost, or our books were. They are fills that are not here, the ends of orders that are open
 * here and would stay so until their next attempt, minutes away, and whatever is said of orders
 * that are not here at all. Any other acknowledgement changes nothing that a fill or an end does
 * not.
 */
export async function findUnbooked(
  { orders }: { orders: Pick<OrderStore, 'findBooked' | 'readStatuses'> },
  broker: string,
  reports: readonly ExecutionReport[],
): Promise<ExecutionReport[]> {
  const trades = reports.filter(isTrade);
  const executionIds = trades.map(({ brokerExecutionId }) => brokerExecutionId);
  const orderIds = reports.flatMap((report) => (isTrade(report) ? [] : (orderIdOf(report) ?? [])));
  const booked = trades.length === 0 ? new Set() : await orders.findBooked(broker, executionIds);
  const statuses = orderIds.length === 0 ? null : await orders.readStatuses(orderIds);
  return reports.filter((report) => {
    if (isTrade(report)) return !booked.has(report.brokerExecutionId);
    const orderId = orderIdOf(report);
    if (orderId === null) return false;
    const status = statuses?.get(orderId);
    return status === undefined || (ENDS.has(report.execType) && isOpen(status));
  });
}

const isTrade = ({ execType }: ExecutionReport): boolean => execType === 'TRADE';

const orderIdOf = ({ brokerClientOrderId }: ExecutionReport): string | null =>
  ownOrderId(brokerClientOrderId);
