import type { StopStanding } from '../../contracts/broker-session/broker.ts';
import type { RejectCode } from '../../contracts/errors.ts';
import type { OrderChange, WorkingOrder } from '../../contracts/orders/order-store.ts';
import { postFill, postHold, postRelease, type Transfer } from '../../domain/ledger/transfers.ts';
import type { TradingCalendar } from '../../domain/market/calendar.ts';
import { settlementDates } from '../../domain/market/settlement-date.ts';
import { Decimal, formatCash, formatDecimal, ZERO } from '../../domain/money/decimal.ts';
import { FILL_COST_MIN, fillCash } from '../../domain/orders/fill-cash.ts';
import { isOpen, leavesQuantity, type OrderState } from '../../domain/orders/order.ts';
import {
  type ExecutionEvent,
  type IllegalTransition,
  transition,
} from '../../domain/orders/transition.ts';
import {
  applyFill,
  averagePrice,
  type PositionState,
  positionStatus,
  positionType,
} from '../../domain/portfolio/position.ts';
import { err, ok, type Result } from '../../domain/result.ts';
import { holdAfterFill } from '../../domain/risk/hold.ts';
import { toTransfers } from '../ledger-transfers.ts';
import { executionIdFor } from './order-identity.ts';

/** An event with what is known of it beside its kind. */
export interface OrderEvent {
  event: ExecutionEvent;
  /** The broker that reports it: only the order's own can. Absent when nobody else says it. */
  broker?: string;
  /** The broker's id of the report (FIX ExecID 17); names the event in the ledger. */
  brokerExecutionId: string | null;
  occurredAt: string;
  actor: string;
  rejectCode?: RejectCode;
  rejectFacts?: Record<string, string>;
  /** TRIGGERED: the stop that was reached. */
  trigger?: StopStanding;
  /** REPLACED: the order that took this one's place. */
  replacedBy?: string;
  /** More for the audit trail: who asked for it and why. */
  note?: Record<string, unknown>;
}

/** What cannot have happened to an order; OTHER_BROKER: it is not at the broker that reports it. */
export type IllegalEvent =
  | IllegalTransition
  | (Omit<IllegalTransition, 'code'> & { code: 'OTHER_BROKER' });

/** What money and shares do with the event. */
interface Movement {
  holdRemaining: Decimal | null;
  buyingPowerChange: Decimal;
  heldQuantityChange: Decimal;
  transfers: Transfer[];
  position: PositionState | null;
  traded: { quantity: Decimal; price: Decimal; cash: Decimal } | null;
}

/**
 * Everything that one event changes: status, hold, position, ledger, audit; `null` when it changes
 * nothing (stale or said twice). Pure: it reads the working order and plans; the store writes the
 * plan whole, guarded by the versions it stood on.
 */
export function planOrderChange(
  working: WorkingOrder,
  happened: OrderEvent,
  calendar: TradingCalendar,
): Result<OrderChange | null, IllegalEvent> {
  const before = stateOf(working);
  if (happened.broker !== undefined && happened.broker !== working.order.broker)
    return err({ code: 'OTHER_BROKER', from: before.status, execType: happened.event.execType });
  const moved = transition(before, happened.event);
  if (!moved.ok) return err(moved.error);
  const after = moved.value;
  if (after === before) return ok(null);
  const movement =
    happened.event.execType === 'TRADE'
      ? fillMovement(working, before, after, happened.event)
      : closingMovement(working, before, after);
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
    execution: executionOf(working, happened, movement.traded, calendar),
    transfers: toTransfers(eventKey, movement.transfers),
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
  isTriggered: working.order.triggeredAt !== null,
});

