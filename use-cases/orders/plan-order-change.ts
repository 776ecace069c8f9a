import type { RejectCode } from '../../contracts/errors.ts';
import type { OrderChange, WorkingOrder } from '../../contracts/ports/order-store.ts';
import type { TradingCalendar } from '../../domain/calendar/calendar.ts';
import { settlementDates } from '../../domain/calendar/settlement-date.ts';
import { type Posting, postFill, postHold, postRelease } from '../../domain/ledger/postings.ts';
import { Decimal, formatCash, formatDecimal, ZERO } from '../../domain/money/decimal.ts';
import { fillCash } from '../../domain/order/fill-cash.ts';
import { isOpen, leavesQuantity, type OrderState } from '../../domain/order/order.ts';
import { type ExecutionEvent, type IllegalTransition, transition } from '../../domain/order/transition.ts';
import { applyFill, averagePrice, type PositionState, positionStatus, positionType } from '../../domain/position/position.ts';
import { err, ok, type Result } from '../../domain/result.ts';
import { holdAfterFill } from '../../domain/risk/hold.ts';
import { toTransfers } from './ledger-transfers.ts';
import { executionIdFor } from './order-identity.ts';

/** An event with what is known of it beside its kind. */
export interface OrderEvent {
  event: ExecutionEvent;
  /** The broker's id of the report (FIX ExecID 17); names the event in the ledger. */
  brokerExecutionId: string | null;
  occurredAt: string;
  actor: string;
  rejectCode?: RejectCode;
  rejectFacts?: Record<string, string>;
  /** REPLACED: the order that took this one's place. */
  replacedBy?: string;
  /** More for the audit trail: who asked for it and why. */
  note?: Record<string, unknown>;
}

/** What money and shares do with the event. */
interface Movement {
  holdRemaining: Decimal | null;
  buyingPowerChange: Decimal;
  heldQuantityChange: Decimal;
  postings: Posting[];
  position: PositionState | null;
  cash: Decimal | null;
}

/**
 * Everything that one event changes: status, hold, position, ledger, audit; `null` when it changes nothing (stale or said twice).
 * Pure: it reads the working order and plans; the store writes the plan whole, guarded by the versions it stood on.
 */
export function planOrderChange(
  working: WorkingOrder,
  happened: OrderEvent,
  calendar: TradingCalendar,
): Result<OrderChange | null, IllegalTransition> {
  const before = stateOf(working);
  const moved = transition(before, happened.event);
  if (!moved.ok) return err(moved.error);
  const after = moved.value;
  if (after === before) return ok(null);
  const movement =
    happened.event.execType === 'TRADE' ? fillMovement(working, before, after, happened.event) : closingMovement(working, after);
  const eventKey = `order/${working.order.id}/${happened.brokerExecutionId ?? `${happened.event.execType}/${working.version}`}`;
  return ok({
    orderId: working.order.id,
    accountId: working.order.accountId,
    symbol: working.order.symbol,
    expectedVersion: working.version,
    order: orderColumns(working, after, happened),
    holdRemaining: movement.holdRemaining && formatDecimal(movement.holdRemaining),
    buyingPowerChange: formatCash(movement.buyingPowerChange),
    heldQuantityChange: formatDecimal(movement.heldQuantityChange),
    position: movement.position && positionColumns(working, movement.position, happened.occurredAt),
    execution: executionOf(working, happened, movement, calendar),
    transfers: toTransfers(eventKey, movement.postings),
    audit: {
      actor: happened.actor,
      action: happened.event.execType,
      details: { from: before.status, to: after.status, ...describe(happened) },
    },
  });
}

export const stateOf = (working: WorkingOrder): OrderState => ({
  status: working.order.status,
  restoreStatus: working.restoreStatus,
  quantity: new Decimal(working.order.quantity),
  filledQuantity: new Decimal(working.order.filledQuantity),
  filledNotional: new Decimal(working.filledNotional),
});

function fillMovement(
  working: WorkingOrder,
  before: OrderState,
  after: OrderState,
  trade: { quantity: Decimal; price: Decimal },
): Movement {
  const { side, symbol } = working.order;
  const cash = fillCash(before.filledNotional, trade.quantity, trade.price);
  const position = applyFill(positionOf(working), { side, ...trade });
  const fill = postFill({ side, symbol, quantity: trade.quantity, cash });
  const remaining = new Decimal(working.hold?.remaining ?? 0);
  if (side === 'SELL') {
    const sold = Decimal.min(remaining, trade.quantity);
    return {
      holdRemaining: working.hold && remaining.minus(sold),
      buyingPowerChange: cash,
      heldQuantityChange: sold.neg(),
      postings: fill,
      position,
      cash,
    };
  }
  const price = new Decimal(working.hold?.price ?? trade.price);
  const { held, released, drawn } = holdAfterFill(
    { kind: 'CASH', price, amount: remaining },
    { cost: cash, leaves: leavesQuantity(after) },
  );
  return {
    holdRemaining: working.hold && held,
    buyingPowerChange: released.minus(drawn),
    heldQuantityChange: ZERO,
    postings: [...postHold(drawn), ...fill, ...postRelease(released)],
    position,
    cash,
  };
}

