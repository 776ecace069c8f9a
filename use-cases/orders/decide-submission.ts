import type { OrderSubmission } from '../../contracts/orders.ts';
import type { Quote } from '../../contracts/ports/market-data.ts';
import type { AcceptanceWrite, SubmissionContext } from '../../contracts/ports/order-store.ts';
import { assertNever } from '../../domain/assert-never.ts';
import { ZERO } from '../../domain/money/decimal.ts';
import { decideAcceptance } from '../../domain/risk/accept.ts';
import type { Hold } from '../../domain/risk/hold.ts';
import { acceptanceWrite, type DecisionTime, decimalOrNull, decisionGround, type HeldAmount, refusalWrite } from './acceptance-write.ts';

/** The domain's decision on a submission, as what is to be written: the order, its hold, the ledger's transfers and the audit entry. */
export function decideSubmission(
  submission: OrderSubmission,
  context: SubmissionContext,
  quote: Quote | null,
  when: DecisionTime,
): AcceptanceWrite {
  const { side, type, timeInForce } = submission;
  const quantity = decimalOrNull(submission.quantity);
  const decision = decideAcceptance({
    ...decisionGround(context, quote, when),
    order: {
      side,
      type,
      timeInForce,
      quantity,
      notional: decimalOrNull(submission.notional),
      limitPrice: decimalOrNull(submission.limitPrice),
      stopPrice: decimalOrNull(submission.stopPrice),
      trailPercent: decimalOrNull(submission.trailPercent),
    },
  });
  const decided = { submission, quote, nowMs: when.nowMs, replaces: null };
  if (!decision.ok) return refusalWrite({ ...decided, quantity: quantity ?? decision.error.quantity ?? ZERO }, decision.error);
  const { hold, ...acceptance } = decision.value;
  return acceptanceWrite({ ...decided, quantity: acceptance.quantity }, { ...acceptance, hold: heldAmount(hold) });
}

function heldAmount(hold: Hold): HeldAmount | null {
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
