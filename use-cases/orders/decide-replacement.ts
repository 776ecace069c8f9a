import type { Timestamp } from '../../contracts/decimal-string.ts';
import { HubError } from '../../contracts/errors.ts';
import { pickFields } from '../../contracts/fields.ts';
import type { Quote } from '../../contracts/market/market-data.ts';
import type { Order, OrderSubmission, ReplaceTerms } from '../../contracts/orders/order.ts';
import { TERM_NAMES } from '../../contracts/orders/order-fields.ts';
import type {
  AcceptanceWrite,
  SubmissionContext,
  WorkingOrder,
} from '../../contracts/orders/order-store.ts';
import type { Replacement } from '../../contracts/orders/workflow-messages.ts';
import { Decimal, ZERO } from '../../domain/money/decimal.ts';
import { isOpen, PRICE_NAMES, rulesOf } from '../../domain/orders/order.ts';
import { isReplaceableTimeInForce } from '../../domain/orders/time-in-force.ts';
import {
  decideReplacement,
  type OriginalOrder,
  type ReplacedTerms,
} from '../../domain/risk/replace.ts';
import {
  acceptanceWrite,
  type DecisionTime,
  decimalOrNull,
  decimalTerms,
  decisionGround,
  rejectionWrite,
} from './acceptance-write.ts';

/** How long after it was asked for a replacement may still be decided. */
const DECIDE_WITHIN_MS = 60_000;

/**
 * What can be said of a replacement before its workflow is asked. Throws `VALIDATION_FAILED` for
 * terms that do not belong to the original's type, `ORDER_NOT_REPLACEABLE` for an original that is
 * closed, by notional, or filled beyond the quantity asked for.
 */
export function checkReplacement(original: Order, terms: ReplaceTerms): void {
  const { type, timeInForce, status, notional, filledQuantity } = original;
  for (const field of PRICE_NAMES) {
    if (terms[field] !== undefined && !rulesOf(type).terms.includes(field))
      throw wrongField(field, `a ${type} order has no ${field}`);
  }
  if (terms.timeInForce && !isReplaceableTimeInForce(timeInForce, terms.timeInForce))
    throw wrongField('timeInForce', `a ${timeInForce} order keeps its time in force`);
  if (!isOpen(status)) throw notReplaceable(original);
  if (notional !== null)
    throw notReplaceable(
      original,
      'An order with a notional cannot be replaced; cancel it and submit another',
    );
  if (terms.quantity !== undefined && new Decimal(terms.quantity).lte(filledQuantity))
    throw notReplaceable(
      original,
      'The new quantity counts what is filled already, and must be more than that',
    );
}

const wrongField = (field: string, detail: string): HubError =>
  new HubError('VALIDATION_FAILED', { field }, { detail });

export const notReplaceable = ({ status, filledQuantity }: Order, detail?: string): HubError =>
  new HubError('ORDER_NOT_REPLACEABLE', { status, filledQuantity }, detail ? { detail } : {});

/**
 * The new order as it is asked for: the original's terms with what the replacement changes of them.
 * `quantity` counts the original's fills.
 */
export function replacementSubmission(
  order: Order,
  { orderId, terms, idempotency, requestId, requestedAt }: Replacement,
): OrderSubmission {
  return {
    ...pickFields(order, TERM_NAMES),
    clientOrderId: null,
    ...terms,
    notional: null,
    orderId,
    accountId: order.accountId,
    idempotency,
    requestId,
    submittedAt: requestedAt,
    acceptBy: new Date(Date.parse(requestedAt) + DECIDE_WITHIN_MS).toISOString(),
  };
}

/**
 * The domain's decision on the order that is to take an open one's place, as what is to be written
 * while the broker is asked: PENDING_NEW for what is left to fill, holding what it needs beyond the
 * original; or REJECTED with the reason, for the quantity asked for when nothing of it is left.
 */
export function decideReplacementSubmission(
  original: WorkingOrder,
  replacement: Replacement,
  context: SubmissionContext,
  quote: Quote | null,
  when: DecisionTime,
): AcceptanceWrite {
  const submission = replacementSubmission(original.order, replacement);
  const terms = termsOf(submission, original);
  const decision = decideReplacement({
    ...decisionGround(context, quote, when),
    original: originalOf(original),
    terms,
  });
  const { id: replaces, broker } = original.order;
  const decided = { submission, quote, nowMs: when.nowMs, broker, replaces };
  if (!decision.ok) {
    const left = terms.quantity.minus(original.order.filledQuantity);
    return rejectionWrite(
      { ...decided, quantity: left.gt(ZERO) ? left : terms.quantity },
      decision.error,
    );
  }
  const { hold, leaves, ...rest } = decision.value;
  const held = hold && { ...hold, amount: hold.extra };
  return acceptanceWrite({ ...decided, quantity: leaves }, { ...rest, hold: held });
}

const termsOf = (submission: OrderSubmission, original: WorkingOrder): ReplacedTerms => ({
  ...decimalTerms(submission),
  quantity: new Decimal(submission.quantity ?? original.order.quantity),
});

const originalOf = ({
  order,
  protectionPrice,
  auctionAt,
  hold,
  ...working
}: WorkingOrder): OriginalOrder => ({
  ...decimalTerms(order),
  quantity: new Decimal(order.quantity),
  filledQuantity: new Decimal(order.filledQuantity),
  filled: { notional: new Decimal(working.filledNotional), cash: new Decimal(working.filledCash) },
  protectionPrice: decimalOrNull(protectionPrice),
  isTriggered: order.triggeredAt !== null,
  releaseAtMs: instantOrNull(order.releaseAt),
  auctionAtMs: instantOrNull(auctionAt),
  expiresAtMs: instantOrNull(order.expiresAt),
  hold: hold && {
    kind: hold.kind,
    price: decimalOrNull(hold.price),
    remaining: new Decimal(hold.remaining),
  },
});

const instantOrNull = (time: Timestamp | null): number | null =>
  time === null ? null : Date.parse(time);
