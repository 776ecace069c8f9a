import type { BrokerOrder } from '../../contracts/broker-session/broker.ts';
import type { OrderSubmission } from '../../contracts/orders/order.ts';
import type {
  AcceptanceWrite,
  SubmissionContext,
  WorkingOrder,
} from '../../contracts/orders/order-store.ts';
import { Decimal, ZERO } from '../../domain/money/decimal.ts';
import { releaseOf } from '../../domain/orders/release.ts';
import { holdFor } from '../../domain/risk/hold.ts';
import {
  acceptanceWrite,
  type DecisionTime,
  decimalOrNull,
  decimalTerms,
  decisionGround,
  type HeldAmount,
} from './acceptance-write.ts';
import { heldAmount } from './decide-submission.ts';

export interface RestoredOrder extends DecisionTime {
  submission: OrderSubmission;
  context: SubmissionContext;
  /** Who has it, wherever its instrument's orders go by now. */
  broker: string;
  atBroker: BrokerOrder;
  /** The order whose place it took, with all its fills booked. */
  original: WorkingOrder | null;
}

const WRITE_WITHIN_MS = 10_000;

/**
 * The acceptance of an order as it must have been, by what the client asked for and what the broker
 * works: its quantity and protection price are the broker's word, its times those of the moment in
 * which it was sent. `null` for a purchase without a price to hold cash by.
 */
export function planRestoredOrder(restored: RestoredOrder): AcceptanceWrite | null {
  const { submission, context, broker, atBroker, original, calendar, nowMs } = restored;
  const quantity = new Decimal(atBroker.quantity);
  const protectionPrice = decimalOrNull(atBroker.protectionPrice);
  const price = decimalTerms(submission).limitPrice ?? protectionPrice;
  if (submission.side === 'BUY' && price === null) return null;
  const { shortingAllowed } = context.account;
  const hold = heldAmount(
    holdFor({ side: submission.side, quantity, price: price ?? ZERO, shortingAllowed }),
  );
  const write = acceptanceWrite(
    {
      submission: { ...submission, acceptBy: new Date(nowMs + WRITE_WITHIN_MS).toISOString() },
      quote: null,
      nowMs,
      quantity,
      broker,
      replaces: original?.order.id ?? null,
    },
    {
      hold: hold && beyond(hold, original),
      protectionPrice,
      ...timesOf(restored, decisionGround(context, null, { calendar, nowMs }).calendar),
    },
  );
  const details = { ...write.audit.details, restored: true };
  return { ...write, audit: { ...write.audit, actor: 'system', details } };
}

/** What the original holds still goes over when the replacement takes its place. */
function beyond(hold: HeldAmount, original: WorkingOrder | null): HeldAmount {
  const held = original?.hold?.remaining ?? 0;
  return { ...hold, amount: Decimal.max(hold.amount.minus(held), ZERO) };
}

/** It is at the broker: it waits for no release. One that could end any time is asked about. */
function timesOf(
  { submission, original }: RestoredOrder,
  calendar: DecisionTime['calendar'],
): { releaseAtMs: null; auctionAtMs: number | null; expiresAtMs: number } {
  const { timeInForce, submittedAt } = submission;
  const submittedMs = Date.parse(submittedAt);
  if (original?.order.expiresAt && original.order.timeInForce === timeInForce)
    return {
      releaseAtMs: null,
      auctionAtMs: original.auctionAt === null ? null : Date.parse(original.auctionAt),
      expiresAtMs: Date.parse(original.order.expiresAt),
    };
  const release = releaseOf(timeInForce, submittedMs, calendar);
  return release === 'MARKET_CLOSED'
    ? { releaseAtMs: null, auctionAtMs: null, expiresAtMs: submittedMs }
    : { ...release, releaseAtMs: null };
}
