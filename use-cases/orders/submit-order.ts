import type { Logger } from 'pino';
import type { Caller } from '../../contracts/caller.ts';
import type { Clock } from '../../contracts/clock.ts';
import { type ErrorCode, HubError } from '../../contracts/errors.ts';
import { firstQuestionAfterMs, type Order, type OrderSubmission, type OrderTerms } from '../../contracts/orders.ts';
import type { MarketData, Quote } from '../../contracts/ports/market-data.ts';
import type { OrderStore, SubmissionContext } from '../../contracts/ports/order-store.ts';
import type { OrderWorkflows } from '../../contracts/ports/order-workflows.ts';
import { type AcceptOrder, decidedBefore, quoteOf, readContext } from './accept-order.ts';
import { fingerprintOf, orderIdFor } from './order-identity.ts';

export interface SubmitOrderDeps {
  orders: OrderStore;
  workflows: OrderWorkflows;
  marketData: MarketData;
  acceptOrder: AcceptOrder;
  clock: Clock;
  logger: Logger;
}

/** How long after its submission an order may still be decided. */
const ACCEPT_WITHIN_MS = 10_000;

/**
 * Takes an order: its workflow is started first, so that none can exist without one, while what the decision stands on is read; then the
 * decision is made here, so that the answer waits for no worker. A refusal is an answer (status REJECTED). With a key, the first answer is given again.
 *
 * Throws `MARKET_DATA_UNAVAILABLE`, `TEMPORAL_UNAVAILABLE`, `DATABASE_UNAVAILABLE`, `ACCEPT_BY_PASSED`: nothing is held, and the same key can be sent again.
 * Throws `IDEMPOTENCY_KEY_REUSED`, `CLIENT_ORDER_ID_REUSED`.
 */
export function createSubmitOrder(deps: SubmitOrderDeps) {
  return async function submitOrder(
    caller: Caller,
    terms: OrderTerms,
    idempotencyKey: string | null,
  ): Promise<{ order: Order; replayed: boolean }> {
    const submission = toSubmission(caller.accountId, terms, idempotencyKey ?? terms.clientOrderId, deps.clock());
    const starting = settle(quoteAndStart(submission));
    const context = await readOrAbandon(submission, starting);
    const decided = decidedBefore(submission, context);
    if (decided) return { order: decided, replayed: true };
    if (context.clientOrderIdTaken) throw new HubError('CLIENT_ORDER_ID_REUSED', { clientOrderId: terms.clientOrderId });
    const quote = await unsettle(starting);

    const decision = await orAbandon(submission, () => deps.acceptOrder(submission, { context, quote }));
    if (decision.outcome === 'LAPSED') throw new HubError('ACCEPT_BY_PASSED');
    // Without a key nobody else can have asked: then it was our own worker that decided first.
    return { order: decision.order, replayed: !decision.madeHere && submission.idempotency !== null };
  };

  /** No workflow is started for an order that cannot be priced. */
  async function quoteAndStart(submission: OrderSubmission): Promise<Quote | null> {
    const quote = await quoteOf(deps.marketData, submission.symbol);
    await deps.workflows.startOrder(submission);
    return quote;
  }

  async function readOrAbandon(submission: OrderSubmission, starting: Promise<Settled<unknown>>): Promise<SubmissionContext> {
    const reading = await settle(readContext(deps.orders, submission));
    if (reading.ok) return reading.value;
    if (!(await starting).ok) throw reading.error;
    return orAbandon(submission, () => Promise.reject(reading.error));
  }

  /** A decision that cannot be made here must not be made later behind the client's back: the workflow is told to give up. */
  async function orAbandon<T>(submission: OrderSubmission, decide: () => Promise<T>): Promise<T> {
    try {
      return await decide();
    } catch (error) {
      if (error instanceof HubError && DECIDED_OTHERWISE.has(error.code)) throw error;
      await deps.workflows.abandonOrder(submission.orderId).catch((abandonError: unknown) => {
        const facts = { err: abandonError, orderId: submission.orderId };
        deps.logger.error(facts, 'the order could not be abandoned; it lapses at its accept-by time');
      });
      throw error;
    }
  }
}

function toSubmission(accountId: string, terms: OrderTerms, key: string | null, nowMs: number): OrderSubmission {
  const orderId = orderIdFor(accountId, key);
  return {
    ...terms,
    orderId,
    accountId,
    idempotency: key === null ? null : { key, fingerprint: fingerprintOf(terms) },
    submittedAt: new Date(nowMs).toISOString(),
    acceptBy: new Date(nowMs + ACCEPT_WITHIN_MS).toISOString(),
    askVenueAfterMs: firstQuestionAfterMs(orderId),
  };
}

/** The order under this id is another request's, or can never be: its workflow finds that out by itself. */
const DECIDED_OTHERWISE: ReadonlySet<ErrorCode> = new Set(['IDEMPOTENCY_KEY_REUSED', 'CLIENT_ORDER_ID_REUSED']);

type Settled<T> = { ok: true; value: T } | { ok: false; error: unknown };

const settle = <T>(promise: Promise<T>): Promise<Settled<T>> =>
  promise.then(
    (value) => ({ ok: true, value }),
    (error: unknown) => ({ ok: false, error }),
  );

async function unsettle<T>(settled: Promise<Settled<T>>): Promise<T> {
  const result = await settled;
  if (!result.ok) throw result.error;
  return result.value;
}
