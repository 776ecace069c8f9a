import type { Quote } from '../../contracts/market/market-data.ts';
import type { OrderSubmission } from '../../contracts/orders/order.ts';
import type { AcceptanceWrite, SubmissionContext } from '../../contracts/orders/order-store.ts';
import { assertNever } from '../../domain/assert-never.ts';
import { ZERO } from '../../domain/money/decimal.ts';
import { decideAcceptance } from '../../domain/risk/accept.ts';
import type { Hold } from '../../domain/risk/hold.ts';
import {
  acceptanceWrite,
  type DecisionTime,
  decimalTerms,
  decisionGround,
  type HeldAmount,
  rejectionWrite,
} from './acceptance-write.ts';

/**
 * The domain's decision on a submission, as what is to be written: the order, its hold, the
 * ledger's transfers and the audit entry.
 */
export function decideSubmission(
  submission: OrderSubmission,
  context: SubmissionContext,
  quote: Quote | null,
  { openOrdersMax, ...when }: DecisionTime & { openOrdersMax: number },
): AcceptanceWrite {
  const order = decimalTerms(submission);
  const decision = decideAcceptance({
    ...decisionGround(context, quote, when),
    openOrders: { count: context.openOrders, max: openOrdersMax },
    order,
  });
  const decided = {
    submission,
    quote,
    nowMs: when.nowMs,
    broker: context.instrument?.broker ?? null,
    replaces: null,
  };
  if (!decision.ok)
    return rejectionWrite(
      { ...decided, quantity: order.quantity ?? decision.error.quantity ?? ZERO },
      decision.error,
    );
  const { hold, ...acceptance } = decision.value;
  return acceptanceWrite(
    { ...decided, quantity: acceptance.quantity },
    { ...acceptance, hold: heldAmount(hold) },
  );
}

/** What is set aside, as it is written. */
export function heldAmount(hold: Hold): HeldAmount | null {
  switch (hold.kind) {
    case 'CASH':
      return hold;
    case 'SHARES':
      return { kind: 'SHARES', price: null, amount: hold.quantity };
    case 'NONE':
      return null;
    default:
      return assertNever(hold);
  }
}
