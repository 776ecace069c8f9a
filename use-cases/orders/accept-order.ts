import type { Clock } from '../../contracts/clock.ts';
import { HubError } from '../../contracts/errors.ts';
import type { MarketData, Quote } from '../../contracts/market/market-data.ts';
import type { Order, OrderSubmission } from '../../contracts/orders/order.ts';
import type { OrderStore, SubmissionContext } from '../../contracts/orders/order-store.ts';
import type { TradingCalendar } from '../../domain/market/calendar.ts';
import { decideUntilWritten } from '../decide-until-written.ts';
import { decideSubmission } from './decide-submission.ts';

export type Decision =
  | { outcome: 'DECIDED'; order: Order; madeHere: boolean }
  | { outcome: 'LAPSED' };

export interface AcceptOrderDeps {
  orders: OrderStore;
  marketData: MarketData;
  calendar: TradingCalendar;
  /** How many open orders an account may have. */
  openOrdersMax: number;
  clock: Clock;
}

/**
 * What the caller has read already, and what must be done before an acceptance, and only an
 * acceptance, is written.
 */
export interface KnownGround {
  context: SubmissionContext;
  quote: Quote | null;
  beforeAcceptance: () => Promise<void>;
}

/**
 * Makes the one decision on an order id, or reads the one that was made: accept with a hold, or
 * reject with a reason that is kept. Whoever comes first decides; all others get the same order.
 * `known` spares the first reads where the caller has just made them.
 *
 * Throws `MARKET_DATA_UNAVAILABLE`, `DATABASE_UNAVAILABLE` (nothing written, ask again),
 * `CLIENT_ORDER_ID_REUSED`, `IDEMPOTENCY_KEY_REUSED` and `NOT_FOUND` (no such account).
 */
export async function acceptOrder(
  deps: AcceptOrderDeps,
  submission: OrderSubmission,
  known?: KnownGround,
): Promise<Decision> {
  const { orders, calendar, openOrdersMax, clock } = deps;
  const decide = async (decision: number): Promise<Decision | null> => {
    const read = decision === 0 ? known : undefined;
    const context = read?.context ?? (await readContext(deps, submission));
    const decided = decidedBefore(submission, context);
    if (decided) return { outcome: 'DECIDED', order: decided, madeHere: false };
    assertClientOrderIdFree(submission, context);

    const quote = read ? read.quote : await quoteOf(deps, submission.symbol);
    const when = { calendar, nowMs: clock(), openOrdersMax };
    const write = decideSubmission(submission, context, quote, when);
    if (write.order.status !== 'REJECTED') await known?.beforeAcceptance();
    const outcome = await orders.writeAcceptance(write, openOrdersMax);
    if (outcome === 'WRITTEN') return { outcome: 'DECIDED', order: write.order, madeHere: true };
    return outcome === 'LAPSED' ? { outcome: 'LAPSED' } : null;
  };
  return decideUntilWritten(decide, {
    detail: 'The account changes too fast to decide on the order',
    facts: { orderId: submission.orderId },
  });
}

/** What a decision stands on; throws `NOT_FOUND` when there is no such account. */
export async function readContext(
  { orders }: { orders: Pick<OrderStore, 'readSubmission'> },
  submission: OrderSubmission,
): Promise<SubmissionContext> {
  const context = await orders.readSubmission(submission);
  if (!context)
    throw new HubError(
      'NOT_FOUND',
      { accountId: submission.accountId },
      { detail: 'There is no such account' },
    );
  return context;
}

/**
 * The decision that stands, as it was first answered; `null`: nobody has decided. The same key with
 * another request is `IDEMPOTENCY_KEY_REUSED`.
 */
export function decidedBefore(
  { idempotency }: OrderSubmission,
  { firstAnswer, decided }: SubmissionContext,
): Order | null {
  if (!firstAnswer) return decided;
  if (firstAnswer.fingerprint !== idempotency?.fingerprint)
    throw new HubError('IDEMPOTENCY_KEY_REUSED');
  return firstAnswer.order;
}

/** Throws `CLIENT_ORDER_ID_REUSED` when another order has it. */
export function assertClientOrderIdFree(
  { clientOrderId }: OrderSubmission,
  { clientOrderIdTaken }: SubmissionContext,
): void {
  if (clientOrderIdTaken) throw new HubError('CLIENT_ORDER_ID_REUSED', { clientOrderId });
}

/** `null` when the source knows no such symbol. */
export async function quoteOf(
  { marketData }: { marketData: Pick<MarketData, 'getQuotes'> },
  symbol: string,
): Promise<Quote | null> {
  const { quotes } = await marketData.getQuotes([symbol]);
  return quotes.find((quote) => quote.symbol === symbol) ?? null;
}
