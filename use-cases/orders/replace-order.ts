import type { Caller } from '../../contracts/caller.ts';
import type { Clock } from '../../contracts/clock.ts';
import { HubError } from '../../contracts/errors.ts';
import type { Order, OrderSubmission, ReplaceTerms } from '../../contracts/orders.ts';
import type { OrderReader } from '../../contracts/ports/order-reader.ts';
import type { OrderStore } from '../../contracts/ports/order-store.ts';
import type { OrderWorkflows } from '../../contracts/ports/order-workflows.ts';
import type { Replacement } from '../../contracts/workflow-messages.ts';
import { isOpen } from '../../domain/order/order.ts';
import { decidedBefore, readContext } from './accept-order.ts';
import { orderIdFor } from './order-identity.ts';
import { checkReplacement, replacementFingerprint } from './replace-terms.ts';
import { takeUpAgain } from './take-up-again.ts';

export interface ReplaceOrderDeps {
  orders: OrderStore;
  reader: Pick<OrderReader, 'findOrder'>;
  workflows: Pick<OrderWorkflows, 'replaceOrder' | 'startOrder'>;
  getOrder: (caller: Caller, orderId: string) => Promise<Order>;
  clock: Clock;
}

/** With the space, which no key of a client may have, no key of a submission can ever be the same. */
const KEY_PREFIX = 'replace: ';

/**
 * Asks an open order's workflow to put a new order in its place, as FIX's OrderCancelReplaceRequest (35=G) does; the workflow decides, and the
 * venue's word wins. A refusal is an answer (status REJECTED). With a key, the first answer is given again, and nothing is asked for twice.
 *
 * Throws `ORDER_NOT_FOUND`, `ORDER_NOT_REPLACEABLE`, `VALIDATION_FAILED`, `IDEMPOTENCY_KEY_REUSED`, `CLIENT_ORDER_ID_REUSED`, `DATABASE_UNAVAILABLE`;
 * `TEMPORAL_UNAVAILABLE`: it may still be replaced, and the same key can be sent again.
 */
export function createReplaceOrder(deps: ReplaceOrderDeps) {
  return async function replaceOrder(
    caller: Caller,
    orderId: string,
    terms: ReplaceTerms,
    idempotencyKey: string | null,
  ): Promise<{ order: Order; replayed: boolean }> {
    const original = await deps.getOrder(caller, orderId);
    const replacement = toReplacement(original, terms, idempotencyKey ?? terms.clientOrderId ?? null, deps.clock());
    const decided = await readAnswer(original, replacement);
    if (decided) return { order: await followUp(original, replacement, decided), replayed: true };

    checkReplacement(original, terms);
    const outcome = await deps.workflows.replaceOrder(original.id, replacement.orderId, replacement);
    // Also the workflow that ended before it could answer, or was asked twice, may have decided.
    const order = await readAnswer(original, replacement);
    if (order) return { order, replayed: false };
    // It may have closed before anybody decided on the new order.
    const after = await deps.getOrder(caller, orderId);
    if (outcome === 'REFUSED' || !isOpen(after.status)) throw notReplaceable(after);
    if (outcome === 'NOT_RUNNING') return takeUpAgain(deps.workflows, after);
    throw underWay();
  };

  /** A server that dies can forget a request that was half done: asking for it again under its id sees it through, or changes nothing. */
  async function followUp(original: Order, replacement: Replacement, decided: Order): Promise<Order> {
    if (original.status !== 'PENDING_REPLACE' || decided.status !== 'PENDING_NEW') return decided;
    await deps.workflows.replaceOrder(original.id, replacement.orderId, replacement);
    return (await readAnswer(original, replacement)) ?? decided;
  }

  /**
   * The new order as it was first answered; a refusal that came after the decision is what the client was told. `null`: nobody
   * has decided on it.
   */
  async function readAnswer(original: Order, replacement: Replacement): Promise<Order | null> {
    const submission = submissionOf(original, replacement);
    const context = await readContext(deps.orders, submission);
    const first = decidedBefore(submission, context);
    if (first) return refusedSince(first);
    if (context.clientOrderIdTaken) throw new HubError('CLIENT_ORDER_ID_REUSED', { clientOrderId: submission.clientOrderId });
    return null;
  }

  async function refusedSince(first: Order): Promise<Order> {
    const current = await deps.reader.findOrder(first.accountId, first.id);
    return current?.rejectCode === 'REPLACE_REJECTED' ? current : first;
  }
}

function toReplacement(original: Order, terms: ReplaceTerms, key: string | null, nowMs: number): Replacement {
  const ownKey = key === null ? null : KEY_PREFIX + key;
  return {
    orderId: orderIdFor(original.accountId, ownKey),
    terms,
    idempotency: ownKey === null ? null : { key: ownKey, fingerprint: replacementFingerprint(original.id, terms) },
    requestedAt: new Date(nowMs).toISOString(),
  };
}

/** What the store needs to know of the new order to find the decision on it. */
function submissionOf(original: Order, { orderId, terms, idempotency, requestedAt }: Replacement): OrderSubmission {
  const { accountId, symbol, side, type, timeInForce, quantity, limitPrice, stopPrice, trailPercent } = original;
  const prices = { quantity, notional: null, limitPrice, stopPrice, trailPercent };
  const inherited = { accountId, symbol, side, type, timeInForce, ...prices, clientOrderId: null };
  return { ...inherited, ...terms, orderId, idempotency, submittedAt: requestedAt, acceptBy: requestedAt };
}

const underWay = (): HubError =>
  new HubError('TEMPORAL_UNAVAILABLE', {}, { detail: 'The replace is under way; send it again with the same key to learn how it ended' });

const notReplaceable = ({ status, filledQuantity }: Order): HubError => new HubError('ORDER_NOT_REPLACEABLE', { status, filledQuantity });
