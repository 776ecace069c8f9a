import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { OrderProgress } from '../../contracts/workflow-messages.ts';
import { isOpen, ORDER_STATUSES } from '../../domain/order/order.ts';
import { nextAction } from '../../workflows/order/next-action.ts';
import { OrderLife } from '../../workflows/order/order-life.ts';
import type { ActionName } from '../../workflows/order/retries.ts';
import { progressOf, submissionFor } from '../support/order-workflow-rig.ts';

const START_MS = Date.parse('2026-11-24T14:30:00.000Z');
const HOUR_MS = 3_600_000;

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
    status: fc.constantFrom(...ORDER_STATUSES),
    isAcknowledged: fc.boolean(),
    releaseInMs: fc.option(fc.integer({ min: -HOUR_MS, max: 100 * HOUR_MS })),
    expiresInMs: fc.option(fc.integer({ min: -HOUR_MS, max: 100 * HOUR_MS })),
  }),
);
type Event = typeof event extends fc.Arbitrary<infer T> ? T : never;

const at = (ms: number | null): string | null => (ms === null ? null : new Date(START_MS + ms).toISOString());

const FAILURE = { code: 'BrokerOutcomeUnknown', class: 'UNKNOWN_OUTCOME', step: null, progress: null } as const;

/** What the workflow would do with the event: carry out the next action, or take a message. */
function befall(life: OrderLife, nowMs: number, happened: Event): number {
  switch (happened.kind) {
    case 'pass':
      return nowMs + happened.ms;
    case 'reports':
      life.receive([]);
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

function attempt(life: OrderLife, nowMs: number, outcome: Extract<Event, { kind: 'attempt' }>): void {
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
  if (action.do === 'CANCEL') life.cancelRequestedBy = null;
  if (action.do === 'REPLACE') life.replacement = null;
  if (action.do === 'FIND_DECISION') life.isAbandoned = false;
  if (action.do === 'EXPIRE') life.expiryAskedAtMs = nowMs;
  if (isRetried) life.retries.settled(action.do as ActionName);
}

it('always knows what brings an order on: an action, a time, the venue, or an operator who has been called', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 40 }), (events) => {
      const life = new OrderLife(submissionFor(), { nowMs: START_MS, isFirstRun: true });
      let nowMs = START_MS;
      for (const happened of events) nowMs = befall(life, nowMs, happened);
      const action = nextAction(life, nowMs);
      if (action.do !== 'WAIT') return;
      if (action.untilMs === null) expect(life.retries.exhausted).not.toBeNull();
      else expect(action.untilMs).toBeGreaterThan(nowMs);
    }),
    { numRuns: 20_000 },
  );
});

it('is done with an order that is closed, and only then', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 40 }), (events) => {
      const life = new OrderLife(submissionFor(), { nowMs: START_MS, isFirstRun: true });
      let nowMs = START_MS;
      for (const happened of events) nowMs = befall(life, nowMs, happened);
      const isDone = nextAction(life, nowMs).do === 'DONE';
      expect(isDone).toBe(life.progress !== null && !isOpen(life.progress.status) && life.replacement === null);
    }),
    { numRuns: 2_000 },
  );
});
