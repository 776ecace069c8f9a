import type { Clock } from '../../contracts/clock.ts';
import { HubError } from '../../contracts/errors.ts';
import type { Order, OrderSubmission } from '../../contracts/orders.ts';
import type { MarketData, Quote } from '../../contracts/ports/market-data.ts';
import type { OrderStore, SubmissionContext } from '../../contracts/ports/order-store.ts';
import type { TradingCalendar } from '../../domain/calendar/calendar.ts';
import { decideSubmission } from './decide-submission.ts';

export type Decision = { outcome: 'DECIDED'; order: Order; madeHere: boolean } | { outcome: 'LAPSED' };

export interface AcceptOrderDeps {
  orders: OrderStore;
  marketData: MarketData;
  calendar: TradingCalendar;
  clock: Clock;
}

/** Times a decision is made anew because the account or the position moved under it. */
const DECISIONS_MAX = 8;

/**
 * Makes the one decision on an order id, or reads the one that was made: accept with a hold, or refuse with a reason that is kept.
 * Whoever comes first decides; all others get the same order. `known` spares the first reads where the caller has just made them.
 *
 * Throws `MARKET_DATA_UNAVAILABLE`, `DATABASE_UNAVAILABLE` (nothing written, ask again), `CLIENT_ORDER_ID_REUSED`,
 * `IDEMPOTENCY_KEY_REUSED` and `NOT_FOUND` (no such account).
 */
export function createAcceptOrder(deps: AcceptOrderDeps) {
  return async function acceptOrder(
    submission: OrderSubmission,
    known?: { context: SubmissionContext; quote: Quote | null },
  ): Promise<Decision> {
    let context = known?.context ?? (await readContext(deps.orders, submission));
    for (let decision = 0; decision < DECISIONS_MAX; decision++) {
      const decided = decidedBefore(submission, context);
      if (decided) return { outcome: 'DECIDED', order: decided, madeHere: false };
      if (context.clientOrderIdTaken) throw new HubError('CLIENT_ORDER_ID_REUSED', { clientOrderId: submission.clientOrderId });

      const quote = known && decision === 0 ? known.quote : await quoteOf(deps.marketData, submission.symbol);
      const write = decideSubmission(submission, context, quote, { calendar: deps.calendar, nowMs: deps.clock() });
      const outcome = await deps.orders.writeAcceptance(write);
      if (outcome === 'WRITTEN') return { outcome: 'DECIDED', order: write.order, madeHere: true };
      if (outcome === 'LAPSED') return { outcome: 'LAPSED' };
      context = await readContext(deps.orders, submission);
    }
    throw new HubError(
      'DATABASE_UNAVAILABLE',
      { orderId: submission.orderId },
      { detail: 'The account changes too fast to decide on the order' },
    );
  };
}

export type AcceptOrder = ReturnType<typeof createAcceptOrder>;

/** What a decision stands on; throws `NOT_FOUND` when there is no such account. */
export async function readContext(orders: OrderStore, submission: OrderSubmission): Promise<SubmissionContext> {
  const context = await orders.readSubmission(submission);
  if (!context) throw new HubError('NOT_FOUND', { accountId: submission.accountId }, { detail: 'There is no such account' });
  return context;
}

/** The decision that stands, as it was first answered; the same key with another request is an error. */
export function decidedBefore(submission: OrderSubmission, context: SubmissionContext): Order | null {
  const { firstAnswer } = context;
  if (!firstAnswer) return context.decided;
  if (firstAnswer.fingerprint !== submission.idempotency?.fingerprint) throw new HubError('IDEMPOTENCY_KEY_REUSED');
  return firstAnswer.order;
}

/** `null` when the source knows no such symbol. */
export async function quoteOf(marketData: MarketData, symbol: string): Promise<Quote | null> {
  const { quotes } = await marketData.getQuotes([symbol]);
  return quotes.find((quote) => quote.symbol === symbol) ?? null;
}
