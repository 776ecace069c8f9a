import type { Logger } from 'pino';
import { type ErrorCode, HubError } from '../../contracts/errors.ts';
import type { Caller } from '../../contracts/identity/caller.ts';
import type { Quote } from '../../contracts/market/market-data.ts';
import type { Order, OrderSubmission, OrderTerms } from '../../contracts/orders/order.ts';
import type { OrderWorkflows } from '../../contracts/orders/order-workflows.ts';
import type { RateLimits } from '../../contracts/rate-limits.ts';
import type { WorkContext } from '../../contracts/work-context.ts';
import { err, ok, type Result } from '../../domain/result.ts';
import { takeOrThrow } from '../take-or-throw.ts';
import {
  type AcceptOrderDeps,
  acceptOrder,
  assertClientOrderIdFree,
  decidedBefore,
  quoteOf,
  readContext,
} from './accept-order.ts';
import type { EarlyStarts } from './early-starts.ts';
import { fingerprintOf, orderIdFor } from './order-identity.ts';

export interface SubmitOrderDeps extends AcceptOrderDeps {
  workflows: Pick<OrderWorkflows, 'startOrder' | 'abandonOrder'>;
  rateLimits: Pick<RateLimits, 'take' | 'giveBack'>;
  earlyStarts: EarlyStarts;
  work: Pick<WorkContext, 'note' | 'facts'>;
  logger: Logger;
}

/** How long after its submission an order may still be decided. */
const ACCEPT_WITHIN_MS = 10_000;

/**
 * Takes an order: what the decision stands on is read, and the decision is made here, so that the
 * answer waits for no worker. No acceptance is written before the order's workflow is started, so
 * that none can exist without one; a rejection needs none. For accounts whose orders are accepted
 * the workflow is started while the decision's ground is read. A rejection is an answer (status
 * REJECTED). With a key, the first answer is given again.
 *
 * Throws `MARKET_DATA_UNAVAILABLE`, `TEMPORAL_UNAVAILABLE`, `DATABASE_UNAVAILABLE`,
 * `ACCEPT_BY_PASSED`: nothing is held, and the same key can be sent again. Throws `ORDER_RATE`
 * (nothing is kept, and the same key can be sent again), `IDEMPOTENCY_KEY_REUSED`,
 * `CLIENT_ORDER_ID_REUSED`.
 */
export async function submitOrder(
  deps: SubmitOrderDeps,
  caller: Caller,
  terms: OrderTerms,
  idempotencyKey: string | null,
): Promise<{ order: Order; replayed: boolean }> {
  const key = idempotencyKey ?? terms.clientOrderId;
  const submission = toSubmission(deps, caller.accountId, terms, key);
  deps.work.note({ orderId: submission.orderId });
  const start = startOnce(() => deps.workflows.startOrder(submission));
  try {
    return await decide(deps, submission, start);
  } finally {
    start.close();
  }
}

async function decide(
  deps: SubmitOrderDeps,
  submission: OrderSubmission,
  start: WorkflowStart,
): Promise<{ order: Order; replayed: boolean }> {
  const { rateLimits, earlyStarts } = deps;
  const { accountId, symbol } = submission;
  const rated = outcomeOf(takeOrThrow(rateLimits, 'orders_per_account', accountId, 'ORDER_RATE'));
  const priced = outcomeOf(quoteOf(deps, symbol));
  const wasEarly = !canBeDeclined(submission) && earlyStarts.take(accountId);
  if (wasEarly) void startEarly(start, rated, priced);

  const context = await orAbandon(deps, submission, start, () => readContext(deps, submission));
  const decided = decidedBefore(submission, context);
  if (decided) {
    // Asking again is no new order.
    if ((await rated).ok) await rateLimits.giveBack('orders_per_account', accountId);
    return { order: decided, replayed: true };
  }
  unwrap(await rated);
  assertClientOrderIdFree(submission, context);
  const quote = unwrap(await priced);

  const known = { context, quote, beforeAcceptance: start.run };
  const decision = await orAbandon(deps, submission, start, () =>
    acceptOrder(deps, submission, known),
  );
  if (decision.outcome === 'LAPSED') throw new HubError('ACCEPT_BY_PASSED');
  if (decision.order.status === 'REJECTED') earlyStarts.rejected(accountId);
  else earlyStarts.accepted(accountId, { wasEarly });
  // Without a key nobody else can have asked: then it was our own worker that decided first.
  return { order: decision.order, replayed: !decision.madeHere && submission.idempotency !== null };
}

