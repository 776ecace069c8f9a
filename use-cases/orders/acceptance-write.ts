import { inFieldOrder } from '../../contracts/fields.ts';
import type { Quote } from '../../contracts/market/market-data.ts';
import type { OrderSubmission, OrderTerms } from '../../contracts/orders/order.ts';
import {
  ORDER_FIELDS,
  type Order,
  TERM_NAMES,
  type TermName,
} from '../../contracts/orders/order-fields.ts';
import type {
  AcceptanceWrite,
  OrderHold,
  SubmissionContext,
} from '../../contracts/orders/order-store.ts';
import { postHold } from '../../domain/ledger/transfers.ts';
import type { TradingCalendar } from '../../domain/market/calendar.ts';
import { instrumentCalendar } from '../../domain/market/instrument-calendar.ts';
import { Decimal, formatCash, formatDecimal } from '../../domain/money/decimal.ts';
import type { Release } from '../../domain/orders/release.ts';
import type { DecisionGround } from '../../domain/risk/pre-trade-checks.ts';
import type { Rejection } from '../../domain/risk/rejection.ts';
import { toTransfers } from '../ledger-transfers.ts';
import { spelledTerms } from './order-identity.ts';

/** The market's calendar, and the time of the decision. */
export interface DecisionTime {
  calendar: TradingCalendar;
  nowMs: number;
}

/** What was read for a decision, as the domain takes it. */
export function decisionGround(
  context: SubmissionContext,
  quote: Quote | null,
  { calendar, nowMs }: DecisionTime,
): DecisionGround {
  const own = context.sessionOverrides.map(({ date, opensAtMs, closesAtMs }) => ({
    date,
    opensAt: opensAtMs,
    closesAt: closesAtMs,
  }));
  return {
    account: { ...context.account, buyingPower: new Decimal(context.account.buyingPower) },
    position: {
      quantity: new Decimal(context.position.quantity),
      heldQuantity: new Decimal(context.position.heldQuantity),
    },
    instrument: context.instrument,
    quote: quote && { bid: new Decimal(quote.bid), ask: new Decimal(quote.ask) },
    nowMs,
    calendar: instrumentCalendar(calendar, own),
  };
}

export const decimalOrNull = (text: string | null): Decimal | null =>
  text === null ? null : new Decimal(text);

/** Terms as the domain takes them: decimals as such, all else as it is. */
export type DecimalTerms = {
  [Name in TermName]: (typeof ORDER_FIELDS)[Name]['kind'] extends 'decimal' | 'cash'
    ? Decimal | null
    : OrderTerms[Name];
};

export const decimalTerms = (terms: OrderTerms): DecimalTerms =>
  Object.fromEntries(
    TERM_NAMES.map((name) => {
      const { kind } = ORDER_FIELDS[name];
      const isDecimal = kind === 'decimal' || kind === 'cash';
      // A submission that is older than the term has none.
      const given = terms[name] ?? null;
      return [name, isDecimal ? decimalOrNull(given) : given];
    }),
  ) as unknown as DecimalTerms;

/** What is set aside for an order: USD or shares. */
export type HeldAmount =
  | { kind: 'CASH'; price: Decimal; amount: Decimal }
  | { kind: 'SHARES'; price: null; amount: Decimal };

/** An order to be written, and when and for how much it was decided. */
interface DecidedOrder {
  submission: OrderSubmission;
  quote: Quote | null;
  nowMs: number;
  quantity: Decimal;
  /** Where it is routed; null when nothing says so. */
  broker: string | null;
  /** The order whose place it takes. */
  replaces: string | null;
}

/** An accepted order with its hold, the ledger's transfers and the audit entry. */
export function acceptanceWrite(
  decided: DecidedOrder,
  {
    hold,
    protectionPrice,
    ...release
  }: Release & { hold: HeldAmount | null; protectionPrice: Decimal | null },
): AcceptanceWrite {
  const { submission, quantity } = decided;
  const held = hold && orderHold(hold);
  const transfers = hold?.kind === 'CASH' ? postHold(hold.amount) : [];
  const details = { symbol: submission.symbol, hold: held, ...originOf(decided) };
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
    transfers: toTransfers(`order/${submission.orderId}/accepted`, transfers),
    audit: { actor: `account/${submission.accountId}`, action: 'ACCEPTED', details },
  };
}

/** A rejected order with its reason; it holds nothing. */
export function rejectionWrite(decided: DecidedOrder, rejection: Rejection): AcceptanceWrite {
  return {
    submission: decided.submission,
    order: {
      ...newOrder('REJECTED', decided),
      rejectCode: rejection.code,
      rejectFacts: Object.keys(rejection.facts).length === 0 ? null : rejection.facts,
      rejectedAt: new Date(decided.nowMs).toISOString(),
    },
    protectionPrice: null,
    auctionAt: null,
    hold: null,
    transfers: [],
    audit: {
      actor: 'system',
      action: 'REJECTED',
      details: { code: rejection.code, ...rejection.facts, ...originOf(decided) },
    },
  };
}

/** The request that asked for the order, and the order that it is to replace. */
const originOf = ({ submission: { requestId }, replaces }: DecidedOrder) => ({
  ...(requestId !== undefined && { requestId }),
  ...(replaces !== null && { replaces }),
});

const timestampOrNull = (ms: number | null): string | null =>
  ms === null ? null : new Date(ms).toISOString();

const orderHold = ({ kind, price, amount }: HeldAmount): OrderHold => ({
  kind,
  price: price && formatDecimal(price),
  amount: kind === 'CASH' ? formatCash(amount) : formatDecimal(amount),
});

/** What has not happened yet is null. */
function newOrder(
  status: 'PENDING_NEW' | 'REJECTED',
  { submission, quote, nowMs, quantity, broker, replaces }: DecidedOrder,
): Order {
  const { orderId, accountId, clientOrderId, side, submittedAt } = submission;
  const terms = spelledTerms(submission);
  return inFieldOrder(ORDER_FIELDS, {
    ...terms,
    id: orderId,
    clientOrderId: clientOrderId ?? orderId,
    accountId,
    broker,
    quantity: formatDecimal(quantity),
    status,
    filledQuantity: '0',
    leavesQuantity: '0',
    marketPriceAtSubmission:
      quote && formatDecimal(new Decimal(side === 'BUY' ? quote.ask : quote.bid)),
    marketDataTimestamp: quote?.time ?? null,
    replaces,
    submittedAt,
    updatedAt: new Date(nowMs).toISOString(),
    currentStopPrice: terms.stopPrice,
  });
}
