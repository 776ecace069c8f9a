import type { Logger } from 'pino';
import { HubError } from '../../contracts/errors.ts';
import {
  type BulkAction,
  type BulkOutcome,
  type BulkPageResult,
  type BulkRequest,
  FAILURE_SAMPLES_MAX,
} from '../../contracts/operators/bulk-operations.ts';
import type { OperatorReader } from '../../contracts/operators/operator-reader.ts';
import { assertNever } from '../../domain/assert-never.ts';
import { isOpen, type OrderStatus } from '../../domain/orders/order.ts';
import { forEachAtOnce } from '../for-each-at-once.ts';
import { type AskOrderDeps, type AskOutcome, askOrder } from './ask-order.ts';

export interface AskPageDeps extends AskOrderDeps {
  reader: Pick<OperatorReader, 'findOrder'>;
  logger: Logger;
}

/** What came of asking one order; `code` says why it failed. */
export interface AskedOrder {
  orderId: string;
  outcome: BulkOutcome;
  code: string | null;
}

export interface PageAttempt {
  /** What earlier attempts are known to have come to: those orders are not asked again. */
  known: readonly AskedOrder[];
  /** Called with all that is known, whenever it grows. */
  tell(asked: AskedOrder[]): void;
  /**
   * Whether an order that cannot be asked counts as failed, instead of being left to the next
   * attempt.
   */
  isLast: boolean;
  signal: AbortSignal;
}

/** Each costs the order's workflow a task, of which the order path needs most. */
const AT_ONCE = 10;

/**
 * Asks each order of a page in the operator's name. Asked again, an order is asked once: the
 * update's id is the operation's and the order's, and Temporal answers with the first outcome even
 * when the order has closed. One order that cannot be asked holds up no other; then the first
 * failure is thrown after the last order.
 */
export async function askPage(
  deps: AskPageDeps,
  request: BulkRequest,
  orderIds: readonly string[],
  attempt: PageAttempt,
): Promise<BulkPageResult> {
  const asked = new Map(attempt.known.map((order) => [order.orderId, order]));
  const failures: unknown[] = [];
  const note = (order: AskedOrder): void => {
    asked.set(order.orderId, order);
    attempt.tell([...asked.values()]);
  };
  const unasked = orderIds.filter((orderId) => !asked.has(orderId));
  await forEachAtOnce(AT_ONCE, unasked, async (orderId) => {
    attempt.signal.throwIfAborted();
    try {
      note(await askOne(deps, request, orderId));
    } catch (error) {
      failures.push(error);
      if (attempt.isLast) note({ orderId, outcome: 'FAILED', code: codeOf(error) });
    }
  });
  if (failures.length > 0) {
    deps.logger.warn(
      { err: failures[0], bulkId: request.id, orders: failures.length, isLast: attempt.isLast },
      'orders could not be asked',
    );
    if (!attempt.isLast) throw failures[0];
  }
  return countUp([...asked.values()]);
}

async function askOne(
  deps: AskPageDeps,
  { id, action, operator, reason }: BulkRequest,
  orderId: string,
): Promise<AskedOrder> {
  const answer = await askOrder(deps, {
    orderId,
    action: `${action}_REQUESTED`,
    request: { operator, reason, bulkId: id },
    requestId: `bulk/${id}/${orderId}`,
  });
  const order = await deps.reader.findOrder(orderId);
  if (order === null) throw new HubError('ORDER_NOT_FOUND', { orderId });
  const outcome = judge(action, answer, order.status);
  return { orderId, outcome, code: outcome === 'FAILED' ? answer : null };
}

/** By what the workflow answered and how the order stands after it. */
function judge(action: BulkAction, answer: AskOutcome, status: OrderStatus): BulkOutcome {
  switch (answer) {
    case 'REJECTED':
      return 'REJECTED';
    case 'NOT_RUNNING':
      if (isOpen(status)) return 'FAILED';
      return action === 'CANCEL' && status === 'CANCELED' ? 'DONE' : 'REJECTED';
    case 'DONE':
    case 'PENDING':
      if (action === 'RETRY') return answer;
      if (isOpen(status)) return 'PENDING';
      // The broker's word wins: it may have filled the order first.
      return action === 'CANCEL' && status !== 'CANCELED' ? 'REJECTED' : 'DONE';
    default:
      return assertNever(answer);
  }
}

function countUp(asked: readonly AskedOrder[]): BulkPageResult {
  const countOf = (outcome: BulkOutcome): number =>
    asked.filter((order) => order.outcome === outcome).length;
  const failures = asked
    .filter(({ outcome }) => outcome === 'FAILED')
    .slice(0, FAILURE_SAMPLES_MAX);
  return {
    done: countOf('DONE'),
    pending: countOf('PENDING'),
    rejected: countOf('REJECTED'),
    failed: countOf('FAILED'),
    failures: failures.map(({ orderId, code }) => ({ orderId, code: code ?? 'UNKNOWN' })),
  };
}

function codeOf(error: unknown): string {
  if (error instanceof HubError) return error.code;
  return error instanceof Error ? error.name : 'UNKNOWN';
}
