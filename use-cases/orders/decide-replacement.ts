import type { OrderSubmission } from '../../contracts/orders.ts';
import type { Quote } from '../../contracts/ports/market-data.ts';
import type { AcceptanceWrite, SubmissionContext, WorkingOrder } from '../../contracts/ports/order-store.ts';
import type { Replacement } from '../../contracts/workflow-messages.ts';
import { Decimal, ZERO } from '../../domain/money/decimal.ts';
import { decideReplacement, type OriginalOrder, type ReplacedTerms } from '../../domain/risk/replace.ts';
import { acceptanceWrite, type DecisionTime, decimalOrNull, decisionGround, refusalWrite } from './acceptance-write.ts';

/** How long after it was asked for a replacement may still be decided. */
const DECIDE_WITHIN_MS = 60_000;

/** The new order as it is asked for: the original's terms with what the replacement changes of them. `quantity` counts the original's fills. */
export function replacementSubmission({ order }: WorkingOrder, { orderId, terms, idempotency, requestedAt }: Replacement): OrderSubmission {
  return {
    orderId,
    accountId: order.accountId,
    symbol: order.symbol,
    side: order.side,
    type: order.type,
    timeInForce: terms.timeInForce ?? order.timeInForce,
    quantity: terms.quantity ?? order.quantity,
    notional: null,
    limitPrice: terms.limitPrice ?? order.limitPrice,
    stopPrice: terms.stopPrice ?? order.stopPrice,
    trailPercent: terms.trailPercent ?? order.trailPercent,
    clientOrderId: terms.clientOrderId ?? null,
    idempotency,
    submittedAt: requestedAt,
    acceptBy: new Date(Date.parse(requestedAt) + DECIDE_WITHIN_MS).toISOString(),
  };
}

/**
 * The domain's decision on the order that is to take an open one's place, as what is to be written while the venue is asked: PENDING_NEW for what is
 * left to fill, holding what it needs beyond the original; or REJECTED with the reason, for the quantity asked for when nothing of it is left.
 */
export function decideReplacementSubmission(
  original: WorkingOrder,
  replacement: Replacement,
  context: SubmissionContext,
  quote: Quote | null,
  when: DecisionTime,
): AcceptanceWrite {
  const submission = replacementSubmission(original, replacement);
  const terms = termsOf(submission, original);
  const decision = decideReplacement({ ...decisionGround(context, quote, when), original: originalOf(original), terms });
  const decided = { submission, quote, nowMs: when.nowMs, replaces: original.order.id };
  if (!decision.ok) {
    const left = terms.quantity.minus(original.order.filledQuantity);
    return refusalWrite({ ...decided, quantity: left.gt(ZERO) ? left : terms.quantity }, decision.error);
  }
  const { hold, leaves, ...rest } = decision.value;
  const held = hold && { ...hold, amount: hold.extra };
  return acceptanceWrite({ ...decided, quantity: leaves }, { ...rest, hold: held });
}

const termsOf = (submission: OrderSubmission, original: WorkingOrder): ReplacedTerms => ({
  quantity: new Decimal(submission.quantity ?? original.order.quantity),
  limitPrice: decimalOrNull(submission.limitPrice),
  stopPrice: decimalOrNull(submission.stopPrice),
  trailPercent: decimalOrNull(submission.trailPercent),
  timeInForce: submission.timeInForce,
});

const originalOf = ({ order, hold }: WorkingOrder): OriginalOrder => ({
  side: order.side,
  type: order.type,
  timeInForce: order.timeInForce,
  quantity: new Decimal(order.quantity),
  filledQuantity: new Decimal(order.filledQuantity),
  limitPrice: decimalOrNull(order.limitPrice),
  stopPrice: decimalOrNull(order.stopPrice),
  releaseAtMs: order.releaseAt === null ? null : Date.parse(order.releaseAt),
  hold: hold && { kind: hold.kind, price: decimalOrNull(hold.price), remaining: new Decimal(hold.remaining) },
});
