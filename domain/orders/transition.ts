import { assertNever } from '../assert-never.ts';
import { type Decimal, ZERO } from '../money/decimal.ts';
import { err, ok, type Result } from '../result.ts';
import { isOpen, type OrderState, type OrderStatus } from './order.ts';

/** What happened (FIX ExecType 150), apart from what holds now (OrdStatus 39). */
export type ExecutionEvent =
  | { execType: 'NEW' }
  | { execType: 'TRIGGERED' }
  | { execType: 'TRADE'; quantity: Decimal; price: Decimal }
  | { execType: 'PENDING_CANCEL' }
  | { execType: 'CANCELED' }
  | { execType: 'CANCEL_REJECTED' }
  | { execType: 'PENDING_REPLACE' }
  | { execType: 'REPLACED' }
  | { execType: 'REPLACE_REJECTED' }
  | { execType: 'REJECTED' }
  | { execType: 'EXPIRED' }
  | { execType: 'SUSPENDED' }
  | { execType: 'RESUMED' };

export type ExecType = ExecutionEvent['execType'];

export interface IllegalTransition {
  code: 'ILLEGAL_TRANSITION' | 'OVERFILL' | 'NOT_POSITIVE';
  from: OrderStatus;
  execType: ExecType;
}

/**
 * Statuses that lie over another one: FIX ranks them above it, and it comes back when they are
 * lifted.
 */
type OverlayStatus = 'PENDING_CANCEL' | 'PENDING_REPLACE' | 'SUSPENDED';

/**
 * The order's life: the only place that decides a status. Pure; an event that is stale or said
 * twice returns the same object, one that cannot be true is an error, and nothing throws.
 *
 * Precedence is FIX's (OrdStatus 39): PENDING_CANCEL > PENDING_REPLACE > FILLED > SUSPENDED >
 * CANCELED, EXPIRED > PARTIALLY_FILLED > NEW, PENDING_NEW, but for one thing: a complete fill ends
 * the order at once, since nothing is left to cancel or replace.
 *
 * | event            | changes                                                      | same                 | illegal |
 * |------------------|--------------------------------------------------------------|----------------------|---------|
 * | NEW              | PENDING_NEW → NEW (also below an overlay)                    | all others           |         |
 * | TRIGGERED        | no status but PENDING_NEW → NEW: that the stop was reached, the broker has the order then; also of a closed order, late | said before | REJECTED |
 * | TRADE, complete  | all but REJECTED, FILLED → FILLED                            |                      | REJECTED; FILLED is OVERFILL |
 * | TRADE, in part   | PENDING_NEW, NEW → PARTIALLY_FILLED (also below an overlay); only the quantities in the others, CANCELED, EXPIRED and REPLACED included: a late fill | | as above |
 * | PENDING_CANCEL   | open → PENDING_CANCEL                                        | PENDING_CANCEL       | closed  |
 * | PENDING_REPLACE  | PENDING_NEW, NEW, PARTIALLY_FILLED → PENDING_REPLACE         | PENDING_REPLACE      | PENDING_CANCEL, SUSPENDED, closed |
 * | SUSPENDED        | open → SUSPENDED                                             | SUSPENDED            | closed  |
 * | CANCEL_REJECTED, REPLACE_REJECTED, RESUMED | their overlay → the status below it | no such overlay     |         |
 * | CANCELED, EXPIRED| open → CANCELED, EXPIRED                                     | itself               | other closed |
 * | REJECTED         | open with nothing filled → REJECTED                          | itself               | anything filled, other closed |
 * | REPLACED         | a pending replace → REPLACED                                 | itself               | all others |
 */