/** An order that closes gives back what is still set aside for it. */
function closingMovement(working: WorkingOrder, after: OrderState): Movement {
  const still = { holdRemaining: null, buyingPowerChange: ZERO, heldQuantityChange: ZERO, postings: [], position: null, cash: null };
  if (isOpen(after.status) || !working.hold) return still;
  const remaining = new Decimal(working.hold.remaining);
  return working.hold.kind === 'CASH'
    ? { ...still, holdRemaining: ZERO, buyingPowerChange: remaining, postings: postRelease(remaining) }
    : { ...still, holdRemaining: ZERO, heldQuantityChange: remaining.neg() };
}

const positionOf = ({ position }: WorkingOrder): PositionState => ({
  quantity: new Decimal(position.quantity),
  costBasis: new Decimal(position.costBasis),
  realizedPnl: new Decimal(position.realizedPnl),
});

function positionColumns(working: WorkingOrder, position: PositionState, lastTradeAt: string): OrderChange['position'] {
  return {
    expectedVersion: working.position.version,
    quantity: formatDecimal(position.quantity),
    averagePrice: formatDecimal(averagePrice(position)),
    costBasis: formatDecimal(position.costBasis),
    realizedPnl: formatDecimal(position.realizedPnl),
    status: positionStatus(position),
    positionType: positionType(position),
    lastTradeAt,
  };
}

function orderColumns(
  { order }: WorkingOrder,
  after: OrderState,
  { event, occurredAt, rejectCode, rejectFacts, replacedBy }: OrderEvent,
): OrderChange['order'] {
  const acknowledges = event.execType === 'NEW' || event.execType === 'TRADE';
  const entered = (status: OrderState['status'], before: string | null) => (after.status === status ? (before ?? occurredAt) : before);
  return {
    status: after.status,
    restoreStatus: after.restoreStatus,
    filledQuantity: formatDecimal(after.filledQuantity),
    filledNotional: formatDecimal(after.filledNotional),
    rejectCode: after.status === 'REJECTED' ? (rejectCode ?? 'BROKER_REJECTED') : order.rejectCode,
    rejectFacts: after.status === 'REJECTED' ? (rejectFacts ?? null) : order.rejectFacts,
    updatedAt: occurredAt,
    newAt: order.newAt ?? (acknowledges ? occurredAt : null),
    filledAt: entered('FILLED', order.filledAt),
    canceledAt: entered('CANCELED', order.canceledAt),
    expiredAt: entered('EXPIRED', order.expiredAt),
    rejectedAt: entered('REJECTED', order.rejectedAt),
    suspendedAt: after.status === 'SUSPENDED' ? occurredAt : order.suspendedAt,
    replacedAt: entered('REPLACED', order.replacedAt),
    replacedBy: after.status === 'REPLACED' ? (replacedBy ?? order.replacedBy) : order.replacedBy,
  };
}

function executionOf(working: WorkingOrder, happened: OrderEvent, { cash }: Movement, calendar: TradingCalendar): OrderChange['execution'] {
  if (happened.event.execType !== 'TRADE' || cash === null) return null;
  if (happened.brokerExecutionId === null) throw new RangeError('A trade has an execution id of the broker');
  return {
    id: executionIdFor(happened.brokerExecutionId),
    brokerExecutionId: happened.brokerExecutionId,
    side: working.order.side,
    quantity: formatDecimal(happened.event.quantity),
    price: formatDecimal(happened.event.price),
    cash: formatCash(cash),
    executedAt: happened.occurredAt,
    ...settlementDates(calendar, Date.parse(happened.occurredAt)),
  };
}

function describe({ event, brokerExecutionId, rejectCode, replacedBy, note }: OrderEvent): Record<string, unknown> {
  return {
    ...(brokerExecutionId !== null && { brokerExecutionId }),
    ...(event.execType === 'TRADE' && { quantity: formatDecimal(event.quantity), price: formatDecimal(event.price) }),
    ...(event.execType === 'REJECTED' && rejectCode && { rejectCode }),
    ...(event.execType === 'REPLACED' && replacedBy !== undefined && { replacedBy }),
    ...note,
  };
}
