import type { Logger } from 'pino';
import {
  type BulkAction,
  type BulkOutcome,
  type BulkPageResult,
  type BulkRequest,
  FAILURE_SAMPLES_MAX,
} from '../../contracts/bulk-operations.ts';
import { HubError } from '../../contracts/errors.ts';
import type { AttentionReader } from '../../contracts/ports/attention-reader.ts';
import { assertNever } from '../../domain/assert-never.ts';
import { isOpen, type OrderStatus } from '../../domain/order/order.ts';
import { forEachAtOnce } from '../for-each-at-once.ts';
import { type AskOrderDeps, type AskOutcome, createAskOrder } from './ask-order.ts';

export interface AskPageDeps extends AskOrderDeps {
  orders: Pick<AttentionReader, 'findOrder'>;
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
  /** Whether an order that cannot be asked counts as failed, instead of being left to the next attempt. */
  isLast: boolean;
  signal: AbortSignal;
}

/** Each costs the order's workflow a task, of which the order path needs most. */
const AT_ONCE = 10;

/**
 * Asks each order of a page in the operator's name. Asked again, an order is asked once: the update's id is the operation's and the order's,
 * and Temporal answers with the first outcome even when the order has closed. One order that cannot be asked holds up no other;
 * then the first failure is thrown after the last order.
 */
export function createAskPage({ orders, logger, ...deps }: AskPageDeps) {
  const askOrder = createAskOrder(deps);

  return async function askPage(request: BulkRequest, orderIds: readonly string[], attempt: PageAttempt): Promise<BulkPageResult> {
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
        note(await askOne(request, orderId));
      } catch (error) {
        failures.push(error);
        if (attempt.isLast) note({ orderId, outcome: 'FAILED', code: codeOf(error) });
      }
    });
    if (failures.length > 0) {
      logger.warn({ err: failures[0], bulkId: request.id, orders: failures.length, isLast: attempt.isLast }, 'orders could not be asked');
      if (!attempt.isLast) throw failures[0];
    }
    return countUp([...asked.values()]);
  };

  async function askOne({ id, action, operator, reason }: BulkRequest, orderId: string): Promise<AskedOrder> {
    const answer = await askOrder({
      orderId,
      action: `${action}_REQUESTED`,
      request: { operator, reason, bulkId: id },
      requestId: `bulk/${id}/${orderId}`,
    });
    const order = await orders.findOrder(orderId);
    if (order === null) throw new HubError('ORDER_NOT_FOUND', { orderId });
    const outcome = judge(action, answer, order.status);
    return { orderId, outcome, code: outcome === 'FAILED' ? answer : null };
  }
}

/** By what the workflow answered and how the order stands after it. */
function judge(action: BulkAction, answer: AskOutcome, status: OrderStatus): BulkOutcome {
  switch (answer) {
    case 'REFUSED':
      return 'REFUSED';
    case 'NOT_RUNNING':
      if (isOpen(status)) return 'FAILED';
      return action === 'CANCEL' && status === 'CANCELED' ? 'DONE' : 'REFUSED';
    case 'DONE':
    case 'PENDING':
      if (action === 'RETRY') return answer;
      if (isOpen(status)) return 'PENDING';
      // The venue's word wins: it may have filled the order first.
      return action === 'CANCEL' && status !== 'CANCELED' ? 'REFUSED' : 'DONE';
    default:
      return assertNever(answer);
  }
}

function countUp(asked: readonly AskedOrder[]): BulkPageResult {
  const countOf = (outcome: BulkOutcome): number => asked.filter((order) => order.outcome === outcome).length;
  const failures = asked.filter(({ outcome }) => outcome === 'FAILED').slice(0, FAILURE_SAMPLES_MAX);
  return {
    done: countOf('DONE'),
    pending: countOf('PENDING'),
    refused: countOf('REFUSED'),
    failed: countOf('FAILED'),
    failures: failures.map(({ orderId, code }) => ({ orderId, code: code ?? 'UNKNOWN' })),
  };
}

function codeOf(error: unknown): string {
  if (error instanceof HubError) return error.code;
  return error instanceof Error ? error.name : 'UNKNOWN';
}

export type AskPage = ReturnType<typeof createAskPage>;
