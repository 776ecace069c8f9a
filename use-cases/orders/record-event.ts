import { HubError } from '../../contracts/errors.ts';
import type { OrderStore, WorkingOrder } from '../../contracts/orders/order-store.ts';
import type { OrderProgress } from '../../contracts/orders/workflow-messages.ts';
import type { TradingCalendar } from '../../domain/market/calendar.ts';
import { isOpen } from '../../domain/orders/order.ts';
import { progressAfter, progressOf, readWorking } from './order-progress.ts';
import { type IllegalEvent, type OrderEvent, planOrderChange } from './plan-order-change.ts';

export interface RecordEventDeps {
  orders: OrderStore;
  calendar: TradingCalendar;
}

/** Times a plan is made anew because the order or the position moved under it. */
const PLANS_MAX = 16;

/**
 * Writes what happened to an order, once: one read (spared when `known` is still what holds) and
 * one write. An event that is stale, or an execution that is booked, changes nothing. An order that
 * ends otherwise than REPLACED takes its pending replacement with it. Throws `ORDER_NOT_FOUND`,
 * `DATABASE_UNAVAILABLE`, and {@link IllegalOrderEvent} for what cannot be true.
 */
export async function recordEvent(
  deps: RecordEventDeps,
  orderId: string,
  happened: OrderEvent,
  known?: WorkingOrder,
): Promise<OrderProgress> {
  let working = known ?? (await readWorking(deps, orderId));
  for (let plan = 0; plan < PLANS_MAX; plan++) {
    const planned = planOrderChange(working, happened, deps.calendar);
    if (!planned.ok && working === known) {
      working = await readWorking(deps, orderId);
      continue;
    }
    if (!planned.ok) {
      if (await isBooked(deps, happened)) return progressOf(await readWorking(deps, orderId));
      throw new IllegalOrderEvent(orderId, planned.error);
    }
    if (planned.value === null) return progressOf(working);
    const outcome = await deps.orders.writeOrderChange(planned.value);
    if (outcome === 'WRITTEN') {
      const progress = progressAfter(working, planned.value);
      if (isReplacing(working) && !isOpen(progress.status))
        await rejectReplacement(deps, progress, happened.occurredAt);
      return progress;
    }
    working = await readWorking(deps, orderId);
    if (outcome === 'ALREADY_BOOKED') return progressOf(working);
  }
  throw new HubError(
    'DATABASE_UNAVAILABLE',
    { orderId },
    { detail: 'The order changes too fast to be written' },
  );
}

/** The original ended before its replacement could take its place. */
async function rejectReplacement(
  deps: RecordEventDeps,
  { orderId: originalId, status }: OrderProgress,
  occurredAt: string,
): Promise<void> {
  const replacement = await deps.orders.findPendingReplacement(originalId);
  if (!replacement) return;
  await recordEvent(deps, replacement.order.id, replaceRejected(status, occurredAt), replacement);
}

/** What happens to an order that was to take the place of one that has ended otherwise. */
export const replaceRejected = (originalStatus: string, occurredAt: string): OrderEvent => ({
  event: { execType: 'REJECTED' },
  brokerExecutionId: null,
  occurredAt,
  actor: 'broker',
  rejectCode: 'REPLACE_REJECTED',
  rejectFacts: { originalStatus },
});

const isReplacing = ({ order, restoreStatus }: WorkingOrder): boolean =>
  order.status === 'PENDING_REPLACE' || restoreStatus === 'PENDING_REPLACE';

/**
 * The broker says what our state machine holds impossible: a break between its books and ours.
 * Asking again does not mend it.
 */
export class IllegalOrderEvent extends Error {
  override readonly name = 'IllegalOrderEvent';

  constructor(orderId: string, { code, from, execType }: IllegalEvent) {
    super(`${code}: ${execType} cannot happen to order ${orderId}, which is ${from}`);
  }
}

/** A fill said twice looks like an over-fill to the state machine: what is booked is no news. */
async function isBooked(
  { orders }: RecordEventDeps,
  { broker, brokerExecutionId, event }: OrderEvent,
): Promise<boolean> {
  if (event.execType !== 'TRADE' || broker === undefined || brokerExecutionId === null)
    return false;
  return (await orders.findBooked(broker, [brokerExecutionId])).has(brokerExecutionId);
}
