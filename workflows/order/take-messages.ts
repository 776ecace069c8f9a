import { ApplicationFailure, condition, setHandler } from '@temporalio/workflow';
import type { OperatorRequest, OrderProgress, OrderStanding, Replacement } from '../../contracts/workflow-messages.ts';
import type { AttemptFailure } from './failure.ts';
import { abandon, cancel, executionReports, fail, progress, replace, requestCancel, retryNow } from './messages.ts';
import type { OrderLife } from './order-life.ts';

/** What others may say to an order and ask of it. Handlers only note it down; the life's loop does it. */
export function takeMessages(life: OrderLife): void {
  setHandler(executionReports, (reports) => life.receive(reports), { description: 'what the venue says happened to the order' });
  setHandler(abandon, () => life.abandon(), { description: 'give the order up unless somebody has decided on it' });
  setHandler(requestCancel, (actor) => life.requestCancel(actor), { description: 'cancel the order, without an answer' });
  setHandler(progress, () => life.standing, { description: 'where the order stands and what it waits for; null before it is decided' });
  setHandler(cancel, (actor) => carryOutCancel(life, actor), {
    description: 'cancel the order; the argument says for whom',
    validator: (_actor: string) => life.assertCancelable(),
  });
  setHandler(replace, (replacement) => carryOutReplace(life, replacement), {
    description: 'replace the order by a new one',
    validator: (_replacement: Replacement) => life.assertReplaceable(),
  });
  setHandler(retryNow, (request) => carryOutRetry(life, request), {
    description: 'try again now: {"operator": "user/…", "reason": "…"}',
    validator: (request: OperatorRequest) => {
      assertOperator(request);
      life.assertWaiting();
    },
  });
  setHandler(fail, (request) => carryOutFail(life, request), {
    description: 'end the order and release its hold: {"operator": "user/…", "reason": "…"}',
    validator: (request: OperatorRequest) => {
      assertOperator(request);
      life.assertWaiting();
      void life.known;
    },
  });
}

/** Operators also write these by hand. */
function assertOperator(request: OperatorRequest | undefined): void {
  if (typeof request?.operator === 'string' && request.operator !== '' && typeof request.reason === 'string' && request.reason !== '')
    return;
  throw ApplicationFailure.nonRetryable('Say who you are and why: {"operator": "user/…", "reason": "…"}', 'VALIDATION_FAILED');
}

async function carryOutCancel(life: OrderLife, actor: string): Promise<OrderProgress> {
  life.requestCancel(actor);
  await condition(() => life.cancelRequestedBy === null || life.isClosed);
  return life.known;
}

async function carryOutReplace(life: OrderLife, replacement: Replacement): Promise<OrderProgress> {
  life.replacement = replacement;
  life.refusals.replace = null;
  await condition(() => life.replacement !== replacement);
  throwRefusal(life.refusals.replace);
  return life.known;
}

async function carryOutRetry(life: OrderLife, request: OperatorRequest): Promise<OrderStanding | null> {
  const { attempts } = life;
  life.retryNow(request, Date.now());
  await condition(() => life.attempts > attempts || life.isClosed);
  return life.standing;
}

async function carryOutFail(life: OrderLife, request: OperatorRequest): Promise<OrderProgress> {
  life.failRequest = request;
  life.refusals.fail = null;
  await condition(() => life.failRequest !== request || life.isClosed);
  throwRefusal(life.refusals.fail);
  return life.known;
}

/** A plain error would fail the workflow task for ever. */
function throwRefusal(refusal: AttemptFailure | null): void {
  if (refusal) throw ApplicationFailure.nonRetryable(`It could not be done: ${refusal.code}`, refusal.code);
}
