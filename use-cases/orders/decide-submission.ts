import type { Order, OrderSubmission } from '../../contracts/orders.ts';
import type { Quote } from '../../contracts/ports/market-data.ts';
import type { AcceptanceWrite, OrderHold, SubmissionContext } from '../../contracts/ports/order-store.ts';
import { assertNever } from '../../domain/assert-never.ts';
import type { TradingCalendar } from '../../domain/calendar/calendar.ts';
import { postHold } from '../../domain/ledger/postings.ts';
import { Decimal, formatCash, formatDecimal } from '../../domain/money/decimal.ts';
import type { TradingSession } from '../../domain/order/time-in-force.ts';
import { type Acceptance, decideAcceptance, type Refusal } from '../../domain/risk/accept.ts';
import type { Hold } from '../../domain/risk/hold.ts';
import { toTransfers } from './ledger-transfers.ts';

/** The domain's decision on a submission, as what is to be written: the order, its hold, the ledger's transfers and the audit entry. */
export function decideSubmission(
  submission: OrderSubmission,
  context: SubmissionContext,
  quote: Quote | null,
  when: { calendar: TradingCalendar; nowMs: number },
): AcceptanceWrite {
  const decision = decideAcceptance({
    order: {
      side: submission.side,
      type: submission.type,
      timeInForce: submission.timeInForce,
      quantity: new Decimal(submission.quantity),
      limitPrice: submission.limitPrice === null ? null : new Decimal(submission.limitPrice),
    },
    account: { ...context.account, buyingPower: new Decimal(context.account.buyingPower) },
    position: { quantity: new Decimal(context.position.quantity), heldQuantity: new Decimal(context.position.heldQuantity) },
    instrument: context.instrument,
    quote: quote && { bid: new Decimal(quote.bid), ask: new Decimal(quote.ask) },
    nowMs: when.nowMs,
    session: sessionFor(context, when.calendar, when.nowMs),
  });
  const now = new Date(when.nowMs).toISOString();
  return decision.ok ? acceptanceWrite(submission, quote, decision.value, now) : refusalWrite(submission, quote, decision.error, now);
}

function sessionFor(context: SubmissionContext, calendar: TradingCalendar, nowMs: number): TradingSession | null {
  const override = context.sessionOverride;
  if (!override) return calendar.sessionAt(nowMs);
  const isOpen = override.opensAtMs <= nowMs && nowMs < override.closesAtMs;
  return isOpen ? { opensAt: override.opensAtMs, closesAt: override.closesAtMs } : null;
}

function acceptanceWrite(submission: OrderSubmission, quote: Quote | null, acceptance: Acceptance, now: string): AcceptanceWrite {
  const { orderId } = submission;
  const { hold, protectionPrice, expiresAtMs } = acceptance;
  const postings = hold.kind === 'CASH' ? postHold(hold.amount) : [];
  return {
    submission,
    order: {
      ...newOrder('PENDING_NEW', submission, quote, now),
      leavesQuantity: submission.quantity,
      expiresAt: expiresAtMs === null ? null : new Date(expiresAtMs).toISOString(),
    },
    protectionPrice: protectionPrice && formatDecimal(protectionPrice),
    hold: orderHold(hold),
    transfers: toTransfers(`order/${orderId}/accepted`, postings),
    audit: { actor: `account/${submission.accountId}`, action: 'ACCEPTED', details: { symbol: submission.symbol, hold: orderHold(hold) } },
  };
}

function refusalWrite(submission: OrderSubmission, quote: Quote | null, refusal: Refusal, now: string): AcceptanceWrite {
  return {
    submission,
    order: {
      ...newOrder('REJECTED', submission, quote, now),
      rejectCode: refusal.code,
      rejectFacts: Object.keys(refusal.facts).length === 0 ? null : refusal.facts,
      rejectedAt: now,
    },
    protectionPrice: null,
    hold: null,
    transfers: [],
    audit: { actor: 'system', action: 'REJECTED', details: { code: refusal.code, ...refusal.facts } },
  };
}

function orderHold(hold: Hold): OrderHold | null {
  switch (hold.kind) {
    case 'CASH':
      return { kind: 'CASH', price: formatDecimal(hold.price), amount: formatCash(hold.amount) };
    case 'SHARES':
      return { kind: 'SHARES', price: null, amount: formatDecimal(hold.quantity) };
    case 'NONE':
      return null;
    default:
      return assertNever(hold);
  }
}

function newOrder(status: Order['status'], submission: OrderSubmission, quote: Quote | null, now: string): Order {
  return {
    id: submission.orderId,
    clientOrderId: submission.clientOrderId ?? submission.orderId,
    accountId: submission.accountId,
    symbol: submission.symbol,
    side: submission.side,
    type: submission.type,
    timeInForce: submission.timeInForce,
    quantity: formatDecimal(new Decimal(submission.quantity)),
    limitPrice: submission.limitPrice && formatDecimal(new Decimal(submission.limitPrice)),
    status,
    filledQuantity: '0',
    leavesQuantity: '0',
    averageFillPrice: null,
    marketPriceAtSubmission: quote && (submission.side === 'BUY' ? quote.ask : quote.bid),
    marketDataTimestamp: quote?.time ?? null,
    rejectCode: null,
    rejectFacts: null,
    expiresAt: null,
    submittedAt: submission.submittedAt,
    updatedAt: now,
    newAt: null,
    filledAt: null,
    canceledAt: null,
    expiredAt: null,
    rejectedAt: null,
    suspendedAt: null,
  };
}