function fillMovement(
  working: WorkingOrder,
  before: OrderState,
  after: OrderState,
  trade: { quantity: Decimal; price: Decimal },
): Movement {
  const { side, symbol } = working.order;
  const remaining = new Decimal(working.hold?.remaining ?? 0);
  const cashBefore = new Decimal(working.filledCash);
  // A late fill is paid from buying power, its hold is gone; any other costs no more than is held.
  const cash = fillCash(
    side,
    cashBefore,
    after.filledNotional,
    isOpen(before.status) ? remaining : FILL_COST_MIN,
  );
  const position = applyFill(positionOf(working), { side, ...trade });
  const fill = postFill({ side, symbol, quantity: trade.quantity, cash });
  if (side === 'SELL') {
    const sold = Decimal.min(remaining, trade.quantity);
    return {
      holdRemaining: working.hold && remaining.minus(sold),
      buyingPowerChange: cash,
      heldQuantityChange: sold.neg(),
      transfers: fill,
      position,
      traded: { ...trade, cash },
    };
  }
  const price = new Decimal(working.hold?.price ?? trade.price);
  const { held, released, drawn } = holdAfterFill(
    { price, amount: remaining },
    {
      cost: cash,
      filled: { notional: after.filledNotional, cash: cashBefore.plus(cash) },
      leaves: leavesQuantity(after),
    },
  );
  return {
    holdRemaining: working.hold && held,
    buyingPowerChange: released.minus(drawn),
    heldQuantityChange: ZERO,
    transfers: [...postHold(drawn), ...fill, ...postRelease(released)],
    position,
    traded: { ...trade, cash },
  };
}

/** An order that closes gives back what is still set aside for it. */
function closingMovement(working: WorkingOrder, before: OrderState, after: OrderState): Movement {
  const still = {
    holdRemaining: null,
    buyingPowerChange: ZERO,
    heldQuantityChange: ZERO,
    transfers: [],
    position: null,
    traded: null,
  };
  if (isOpen(after.status) || after.status === before.status || !working.hold) return still;
  const remaining = new Decimal(working.hold.remaining);
  return working.hold.kind === 'CASH'
    ? {
        ...still,
        holdRemaining: ZERO,
        buyingPowerChange: remaining,
        transfers: postRelease(remaining),
      }
    : { ...still, holdRemaining: ZERO, heldQuantityChange: remaining.neg() };
}

const positionOf = ({ position }: WorkingOrder): PositionState => ({
  quantity: new Decimal(position.quantity),
  costBasis: new Decimal(position.costBasis),
  realizedPnl: new Decimal(position.realizedPnl),
});

function positionColumns(
  working: WorkingOrder,
  position: PositionState,
  lastTradeAt: string,
): OrderChange['position'] {
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
  { order, cancelRequestedBy, cancelRequestedAt }: WorkingOrder,
  after: OrderState,
  { event, occurredAt, rejectCode, rejectFacts, replacedBy, trigger }: OrderEvent,
): OrderChange['order'] {
  const acknowledges =
    event.execType === 'NEW' || event.execType === 'TRIGGERED' || event.execType === 'TRADE';
  const entered = (status: OrderState['status'], before: string | null) =>
    after.status === status ? (before ?? occurredAt) : before;
  return {
    status: after.status,
    restoreStatus: after.restoreStatus,
    ...(event.execType === 'CANCEL_REJECTED'
      ? { cancelRequestedBy: null, cancelRequestedAt: null }
      : { cancelRequestedBy, cancelRequestedAt }),
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
    replacedBy: replacedBy ?? order.replacedBy,
    triggeredAt: order.triggeredAt ?? (after.isTriggered ? occurredAt : null),
    currentStopPrice: trigger?.stopPrice ?? order.currentStopPrice,
    highWaterMark: trigger?.waterMark ?? order.highWaterMark,
  };
}

function executionOf(
  working: WorkingOrder,
  happened: OrderEvent,
  traded: Movement['traded'],
  calendar: TradingCalendar,
): OrderChange['execution'] {
  if (traded === null) return null;
  const { broker, brokerExecutionId } = happened;
  if (broker === undefined || brokerExecutionId === null)
    throw new RangeError('A trade has a broker and its execution id');
  return {
    id: executionIdFor(broker, brokerExecutionId),
    broker,
    brokerExecutionId,
    side: working.order.side,
    quantity: formatDecimal(traded.quantity),
    price: formatDecimal(traded.price),
    cash: formatCash(traded.cash),
    executedAt: happened.occurredAt,
    ...settlementDates(calendar, Date.parse(happened.occurredAt)),
  };
}

function describe({
  event,
  brokerExecutionId,
  rejectCode,
  replacedBy,
  trigger,
  note,
}: OrderEvent): Record<string, unknown> {
  return {
    ...(brokerExecutionId !== null && { brokerExecutionId }),
    ...(event.execType === 'TRADE' && {
      quantity: formatDecimal(event.quantity),
      price: formatDecimal(event.price),
    }),
    ...trigger,
    ...(event.execType === 'REJECTED' && rejectCode && { rejectCode }),
    ...(replacedBy !== undefined && { replacedBy }),
    ...note,
  };
}