/**
 * No workflow is started for an order that is one too many, or cannot be priced. Who decides waits
 * for the start, and learns how it went.
 */
async function startEarly(
  start: WorkflowStart,
  rated: Promise<Result<void, unknown>>,
  priced: Promise<Result<Quote | null, unknown>>,
): Promise<void> {
  if (!(await rated).ok) return;
  const quote = await priced;
  if (quote.ok && quote.value && start.isOpen()) await outcomeOf(start.run());
}

/**
 * A decision that cannot be made here must not be made later behind the client's back: the workflow
 * is told to give up.
 */
async function orAbandon<T>(
  { workflows, logger }: SubmitOrderDeps,
  { orderId }: OrderSubmission,
  start: WorkflowStart,
  step: () => Promise<T>,
): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (error instanceof HubError && DECIDED_OTHERWISE.has(error.code)) throw error;
    start.close();
    if (!(await start.hasRun())) throw error;
    const abandoned = await outcomeOf(workflows.abandonOrder(orderId));
    if (!abandoned.ok)
      logger.error(
        { err: abandoned.error, orderId },
        'the order could not be abandoned; it lapses at its accept-by time',
      );
    throw error;
  }
}

/**
 * A client order id beside another key can be another order's. The declined key stays free, and a
 * workflow that was started for it in vain would meet the order that the key is then used for.
 */
const canBeDeclined = ({ clientOrderId, idempotency }: OrderSubmission): boolean =>
  clientOrderId !== null && clientOrderId !== idempotency?.key;

/** The start of an order's workflow: made once, whoever asks for it. */
interface WorkflowStart {
  run(): Promise<void>;
  /** From then on nobody starts it ahead. */
  close(): void;
  isOpen(): boolean;
  /** Whether it was started; waits for a start under way. */
  hasRun(): Promise<boolean>;
}

function startOnce(startWorkflow: () => Promise<void>): WorkflowStart {
  let started: Promise<void> | null = null;
  let closed = false;
  return {
    run: () => {
      started ??= startWorkflow();
      return started;
    },
    close: () => {
      closed = true;
    },
    isOpen: () => !closed,
    hasRun: async () => started !== null && (await outcomeOf(started)).ok,
  };
}

function toSubmission(
  { work, clock }: Pick<SubmitOrderDeps, 'work' | 'clock'>,
  accountId: string,
  terms: OrderTerms,
  key: string | null,
): OrderSubmission {
  const nowMs = clock();
  const orderId = orderIdFor(accountId, key);
  return {
    ...terms,
    orderId,
    accountId,
    idempotency: key === null ? null : { key, fingerprint: fingerprintOf(terms) },
    requestId: work.facts().requestId,
    submittedAt: new Date(nowMs).toISOString(),
    acceptBy: new Date(nowMs + ACCEPT_WITHIN_MS).toISOString(),
  };
}

/**
 * The order under this id is another request's, or can never be: its workflow finds that out by
 * itself.
 */
const DECIDED_OTHERWISE: ReadonlySet<ErrorCode> = new Set([
  'IDEMPOTENCY_KEY_REUSED',
  'CLIENT_ORDER_ID_REUSED',
]);

/** How a promise ends, as a value: it can be waited for later, or by several. */
const outcomeOf = <T>(promise: Promise<T>): Promise<Result<T, unknown>> => promise.then(ok, err);

function unwrap<T>(result: Result<T, unknown>): T {
  if (!result.ok) throw result.error;
  return result.value;
}
