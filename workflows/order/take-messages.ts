import { ApplicationFailure, CancellationScope, condition, log, metricMeter, setHandler } from '@temporalio/workflow';
import type { OperatorRequest, OrderProgress, OrderStanding, Replacement } from '../../contracts/workflow-messages.ts';
import { assertOperator } from '../operator-request.ts';
import type { AttemptFailure } from './failure.ts';
import { abandon, cancel, executionReports, fail, progress, replace, requestCancel, retryNow } from './messages.ts';
import type { OrderLife } from './order-life.ts';
import { assertActor, assertReplacement, nameOf, readReports } from './read-messages.ts';

/** What others may say to an order and ask of it. Handlers only note it down; the life's loop does it. */
export function takeMessages(life: OrderLife): void {
  setHandler(executionReports, (sent) => takeReports(told(life), sent), { description: 'what the venue says happened to the order' });
  setHandler(abandon, () => told(life).abandon(), { description: 'give the order up unless somebody has decided on it' });
  setHandler(requestCancel, (actor) => told(life).requestCancel(nameOf(actor)), { description: 'cancel the order, without an answer' });
  CancellationScope.current().cancelRequested.catch(() => told(life).requestCancel('temporal'));
  setHandler(progress, () => life.standing, { description: 'where the order stands and what it waits for; null before it is decided' });
  setHandler(cancel, (actor) => carryOutCancel(told(life), actor), {
    description: 'cancel the order; the argument says for whom: "user/…"',
    validator: (actor: string) => {
      assertActor(actor);
      life.assertCancelable();
    },
  });
  setHandler(replace, (replacement) => carryOutReplace(told(life), replacement), {
    description: 'replace the order by a new one',
    validator: (replacement: Replacement) => {
      assertReplacement(replacement);
      // Before it is known how the order stands nobody can tell; after a reset that is so for every update of the run before.
      if (life.progress !== null) life.assertReplaceable();
    },
  });
  setHandler(retryNow, (request) => carryOutRetry(told(life), request), {
    description: 'try again now: {"operator": "user/…", "reason": "…"}',
    validator: (request: OperatorRequest) => {
      assertOperator(request);
      life.assertWaiting();
    },
  });
  setHandler(fail, (request) => carryOutFail(told(life), request), {
    description: 'end the order and release its hold: {"operator": "user/…", "reason": "…"}',
    validator: (request: OperatorRequest) => {
      assertOperator(request);
      life.assertWaiting();
      void life.known;
    },
  });
}

/** A message that the history has, unlike a query and an update that is rejected. */
function told(life: OrderLife): OrderLife {
  life.nowMs = Date.now();
  return life;
}

/** What cannot be a report is left out, and the venue is asked what it was about. */
function takeReports(life: OrderLife, sent: unknown): void {
  const { reports, isWhole } = readReports(sent);
  life.receive(reports);
  if (isWhole) return;
  log.warn('execution reports that cannot be read were left out: the venue is asked', { orderId: life.submission.orderId });
  metricMeter.createCounter('hub_order_signals_malformed', 'signal', 'Signals of execution reports that could not be read').add(1);
  life.isVenueToBeAsked = true;
}

async function carryOutCancel(life: OrderLife, actor: string): Promise<OrderProgress> {
  life.requestCancel(actor);
  await condition(() => life.cancelRequestedBy === null || life.isClosed);
  return life.known;
}

async function carryOutReplace(life: OrderLife, replacement: Replacement): Promise<OrderProgress> {
  await condition(() => life.progress !== null && life.replacement === null);
  life.assertReplaceable();
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