export function transition(
  order: OrderState,
  event: ExecutionEvent,
): Result<OrderState, IllegalTransition> {
  switch (event.execType) {
    case 'NEW':
      return ok(acknowledge(order));
    case 'TRIGGERED':
      return trigger(order);
    case 'TRADE':
      return fill(order, event.quantity, event.price);
    case 'PENDING_CANCEL':
    case 'SUSPENDED':
      return overlay(order, event.execType, isOpen(order.status));
    case 'PENDING_REPLACE':
      return overlay(order, event.execType, isWorking(order.status));
    case 'CANCEL_REJECTED':
      return ok(lift(order, 'PENDING_CANCEL'));
    case 'REPLACE_REJECTED':
      return ok(lift(order, 'PENDING_REPLACE'));
    case 'RESUMED':
      return ok(lift(order, 'SUSPENDED'));
    case 'CANCELED':
    case 'EXPIRED':
      return close(order, event.execType, isOpen(order.status));
    case 'REJECTED':
      return close(order, event.execType, isOpen(order.status) && order.filledQuantity.isZero());
    case 'REPLACED':
      return close(
        order,
        event.execType,
        isOpen(order.status) && [order.status, order.restoreStatus].includes('PENDING_REPLACE'),
      );
    default:
      return assertNever(event);
  }
}

const reject = (
  code: IllegalTransition['code'],
  order: OrderState,
  execType: ExecType,
): { ok: false; error: IllegalTransition } => err({ code, from: order.status, execType });

const isWorking = (status: OrderStatus): boolean =>
  status === 'PENDING_NEW' || status === 'NEW' || status === 'PARTIALLY_FILLED';

function acknowledge(order: OrderState): OrderState {
  if (order.status === 'PENDING_NEW') return { ...order, status: 'NEW' };
  return order.restoreStatus === 'PENDING_NEW' ? { ...order, restoreStatus: 'NEW' } : order;
}

function trigger(order: OrderState): Result<OrderState, IllegalTransition> {
  if (order.status === 'REJECTED') return reject('ILLEGAL_TRANSITION', order, 'TRIGGERED');
  return ok(order.isTriggered ? order : { ...acknowledge(order), isTriggered: true });
}

function fill(
  order: OrderState,
  quantity: Decimal,
  price: Decimal,
): Result<OrderState, IllegalTransition> {
  if (!quantity.gt(ZERO) || !price.gt(ZERO)) return reject('NOT_POSITIVE', order, 'TRADE');
  if (order.status === 'REJECTED') return reject('ILLEGAL_TRANSITION', order, 'TRADE');
  const filledQuantity = order.filledQuantity.plus(quantity);
  if (filledQuantity.gt(order.quantity)) return reject('OVERFILL', order, 'TRADE');
  const filled = {
    ...order,
    filledQuantity,
    filledNotional: order.filledNotional.plus(quantity.times(price)),
  };
  if (filledQuantity.eq(order.quantity))
    return ok({ ...filled, status: 'FILLED', restoreStatus: null });
  if (isWorking(order.status)) return ok({ ...filled, status: 'PARTIALLY_FILLED' });
  const advances = order.restoreStatus !== null && isWorking(order.restoreStatus);
  return ok(advances ? { ...filled, restoreStatus: 'PARTIALLY_FILLED' } : filled);
}

function overlay(
  order: OrderState,
  status: OverlayStatus,
  legal: boolean,
): Result<OrderState, IllegalTransition> {
  if (order.status === status) return ok(order);
  if (!legal) return reject('ILLEGAL_TRANSITION', order, status);
  return ok({ ...order, status, restoreStatus: order.status });
}

/**
 * One status below the overlay is remembered. What lies deeper (a cancel asked for while SUSPENDED,
 * say) is read from the fills: the broker has answered, so it knows the order.
 */
function lift(order: OrderState, status: OverlayStatus): OrderState {
  const acknowledged = order.filledQuantity.isZero() ? 'NEW' : 'PARTIALLY_FILLED';
  if (order.status !== status)
    return order.restoreStatus === status ? { ...order, restoreStatus: acknowledged } : order;
  const below = order.restoreStatus ?? acknowledged;
  return { ...order, status: below, restoreStatus: isWorking(below) ? null : acknowledged };
}

function close(
  order: OrderState,
  status: 'CANCELED' | 'EXPIRED' | 'REJECTED' | 'REPLACED',
  legal: boolean,
): Result<OrderState, IllegalTransition> {
  if (order.status === status) return ok(order);
  if (!legal) return reject('ILLEGAL_TRANSITION', order, status);
  return ok({ ...order, status, restoreStatus: null });
}
