import fc from 'fast-check';
import type { ExecutionReport } from '../../contracts/ports/broker.ts';
import type { OrderProgress } from '../../contracts/workflow-messages.ts';
import { ORDER_STATUSES } from '../../domain/order/order.ts';
import { nextAction } from '../../workflows/order/next-action.ts';
import { OrderLife } from '../../workflows/order/order-life.ts';
import type { ActionName } from '../../workflows/order/retries.ts';
import { progressOf, submissionFor } from './order-workflow-rig.ts';

export const START_MS = Date.parse('2026-11-24T14:30:00.000Z');
export const HOUR_MS = 3_600_000;

/** What can befall an order's workflow between two decisions. */
const event = fc.oneof(
  fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 30 * HOUR_MS }) }),
  fc.record({ kind: fc.constant('reports' as const) }),
  fc.record({ kind: fc.constant('cancel' as const) }),
  fc.record({ kind: fc.constant('abandon' as const) }),
  fc.record({ kind: fc.constant('replace' as const) }),
  fc.record({ kind: fc.constant('retryNow' as const) }),
  fc.record({
    kind: fc.constant('attempt' as const),
    succeeds: fc.boolean(),
    isPart: fc.boolean(),
    status: fc.constantFrom(...ORDER_STATUSES),
    isAcknowledged: fc.boolean(),
    releaseInMs: fc.option(fc.integer({ min: -HOUR_MS, max: 100 * HOUR_MS })),
    expiresInMs: fc.option(fc.integer({ min: -HOUR_MS, max: 100 * HOUR_MS })),
  }),
);
export type OrderEvent = typeof event extends fc.Arbitrary<infer T> ? T : never;

export const orderEvents = fc.array(event, { maxLength: 40 });

const at = (ms: number | null): string | null => (ms === null ? null : new Date(START_MS + ms).toISOString());

const REPORT = { brokerExecutionId: 'x1' } as ExecutionReport;

const FAILURE = { code: 'BrokerOutcomeUnknown', class: 'UNKNOWN_OUTCOME', step: null, progress: null } as const;

/** What the workflow would do with the event: carry out the next action, or take a message. Returns the time after it. */
export function befall(life: OrderLife, nowMs: number, happened: OrderEvent): number {
  switch (happened.kind) {
    case 'pass':
      return nowMs + happened.ms;
    case 'reports':
      life.receive([REPORT]);
      return nowMs;
    case 'cancel':
      if (!life.isClosed) life.requestCancel('client');
      return nowMs;
    case 'abandon':
      life.abandon();
      return nowMs;
    case 'replace':
      life.replacement ??= life.isClosed ? null : { orderId: 'r', terms: {}, idempotency: null, requestedAt: '' };
      return nowMs;
    case 'retryNow':
      life.retryNow({ operator: 'user/olga', reason: 'why not' }, nowMs);
      return nowMs;
    case 'attempt':
      attempt(life, nowMs, happened);
      return nowMs;
  }
}

function attempt(life: OrderLife, nowMs: number, outcome: Extract<OrderEvent, { kind: 'attempt' }>): void {
  const action = nextAction(life, nowMs);
  if (action.do === 'WAIT' || action.do === 'DONE') return;
  life.attempts += 1;
  const isRetried = action.do !== 'REFRESH' && action.do !== 'FAIL';
  if (!outcome.succeeds) {
    if (isRetried) life.retries.failed(action.do as ActionName, FAILURE, nowMs);
    return;
  }
  const { status, isAcknowledged, releaseInMs, expiresInMs } = outcome;
  const times = life.progress ?? { releaseAt: at(releaseInMs), expiresAt: at(expiresInMs) };
  const progress: OrderProgress = progressOf({ status, isAcknowledged, releaseAt: times.releaseAt, expiresAt: times.expiresAt });
  if (!life.isClosed) life.advance(progress, nowMs);
  if (action.do === 'REFRESH') life.refreshes += 1;
  if (action.do === 'BOOK') life.takeReports(outcome.isPart ? 1 : life.reportCount);
  if (action.do === 'CANCEL') life.cancelRequestedBy = null;
  if (action.do === 'REPLACE') life.replacement = null;
  if (action.do === 'FIND_DECISION') life.isAbandoned = false;
  if (action.do === 'EXPIRE') life.expiryAskedAtMs = nowMs;
  if (isRetried) life.retries.settled(action.do as ActionName);
}

/** An order to which all that has happened, and the time after it. */
export function liveThrough(events: readonly OrderEvent[]): { life: OrderLife; nowMs: number } {
  const life = new OrderLife(submissionFor(), { nowMs: START_MS, isRepeated: false });
  return { life, nowMs: events.reduce((nowMs, happened) => befall(life, nowMs, happened), START_MS) };
}
