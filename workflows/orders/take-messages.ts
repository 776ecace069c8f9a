import {
  ApplicationFailure,
  CancellationScope,
  condition,
  log,
  metricMeter,
  setHandler,
} from '@temporalio/workflow';
import type {
  OperatorRequest,
  OrderProgress,
  OrderStanding,
  Replacement,
} from '../../contracts/orders/workflow-messages.ts';
import { assertOperator } from '../retry/operator-request.ts';
import { assertCancelable, assertDecided, assertReplaceable, assertWaiting } from './allowed.ts';
import type { Life } from './happened.ts';
import { isClosed, standingOf } from './life-state.ts';
import {
  abandon,
  cancel,
  executionReports,
  fail,
  progress,
  replace,
  requestCancel,
  retryNow,
} from './messages.ts';
import { assertActor, assertReplacement, nameOf, readReports } from './read-messages.ts';

/**
 * What others may say to an order and ask of it. Handlers only note it down; the life's loop does
 * it.
 */
export function takeMessages(life: Life): void {
  const requestCancelFor = (actor: string) => life.tell({ type: 'CANCEL_REQUESTED', actor });
  setHandler(executionReports, (sent) => takeReports(life, sent), {
    description: 'what the broker says happened to the order',
  });
  setHandler(abandon, () => life.tell({ type: 'ABANDONED' }), {
    description: 'give the order up unless somebody has decided on it',
  });
  setHandler(requestCancel, (actor) => requestCancelFor(nameOf(actor)), {
    description: 'cancel the order, without an answer',
  });
  CancellationScope.current().cancelRequested.catch(() => requestCancelFor('temporal'));
  setHandler(progress, () => standingOf(life.seen), {
    description: 'where the order stands and what it waits for; null before it is decided',
  });
  setHandler(cancel, (actor) => askForCancel(life, actor), {
    description: 'cancel the order; the argument says for whom: "user/…"',
    validator: (actor: string) => {
      assertActor(actor);
      assertCancelable(life.seen);
    },
  });
  setHandler(replace, (replacement) => askForReplacement(life, replacement), {
    description: 'replace the order by a new one',
    validator: (replacement: Replacement) => {
      assertReplacement(replacement);
      // Before it is known how the order stands nobody can tell; after a reset that is so for every
      // update of the run before.
      if (life.seen.progress !== null) assertReplaceable(life.seen);
    },
  });
  setHandler(retryNow, (request) => askForRetry(life, request), {
    description: 'try again now: {"operator": "user/…", "reason": "…"}',
    validator: (request: OperatorRequest) => {
      assertOperator(request);
      assertWaiting(life.seen);
    },
  });
  setHandler(fail, (request) => askForFail(life, request), {
    description: 'end the order and give its hold back: {"operator": "user/…", "reason": "…"}',
    validator: (request: OperatorRequest) => {
      assertOperator(request);
      assertWaiting(life.seen);
      assertDecided(life.seen);
    },
  });
}

/** What cannot be a report is left out, and the broker is asked what it was about. */
function takeReports(life: Life, sent: unknown): void {
  const { reports, isWhole } = readReports(sent);
  life.tell({ type: 'REPORTS_RECEIVED', reports, isWhole });
  if (isWhole) return;
  log.warn('execution reports that cannot be read were left out: the broker is asked', {
    orderId: life.state.submission.orderId,
  });
  metricMeter
    .createCounter(
      'hub_order_signals_malformed',
      'signal',
      'Signals of execution reports that could not be read',
    )
    .add(1);
}

async function askForCancel(life: Life, actor: string): Promise<OrderProgress> {
  life.tell({ type: 'CANCEL_REQUESTED', actor });
  await condition(() => life.state.cancelRequestedBy === null || isClosed(life.state));
  return assertDecided(life.state);
}

async function askForReplacement(life: Life, replacement: Replacement): Promise<OrderProgress> {
  const isFree = () => life.state.progress !== null && life.state.replacement === null;
  await condition(isFree);
  assertReplaceable(life.seen);
  life.tell({ type: 'REPLACE_REQUESTED', replacement });
  await condition(() => life.state.replacement !== replacement);
  throwRejection(life.state.rejections.replace);
  return assertDecided(life.state);
}

async function askForRetry(life: Life, request: OperatorRequest): Promise<OrderStanding | null> {
  const { attempts } = life.state;
  life.tell({ type: 'RETRY_ASKED', request });
  await condition(() => life.state.attempts > attempts || isClosed(life.state));
  return standingOf(life.seen);
}

async function askForFail(life: Life, request: OperatorRequest): Promise<OrderProgress> {
  life.tell({ type: 'FAIL_REQUESTED', request });
  await condition(() => life.state.failRequest !== request || isClosed(life.state));
  throwRejection(life.state.rejections.fail);
  return assertDecided(life.state);
}

/** A plain error would fail the workflow task for ever. */
function throwRejection(code: string | null): void {
  if (code) throw ApplicationFailure.nonRetryable(`It could not be done: ${code}`, code);
}
