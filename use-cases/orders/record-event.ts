import { HubError } from '../../contracts/errors.ts';
import type { OrderStore, WorkingOrder } from '../../contracts/ports/order-store.ts';
import type { OrderProgress } from '../../contracts/workflow-messages.ts';
import type { TradingCalendar } from '../../domain/calendar/calendar.ts';
import { isOpen } from '../../domain/order/order.ts';
import type { IllegalTransition } from '../../domain/order/transition.ts';
import { progressAfter, progressOf } from './order-progress.ts';
import { type OrderEvent, planOrderChange } from './plan-order-change.ts';

/** Times a plan is made anew because the order or the position moved under it. */
const PLANS_MAX = 16;

/**
 * Writes what happened to an order, once: one read (spared when `known` is still what holds) and one write. An event that is stale, or
 * an execution that is booked, changes nothing. An order that ends otherwise than REPLACED takes its pending replacement with it.
 * Throws `ORDER_NOT_FOUND`, `DATABASE_UNAVAILABLE`, and {@link IllegalOrderEvent} for what cannot be true.
 */
export function createRecordEvent({ orders, calendar }: { orders: OrderStore; calendar: TradingCalendar }) {
  return recordEvent;

  async function recordEvent(orderId: string, happened: OrderEvent, known?: WorkingOrder): Promise<OrderProgress> {
    let working = known ?? (await readWorking(orders, orderId));
    for (let plan = 0; plan < PLANS_MAX; plan++) {
      const planned = planOrderChange(working, happened, calendar);
      if (!planned.ok && working === known) {
        working = await readWorking(orders, orderId);
        continue;
      }
      if (!planned.ok) {
        if (await isBooked(orders, happened)) return progressOf(await readWorking(orders, orderId));
        throw new IllegalOrderEvent(orderId, planned.error);
      }
      if (planned.value === null) return progressOf(working);
      const outcome = await orders.writeOrderChange(planned.value);
      if (outcome === 'WRITTEN') {
        const progress = progressAfter(working, planned.value);
        if (isReplacing(working) && !isOpen(progress.status)) await rejectReplacement(orderId, progress, happened.occurredAt);
        return progress;
      }
      working = await readWorking(orders, orderId);
      if (outcome === 'ALREADY_BOOKED') return progressOf(working);
    }
    throw new HubError('DATABASE_UNAVAILABLE', { orderId }, { detail: 'The order changes too fast to be written' });
  }

  async function rejectReplacement(originalId: string, { status }: OrderProgress, occurredAt: string): Promise<void> {
    const replacement = await orders.findPendingReplacement(originalId);
    if (replacement) await recordEvent(replacement.order.id, replaceRejected(status, occurredAt), replacement);
  }
}

export type RecordEvent = ReturnType<typeof createRecordEvent>;

/** What happens to an order that was to take the place of one that has ended otherwise. */
export const replaceRejected = (originalStatus: string, occurredAt: string): OrderEvent => ({
  event: { execType: 'REJECTED' },
  brokerExecutionId: null,
  occurredAt,
  actor: 'broker',
  rejectCode: 'REPLACE_REJECTED',
  rejectFacts: { originalStatus },
});

export const isReplacing = ({ order, restoreStatus }: WorkingOrder): boolean =>
  order.status === 'PENDING_REPLACE' || restoreStatus === 'PENDING_REPLACE';

/** The venue says what our state machine holds impossible: a break between its books and ours. Asking again does not mend it. */
export class IllegalOrderEvent extends Error {
  override readonly name = 'IllegalOrderEvent';

  constructor(orderId: string, { code, from, execType }: IllegalTransition) {
    super(`${code}: ${execType} cannot happen to order ${orderId}, which is ${from}`);
  }
}

export async function readWorking(orders: OrderStore, orderId: string): Promise<WorkingOrder> {
  const working = await orders.readWorkingOrder(orderId);
  if (!working) throw new HubError('ORDER_NOT_FOUND', { orderId });
  return working;
}

/** A fill said twice looks like an over-fill to the state machine: what is booked is no news. */
async function isBooked(orders: OrderStore, { brokerExecutionId, event }: OrderEvent): Promise<boolean> {
  if (event.execType !== 'TRADE' || brokerExecutionId === null) return false;
  return (await orders.findBooked([brokerExecutionId])).has(brokerExecutionId);
}
