import type { Order, OrderSubmission } from '../../contracts/orders.ts';
import type { Quote } from '../../contracts/ports/market-data.ts';
import type { AcceptanceWrite, OrderHold, SubmissionContext } from '../../contracts/ports/order-store.ts';
import type { TradingCalendar } from '../../domain/calendar/calendar.ts';
import { instrumentCalendar } from '../../domain/calendar/instrument-calendar.ts';
import { postHold } from '../../domain/ledger/postings.ts';
import { Decimal, formatCash, formatDecimal } from '../../domain/money/decimal.ts';
import type { Release } from '../../domain/order/release.ts';
import type { DecisionGround } from '../../domain/risk/pre-trade-checks.ts';
import type { Refusal } from '../../domain/risk/refusal.ts';
import { toTransfers } from './ledger-transfers.ts';

/** The market's calendar, and the time of the decision. */
export interface DecisionTime {
  calendar: TradingCalendar;
  nowMs: number;
}

/** What was read for a decision, as the domain takes it. */
export function decisionGround(context: SubmissionContext, quote: Quote | null, { calendar, nowMs }: DecisionTime): DecisionGround {
  const own = context.sessionOverrides.map(({ date, opensAtMs, closesAtMs }) => ({ date, opensAt: opensAtMs, closesAt: closesAtMs }));
  return {
    account: { ...context.account, buyingPower: new Decimal(context.account.buyingPower) },
    position: { quantity: new Decimal(context.position.quantity), heldQuantity: new Decimal(context.position.heldQuantity) },
    instrument: context.instrument,
    quote: quote && { bid: new Decimal(quote.bid), ask: new Decimal(quote.ask) },
    nowMs,
    calendar: instrumentCalendar(calendar, own),
  };
}

export const decimalOrNull = (text: string | null): Decimal | null => (text === null ? null : new Decimal(text));

/** What is set aside for an order: USD or shares. */
export type HeldAmount = { kind: 'CASH'; price: Decimal; amount: Decimal } | { kind: 'SHARES'; price: null; amount: Decimal };

/** An order to be written, and when and for how much it was decided. */
interface DecidedOrder {
  submission: OrderSubmission;
  quote: Quote | null;
  nowMs: number;
  quantity: Decimal;
  /** The order whose place it takes. */
  replaces: string | null;
}

/** An accepted order with its hold, the ledger's transfers and the audit entry. */
export function acceptanceWrite(
  decided: DecidedOrder,
  { hold, protectionPrice, ...release }: Release & { hold: HeldAmount | null; protectionPrice: Decimal | null },
): AcceptanceWrite {
  const { submission, quantity } = decided;
  const held = hold && orderHold(hold);
  const postings = hold?.kind === 'CASH' ? postHold(hold.amount) : [];
  const details = { symbol: submission.symbol, hold: held, ...replacing(decided) };
  return {
    submission,
    order: {
      ...newOrder('PENDING_NEW', decided),
      leavesQuantity: formatDecimal(quantity),
      releaseAt: timestampOrNull(release.releaseAtMs),
      expiresAt: timestampOrNull(release.expiresAtMs),
    },
    protectionPrice: protectionPrice && formatDecimal(protectionPrice),
    auctionAt: timestampOrNull(release.auctionAtMs),
    hold: held,
    transfers: toTransfers(`order/${submission.orderId}/accepted`, postings),
    audit: { actor: `account/${submission.accountId}`, action: 'ACCEPTED', details },
  };
}

/** A refused order with its reason; it holds nothing. */
export function refusalWrite(decided: DecidedOrder, refusal: Refusal): AcceptanceWrite {
  return {
    submission: decided.submission,
    order: {
      ...newOrder('REJECTED', decided),
      rejectCode: refusal.code,
      rejectFacts: Object.keys(refusal.facts).length === 0 ? null : refusal.facts,
      rejectedAt: new Date(decided.nowMs).toISOString(),
    },
    protectionPrice: null,
    auctionAt: null,
    hold: null,
    transfers: [],
    audit: { actor: 'system', action: 'REJECTED', details: { code: refusal.code, ...refusal.facts, ...replacing(decided) } },
  };
}

const replacing = ({ replaces }: DecidedOrder) => (replaces === null ? {} : { replaces });

const timestampOrNull = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

const orderHold = ({ kind, price, amount }: HeldAmount): OrderHold => ({
  kind,
  price: price && formatDecimal(price),
  amount: kind === 'CASH' ? formatCash(amount) : formatDecimal(amount),
});

/** The fields in the order of ORDER_FIELDS. */
function newOrder(status: 'PENDING_NEW' | 'REJECTED', { submission, quote, nowMs, quantity, replaces }: DecidedOrder): Order {
  return {
    id: submission.orderId,
    clientOrderId: submission.clientOrderId ?? submission.orderId,
    accountId: submission.accountId,
    symbol: submission.symbol,
    side: submission.side,
    type: submission.type,
    timeInForce: submission.timeInForce,
    quantity: formatDecimal(quantity),
    notional: submission.notional && formatCash(new Decimal(submission.notional)),
    limitPrice: submission.limitPrice && formatDecimal(new Decimal(submission.limitPrice)),
    stopPrice: submission.stopPrice && formatDecimal(new Decimal(submission.stopPrice)),
    trailPercent: submission.trailPercent && formatDecimal(new Decimal(submission.trailPercent)),
    status,
    filledQuantity: '0',
    leavesQuantity: '0',
    averageFillPrice: null,
    marketPriceAtSubmission: quote && formatDecimal(new Decimal(submission.side === 'BUY' ? quote.ask : quote.bid)),
    marketDataTimestamp: quote?.time ?? null,
    rejectCode: null,
    rejectFacts: null,
    releaseAt: null,
    expiresAt: null,
    replaces,
    replacedBy: null,
    submittedAt: submission.submittedAt,
    updatedAt: new Date(nowMs).toISOString(),
    newAt: null,
    filledAt: null,
    canceledAt: null,
    expiredAt: null,
    rejectedAt: null,
    suspendedAt: null,
    replacedAt: null,
  };
}
