import type { BrokerOrder } from '../../contracts/broker-session/broker.ts';
import type { Clock } from '../../contracts/clock.ts';
import { HubError } from '../../contracts/errors.ts';
import type { MarketData } from '../../contracts/market/market-data.ts';
import type { WorkingOrder } from '../../contracts/orders/order-store.ts';
import type { OrderProgress, Replacement } from '../../contracts/orders/workflow-messages.ts';
import { isOpen } from '../../domain/orders/order.ts';
import { decideUntilWritten } from '../decide-until-written.ts';
import { quoteOf, readContext } from './accept-order.ts';
import { type BookReportsDeps, bookReports } from './book-reports.ts';
import { confirmReplacement } from './confirm-replacement.ts';
import { decideReplacementSubmission, replacementSubmission } from './decide-replacement.ts';
import { progressOf, readWorking } from './order-progress.ts';
import { placementOf } from './place-order.ts';
import type { OrderEvent } from './plan-order-change.ts';
import { recordEvent, replaceRejected } from './record-event.ts';

export interface ReplaceAtBrokerDeps extends BookReportsDeps {
  marketData: MarketData;
  clock: Clock;
}

export interface ReplaceOptions {
  replacement: Replacement;
  /** False only when the original certainly never reached the broker. */
  mayBeAtBroker: boolean;
}

/**
 * Replaces an open order (FIX OrderCancelReplaceRequest 35=G). First the new order is decided on
 * and holds what it needs beyond the original; then the original is PENDING_REPLACE; then the
 * broker is asked, whose word wins. Rejected: the original's status is restored and the new order
 * REJECTED. An original that never reached the broker is replaced here. Idempotent by the
 * replacement's id; throws what the broker throws.
 */
export async function replaceAtBroker(
  deps: ReplaceAtBrokerDeps,
  originalId: string,
  { replacement, mayBeAtBroker }: ReplaceOptions,
): Promise<OrderProgress> {
  const original = await readWorking(deps, originalId);
  const { status } = original.order;
  if (status === 'REPLACED') return confirmReplacement(deps, originalId, replacedHere(deps));
  const known = await deps.orders.readWorkingOrder(replacement.orderId);
  if (!isOpen(status)) return withdraw(deps, known, original);
  const accepted = known ?? (await decide(deps, original, replacement));
  if (accepted.order.status !== 'PENDING_NEW') return progressOf(original);

  await recordEvent(deps, originalId, systemEvent(deps, 'PENDING_REPLACE'), original);
  const quantity = replacement.terms.quantity ?? original.order.quantity;
  const answer = mayBeAtBroker
    ? await deps.brokers.of(original.order.broker).replaceOrder(originalId, {
        ...placementOf(accepted),
        quantity,
      })
    : null;
  if (!answer) return confirmReplacement(deps, originalId, replacedHere(deps));
  const progress = await bookReports(deps, originalId, answer.original.reports);
  if (answer.accepted || !isOpen(progress.status)) return progress;
  await recordEvent(deps, replacement.orderId, rejectionOf(deps, answer.original, replacement));
  return recordEvent(deps, originalId, systemEvent(deps, 'REPLACE_REJECTED'));
}

/**
 * The broker rejects a new stop for one that was reached before the request came, and whatever
 * comes after the original's end.
 */
function rejectionOf(
  deps: ReplaceAtBrokerDeps,
  { status, trigger }: BrokerOrder,
  { terms }: Replacement,
): OrderEvent {
  const rejected = replaceRejected(status, now(deps));
  const namesStop = terms.stopPrice !== undefined || terms.trailPercent !== undefined;
  return trigger && namesStop ? { ...rejected, rejectCode: 'STOP_ALREADY_TRIGGERED' } : rejected;
}

/** The original ended before anybody could ask for its replacement. */
async function withdraw(
  deps: ReplaceAtBrokerDeps,
  replacement: WorkingOrder | null,
  original: WorkingOrder,
): Promise<OrderProgress> {
  if (replacement?.order.status === 'PENDING_NEW') {
    const rejected = replaceRejected(original.order.status, now(deps));
    await recordEvent(deps, replacement.order.id, rejected, replacement);
  }
  return progressOf(original);
}

async function decide(
  deps: ReplaceAtBrokerDeps,
  original: WorkingOrder,
  replacement: Replacement,
): Promise<WorkingOrder> {
  const { orders, calendar, clock } = deps;
  const quote = await quoteOf(deps, original.order.symbol);
  const decideOnce = async (): Promise<WorkingOrder | null> => {
    const context = await readContext(deps, replacementSubmission(original.order, replacement));
    const when = { calendar, nowMs: clock() };
    const write = decideReplacementSubmission(original, replacement, context, quote, when);
    const outcome = await orders.writeAcceptance(write);
    if (outcome === 'WRITTEN' || outcome === 'DECIDED')
      return readWorking(deps, replacement.orderId);
    if (outcome === 'LAPSED')
      throw new HubError(
        'ORDER_NOT_REPLACEABLE',
        {},
        { detail: 'Nobody could decide on the replacement in time' },
      );
    if (outcome === 'CLIENT_ORDER_ID_REUSED')
      throw new HubError(outcome, { clientOrderId: replacement.terms.clientOrderId });
    return null;
  };
  return decideUntilWritten(decideOnce, {
    detail: 'The account changes too fast to decide on the replacement',
  });
}

const now = ({ clock }: ReplaceAtBrokerDeps): string => new Date(clock()).toISOString();

const replacedHere = (deps: ReplaceAtBrokerDeps) => ({ replacedHereAt: now(deps) });

const systemEvent = (
  deps: ReplaceAtBrokerDeps,
  execType: 'PENDING_REPLACE' | 'REPLACE_REJECTED',
): OrderEvent => ({
  event: { execType },
  brokerExecutionId: null,
  occurredAt: now(deps),
  actor: 'system',
});
