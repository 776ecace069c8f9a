import type { Clock } from '../../contracts/clock.ts';
import { HubError, type RejectCode } from '../../contracts/errors.ts';
import type { Caller } from '../../contracts/identity/caller.ts';
import type { Order, ReplaceTerms } from '../../contracts/orders/order.ts';
import type { OrderReader } from '../../contracts/orders/order-reader.ts';
import type { OrderStore } from '../../contracts/orders/order-store.ts';
import type { OrderWorkflows } from '../../contracts/orders/order-workflows.ts';
import type { Replacement } from '../../contracts/orders/workflow-messages.ts';
import type { RateLimits } from '../../contracts/rate-limits.ts';
import type { WorkContext } from '../../contracts/work-context.ts';
import { isOpen } from '../../domain/orders/order.ts';
import { takeOrThrow } from '../take-or-throw.ts';
import { assertClientOrderIdFree, decidedBefore, readContext } from './accept-order.ts';
import { adoptOrder } from './adopt-order.ts';
import { checkReplacement, notReplaceable, replacementSubmission } from './decide-replacement.ts';
import { orderIdFor, replacementFingerprint } from './order-identity.ts';
import { findOrder } from './read-orders.ts';

export interface ReplaceOrderDeps {
  orders: Pick<OrderStore, 'readSubmission'>;
  reader: Pick<OrderReader, 'findOrder'>;
  workflows: Pick<OrderWorkflows, 'replaceOrder' | 'startOrder'>;
  rateLimits: Pick<RateLimits, 'take'>;
  work: Pick<WorkContext, 'note' | 'facts'>;
  clock: Clock;
}

/** With which a replacement that was decided on is rejected when the broker has spoken. */
const REJECTED_SINCE: ReadonlySet<RejectCode> = new Set([
  'REPLACE_REJECTED',
  'STOP_ALREADY_TRIGGERED',
]);

/**
 * With the space, which no key of a client may have, no key of a submission can ever be the same.
 */
const KEY_PREFIX = 'replace: ';

/**
 * Asks an open order's workflow to put a new order in its place, as FIX's OrderCancelReplaceRequest
 * (35=G) does; the workflow decides, and the broker's word wins. A rejection is an answer (status
 * REJECTED). With a key, the first answer is given again, and nothing is asked for twice.
 *
 * Throws `ORDER_NOT_FOUND`, `ORDER_NOT_REPLACEABLE`, `VALIDATION_FAILED`, `IDEMPOTENCY_KEY_REUSED`,
 * `CLIENT_ORDER_ID_REUSED`, `ORDER_RATE`, `DATABASE_UNAVAILABLE`; `TEMPORAL_UNAVAILABLE`: it may
 * still be replaced, and the same key can be sent again.
 */
export async function replaceOrder(
  deps: ReplaceOrderDeps,
  caller: Caller,
  orderId: string,
  terms: ReplaceTerms,
  idempotencyKey: string | null,
): Promise<{ order: Order; replayed: boolean }> {
  const original = await findOrder(deps, caller, orderId);
  const key = idempotencyKey ?? terms.clientOrderId ?? null;
  const replacement = toReplacement(deps, original, terms, key);
  deps.work.note({ orderId: replacement.orderId });
  const decided = await readAnswer(deps, original, replacement);
  if (decided) {
    const order = await followUp(deps, original, replacement, decided);
    return { order, replayed: true };
  }

  checkReplacement(original, terms);
  await takeOrThrow(deps.rateLimits, 'orders_per_account', caller.accountId, 'ORDER_RATE');
  const outcome = await askForIt(deps, original, replacement);
  // Also the workflow that ended before it could answer, or was asked twice, may have decided.
  const order = await readAnswer(deps, original, replacement);
  if (order) return { order, replayed: false };
  // It may have closed before anybody decided on the new order.
  const after = await findOrder(deps, caller, orderId);
  if (outcome === 'REJECTED' || !isOpen(after.status)) throw notReplaceable(after);
  if (outcome === 'NOT_RUNNING') return adoptOrder(deps, after);
  throw underWay();
}

/**
 * A server that dies can forget a request that was half done: asking for it again under its id
 * sees it through, or changes nothing.
 */
async function followUp(
  deps: ReplaceOrderDeps,
  original: Order,
  replacement: Replacement,
  decided: Order,
): Promise<Order> {
  if (original.status !== 'PENDING_REPLACE' || decided.status !== 'PENDING_NEW') return decided;
  await askForIt(deps, original, replacement);
  return (await readAnswer(deps, original, replacement)) ?? decided;
}

const askForIt = ({ workflows }: ReplaceOrderDeps, original: Order, replacement: Replacement) =>
  workflows.replaceOrder(original.id, replacement.orderId, replacement);

/**
 * The new order as it was first answered; a rejection that came after the decision is what the
 * client was told. `null`: nobody has decided on it.
 */
async function readAnswer(
  deps: ReplaceOrderDeps,
  original: Order,
  replacement: Replacement,
): Promise<Order | null> {
  const submission = replacementSubmission(original, replacement);
  const context = await readContext(deps, submission);
  const first = decidedBefore(submission, context);
  if (first) return rejectedSince(deps, first);
  assertClientOrderIdFree(submission, context);
  return null;
}

async function rejectedSince({ reader }: ReplaceOrderDeps, first: Order): Promise<Order> {
  const current = await reader.findOrder(first.accountId, first.id);
  return current?.rejectCode && REJECTED_SINCE.has(current.rejectCode) ? current : first;
}

function toReplacement(
  { work, clock }: Pick<ReplaceOrderDeps, 'work' | 'clock'>,
  original: Order,
  terms: ReplaceTerms,
  key: string | null,
): Replacement {
  const ownKey = key === null ? null : KEY_PREFIX + key;
  return {
    orderId: orderIdFor(original.accountId, ownKey),
    terms,
    idempotency:
      ownKey === null
        ? null
        : { key: ownKey, fingerprint: replacementFingerprint(original.id, terms) },
    requestId: work.facts().requestId,
    requestedAt: new Date(clock()).toISOString(),
  };
}

const underWay = (): HubError =>
  new HubError(
    'TEMPORAL_UNAVAILABLE',
    {},
    { detail: 'The replace is under way; send it again with the same key to learn how it ended' },
  );
