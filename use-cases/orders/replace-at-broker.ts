import type { Clock } from '../../contracts/clock.ts';
import { HubError } from '../../contracts/errors.ts';
import { brokerOrderId } from '../../contracts/ids.ts';
import type { Broker } from '../../contracts/ports/broker.ts';
import type { MarketData } from '../../contracts/ports/market-data.ts';
import type { OrderStore, WorkingOrder } from '../../contracts/ports/order-store.ts';
import type { OrderProgress, Replacement } from '../../contracts/workflow-messages.ts';
import type { TradingCalendar } from '../../domain/calendar/calendar.ts';
import { isOpen } from '../../domain/order/order.ts';
import { quoteOf, readContext } from './accept-order.ts';
import type { BookReports } from './book-reports.ts';
import { decideReplacementSubmission, replacementSubmission } from './decide-replacement.ts';
import { progressOf } from './order-progress.ts';
import { placementOf } from './place-order.ts';
import { type RecordEvent, readWorking, replaceRejected } from './record-event.ts';
import type { TakeOver } from './take-over.ts';

export interface ReplaceAtBrokerDeps {
  orders: OrderStore;
  broker: Broker;
  marketData: MarketData;
  calendar: TradingCalendar;
  recordEvent: RecordEvent;
  bookReports: BookReports;
  takeOver: TakeOver;
  clock: Clock;
}

const DECISIONS_MAX = 8;

/**
 * Replaces an open order (FIX OrderCancelReplaceRequest 35=G). First the new order is decided on and holds what it needs beyond the original;
 * then the original is PENDING_REPLACE; then the venue is asked, whose word wins. Refused: the original's status is restored and the new order
 * REJECTED. An original that never reached the venue is replaced here. Idempotent by the replacement's id; throws what the broker throws.
 */
export function createReplaceAtBroker(deps: ReplaceAtBrokerDeps) {
  const { orders, broker, recordEvent, bookReports, takeOver, clock } = deps;
  const now = (): string => new Date(clock()).toISOString();

  return async function replaceAtBroker(originalId: string, replacement: Replacement, isAtBroker: boolean): Promise<OrderProgress> {
    const original = await readWorking(orders, originalId);
    if (original.order.status === 'REPLACED') return takeOver(originalId, null, now());
    const known = await orders.readWorkingOrder(replacement.orderId);
    if (!isOpen(original.order.status)) return withdraw(known, original);
    const accepted = known ?? (await decide(original, replacement));
    if (accepted.order.status !== 'PENDING_NEW') return progressOf(original);

    await recordEvent(originalId, event('PENDING_REPLACE'), original);
    const originalBrokerId = brokerOrderId(originalId, original.revision);
    const quantity = replacement.terms.quantity ?? original.order.quantity;
    const answer = isAtBroker ? await broker.replaceOrder(originalBrokerId, { ...placementOf(accepted), quantity }) : null;
    if (!answer) return takeOver(originalId, null, now());
    const progress = await bookReports(originalId, answer.original.reports);
    if (answer.accepted || !isOpen(progress.status)) return progress;
    await recordEvent(replacement.orderId, replaceRejected(answer.original.status, now()));
    return recordEvent(originalId, event('REPLACE_REJECTED'));
  };

  /** The original ended before anybody could ask for its replacement. */
  async function withdraw(replacement: WorkingOrder | null, original: WorkingOrder): Promise<OrderProgress> {
    const { status } = original.order;
    if (replacement?.order.status === 'PENDING_NEW') await recordEvent(replacement.order.id, replaceRejected(status, now()), replacement);
    return progressOf(original);
  }

  async function decide(original: WorkingOrder, replacement: Replacement): Promise<WorkingOrder> {
    const quote = await quoteOf(deps.marketData, original.order.symbol);
    for (let decision = 0; decision < DECISIONS_MAX; decision++) {
      const context = await readContext(orders, replacementSubmission(original, replacement));
      const write = decideReplacementSubmission(original, replacement, context, quote, { calendar: deps.calendar, nowMs: clock() });
      const outcome = await orders.writeAcceptance(write);
      if (outcome === 'WRITTEN' || outcome === 'DECIDED') return readWorking(orders, replacement.orderId);
      if (outcome === 'LAPSED')
        throw new HubError('ORDER_NOT_REPLACEABLE', {}, { detail: 'Nobody could decide on the replacement in time' });
      if (outcome === 'CLIENT_ORDER_ID_REUSED') throw new HubError(outcome, { clientOrderId: replacement.terms.clientOrderId });
    }
    throw new HubError('DATABASE_UNAVAILABLE', {}, { detail: 'The account changes too fast to decide on the replacement' });
  }

  function event(execType: 'PENDING_REPLACE' | 'REPLACE_REJECTED') {
    return { event: { execType }, brokerExecutionId: null, occurredAt: now(), actor: 'system' };
  }
}
