import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ExecutionReport } from '../../../contracts/broker-session/broker.ts';
import type { FailureClass } from '../../../contracts/failure-class.ts';
import { ORDER_STATUSES } from '../../../domain/orders/order.ts';
import type { Occurrence } from '../../../workflows/orders/happened.ts';
import { isClosed } from '../../../workflows/orders/life-state.ts';
import { type Attempt, nextAction } from '../../../workflows/orders/next-action.ts';
import {
  begin,
  HOUR_MS,
  liveThrough,
  orderEvents,
  START_MS,
  tell,
} from '../../support/order-events.ts';
import {
  CANCELED,
  FILLED,
  OPERATOR,
  PENDING,
  progressOf,
} from '../../support/order-workflow-rig.ts';

const failedWith = (code: string, failureClass: FailureClass, facts = {}) => ({
  ...{ code, class: failureClass, message: `it failed with ${code}`, facts },
});

const PENDING_CANCEL = progressOf({ status: 'PENDING_CANCEL' });

const replacement = { orderId: 'r', terms: {}, idempotency: null, requestedAt: '' };

const progress = fc
  .record({ status: fc.constantFrom(...ORDER_STATUSES), isAcknowledged: fc.boolean() })
  .map(progressOf);

const action = fc.oneof(
  fc.constantFrom<Attempt>(
    ...(['FIND_DECISION', 'EXECUTE', 'EXPIRE', 'REFRESH', 'RESUME'] as const).map((each) => ({
      do: each,
    })),
    { do: 'CANCEL', actor: 'client' },
    { do: 'FAIL', request: OPERATOR },
    { do: 'REPLACE', replacement },
    { do: 'SUSPEND', suspension: { step: 'PLACE', code: 'TIMEOUT', failures: 9 } },
  ),
  fc.integer({ min: 0, max: 300 }).map((count): Attempt => ({ do: 'BOOK', count })),
);

/** Anything, in any order: also the end of what never began. */
const occurrence: fc.Arbitrary<Occurrence> = fc.oneof(
  fc.constantFrom<Occurrence>(
    { type: 'TIMED' },
    { type: 'SENT_UNSEEN' },
    { type: 'REPORTS_RECEIVED', reports: [{ sequence: 1 } as ExecutionReport], isWhole: false },
    { type: 'CANCEL_REQUESTED', actor: 'client' },
    { type: 'ABANDONED' },
    { type: 'REPLACE_REQUESTED', replacement },
    { type: 'RETRY_ASKED', request: OPERATOR },
    { type: 'FAIL_REQUESTED', request: OPERATOR },
  ),
  action.map((each): Occurrence => ({ type: 'STEP_BEGUN', action: each })),
  fc.option(progress).map(
    (each): Occurrence => ({
      type: 'EXECUTED',
      executed: { accept: 'ACCEPTED', place: null, booked: [], progress: each },
    }),
  ),
  fc.option(progress).map((decision): Occurrence => ({ type: 'DECISION_FOUND', decision })),
  fc.record({ action, progress }).map((each): Occurrence => ({ type: 'STEP_SUCCEEDED', ...each })),
  fc
    .record({
      action,
      failureClass: fc.constantFrom<FailureClass>('FINAL', 'TRANSIENT', 'UNKNOWN_OUTCOME'),
      code: fc.constantFrom('BrokerCircuitOpen', 'TIMEOUT'),
    })
    .map(
      ({ action: failed, failureClass, code }): Occurrence => ({
        type: 'STEP_FAILED',
        action: failed,
        failure: failedWith(code, failureClass),
      }),
    ),
);

describe('what an order’s workflow knows', () => {
  it('is defined after anything, in any order, and stays plain JSON', () => {
    const happenings = fc.array(fc.tuple(occurrence, fc.nat(HOUR_MS)), { maxLength: 30 });
    fc.assert(
      fc.property(happenings, (all) => {
        const end = all.reduce(
          (state, [each, laterMs]) => tell(state, each, state.nowMs + laterMs),
          begin(),
        );
        expect(JSON.parse(JSON.stringify(end))).toEqual(end);
        expect(nextAction(end).do).toEqual(expect.any(String));
      }),
      { numRuns: 5_000 },
    );
  });

  it('loses no report and doubles none, in the order in which they came', () => {
    fc.assert(
      fc.property(orderEvents, (events) => {
        const { state, sent, booked } = liveThrough(events);
        expect([...booked, ...state.reports.map(({ sequence }) => sequence)]).toEqual(sent);
      }),
      { numRuns: 5_000 },
    );
  });

  it('never goes from closed to open by what others ask for', () => {
    const asked = fc.array(
      occurrence.filter(({ type }) => !/^STEP|EXECUTED|DECISION/.test(type)),
      { maxLength: 10 },
    );
    fc.assert(
      fc.property(asked, (all) => {
        const end = all.reduce((state, each) => tell(state, each), begin({ progress: FILLED }));
        expect(isClosed(end)).toBe(true);
        expect(end).toMatchObject({ cancelRequestedBy: null, progress: FILLED });
      }),
    );
  });

  it('may be at the venue after an attempt that may have arrived there, and not after one that did not', () => {
    const failedAs = (code: string, failureClass: FailureClass, step: string | null) =>
      tell(begin(), {
        type: 'STEP_FAILED',
        action: { do: 'EXECUTE' },
        failure: failedWith(code, failureClass, { step, progress: PENDING }),
      });
    const sent = { wasSentTo: true, givenUpAtMs: START_MS };
    const unsent = { wasSentTo: false, givenUpAtMs: null };
    expect(failedAs('DATABASE_UNAVAILABLE', 'TRANSIENT', 'ACCEPT')).toMatchObject(unsent);
    expect(failedAs('BrokerUnavailable', 'TRANSIENT', 'PLACE')).toMatchObject(unsent);
    expect(failedAs('BrokerOutcomeUnknown', 'UNKNOWN_OUTCOME', 'PLACE')).toMatchObject(sent);
    expect(failedAs('DATABASE_UNAVAILABLE', 'TRANSIENT', 'BOOK')).toMatchObject(sent);
    expect(failedAs('TIMEOUT', 'UNKNOWN_OUTCOME', null)).toMatchObject(sent);
  });

  it('ends the workflow on what no retry mends, but for what somebody waits for the answer of', () => {
    const failed = (of: Attempt) =>
      tell(begin({ progress: progressOf(), replacement, failRequest: OPERATOR }), {
        type: 'STEP_FAILED',
        action: of,
        failure: failedWith('ORDER_NOT_REPLACEABLE', 'FINAL'),
      });
    expect(failed({ do: 'CANCEL', actor: 'client' }).failedWith).toEqual({
      code: 'ORDER_NOT_REPLACEABLE',
      message: 'it failed with ORDER_NOT_REPLACEABLE',
    });
    expect(failed({ do: 'REPLACE', replacement })).toMatchObject({
      ...{ failedWith: null, replacement: null, failRequest: OPERATOR },
      rejections: { replace: 'ORDER_NOT_REPLACEABLE', fail: null },
    });
    expect(failed({ do: 'FAIL', request: OPERATOR })).toMatchObject({
      ...{ failedWith: null, replacement, failRequest: null },
      rejections: { replace: null, fail: 'ORDER_NOT_REPLACEABLE' },
    });
  });

  it('forgets with an order’s end what was to be done for an open one', () => {
    const action: Attempt = { do: 'CANCEL', actor: 'client' };
    const failure = failedWith('TIMEOUT', 'UNKNOWN_OUTCOME');
    let state = begin({ progress: progressOf(), cancelRequestedBy: 'client' });
    state = tell(state, { type: 'STEP_FAILED', action, failure });
    expect(Object.keys(state.retries)).toEqual(['CANCEL']);
    state = tell(state, { type: 'STEP_SUCCEEDED', action: { do: 'REFRESH' }, progress: CANCELED });
    expect(state).toMatchObject({ retries: {}, cancelRequestedBy: null, progress: CANCELED });
  });

  it('gives up an order that nobody has decided on once nobody can, and asks again until then', () => {
    const state = begin();
    const acceptByMs = Date.parse(state.submission.acceptBy);
    const found = (atMs: number) => tell(state, { type: 'DECISION_FOUND', decision: null }, atMs);
    expect(found(acceptByMs + 1_999)).toMatchObject({
      failedWith: null,
      undecidedUntilMs: acceptByMs + 3_999,
    });
    expect(found(acceptByMs + 2_000).failedWith).toMatchObject({ code: 'ABANDONED' });
  });

  it('brings no order to the venue any more once somebody wants it canceled, and keeps who was first', () => {
    const failed = tell(begin({ progress: PENDING }), {
      type: 'STEP_FAILED',
      action: { do: 'EXECUTE' },
      failure: failedWith('BrokerUnavailable', 'TRANSIENT', { step: 'PLACE' }),
    });
    expect(failed.retries.EXECUTE).toMatchObject({ step: 'PLACE', failures: 1, dueAtMs: START_MS });
    const first = tell(failed, { type: 'CANCEL_REQUESTED', actor: 'client' });
    expect(first).toMatchObject({ cancelRequestedBy: 'client', retries: {} });
    const second = tell(first, { type: 'CANCEL_REQUESTED', actor: 'user/olga' });
    expect(second.cancelRequestedBy).toBe('client');
  });

  it('cancels an abandoned order only when no other request can have been told that it is accepted', () => {
    const { submission } = begin();
    expect(tell(begin(), { type: 'ABANDONED' })).toMatchObject({
      ...{ isAbandoned: true, cancelRequestedBy: 'abandoned' },
    });
    const keyed = { ...submission, idempotency: { key: 'k', fingerprint: 'f' } };
    const abandoned = tell(begin({ submission: keyed }), { type: 'ABANDONED' });
    expect(abandoned).toMatchObject({ isAbandoned: true, cancelRequestedBy: null });
    const found = tell(abandoned, { type: 'DECISION_FOUND', decision: PENDING });
    expect(found).toMatchObject({ isAbandoned: false, progress: PENDING, attempts: 1 });
  });

  it.each<[string, Occurrence]>([
    [
      'a booking',
      { type: 'STEP_SUCCEEDED', action: { do: 'BOOK', count: 0 }, progress: PENDING_CANCEL },
    ],
    ['a question', { type: 'STEP_SUCCEEDED', action: { do: 'REFRESH' }, progress: PENDING_CANCEL }],
    [
      'an attempt that failed',
      {
        type: 'STEP_FAILED',
        action: { do: 'EXECUTE' },
        failure: failedWith('TIMEOUT', 'UNKNOWN_OUTCOME', { progress: PENDING_CANCEL }),
      },
    ],
  ])('goes on with a cancel that the books tell of by %s', (_what, told) => {
    expect(tell(begin(), told)).toMatchObject({ cancelRequestedBy: 'system', retries: {} });
  });

  it('knows whether the venue was asked by its first stretch', () => {
    const executed = (place: 'ACKNOWLEDGED' | null) =>
      tell(begin(), {
        type: 'EXECUTED',
        executed: { accept: 'ACCEPTED', place, booked: [], progress: PENDING },
      });
    expect(executed('ACKNOWLEDGED')).toMatchObject({ wasSentTo: true, attempts: 1 });
    expect(executed(null)).toMatchObject({ wasSentTo: false, progress: PENDING });
  });

  it('counts the attempts that somebody may wait for: not the call for an operator, not one that was kept back', () => {
    const suspend: Attempt = {
      do: 'SUSPEND',
      suspension: { step: 'PLACE', code: 'X', failures: 9 },
    };
    const succeeded = (of: Attempt) =>
      tell(begin(), { type: 'STEP_SUCCEEDED', action: of, progress: PENDING }).attempts;
    const ended: Attempt[] = [suspend, { do: 'RESUME' }, { do: 'EXPIRE' }];
    expect(ended.map(succeeded)).toEqual([0, 0, 1]);
    const circuit = failedWith('BrokerCircuitOpen', 'TRANSIENT', { step: 'PLACE' });
    const execute: Attempt = { do: 'EXECUTE' };
    const failed = tell(begin({ progress: PENDING }), {
      type: 'STEP_FAILED',
      action: execute,
      failure: circuit,
    });
    const asked = tell(failed, { type: 'RETRY_ASKED', request: OPERATOR });
    const begun = tell(asked, { type: 'STEP_BEGUN', action: execute });
    const keptBack = tell(begun, { type: 'STEP_FAILED', action: execute, failure: circuit });
    expect([failed.attempts, keptBack.attempts]).toEqual([1, 1]);
    expect(keptBack.retries.EXECUTE?.asked).toBe('KEPT_BACK');
  });

  it('names the operator who ended a wait of his, until that is written down', () => {
    const exhausted = {
      step: 'BOOK',
      code: 'TIMEOUT',
      failures: 9,
      dueAtMs: null,
      asked: 'NO',
    } as const;
    const retryAsked = { type: 'RETRY_ASKED', request: OPERATOR } as const;
    const state = tell(begin({ retries: { BOOK: exhausted } }), retryAsked);
    expect(state).toMatchObject({
      ...{ resumedBy: OPERATOR, retries: { BOOK: { failures: 0, dueAtMs: START_MS } } },
    });
    const waiting = { ...exhausted, dueAtMs: START_MS + HOUR_MS };
    expect(tell(begin({ retries: { BOOK: waiting } }), retryAsked)).toMatchObject({
      ...{ resumedBy: null, retries: { BOOK: { failures: 9, dueAtMs: START_MS } } },
    });
    const resumed = {
      type: 'STEP_SUCCEEDED',
      action: { do: 'RESUME' },
      progress: PENDING,
    } as const;
    expect(tell(state, resumed).resumedBy).toBeNull();
  });

  it('notes when the venue was heard of, asked, and asked about an end', () => {
    const later = START_MS + HOUR_MS;
    const unread = begin({ isBrokerToBeAsked: true });
    const asked = tell(unread, { type: 'STEP_BEGUN', action: { do: 'REFRESH' } }, later);
    expect(asked).toMatchObject({ isBrokerToBeAsked: false, refreshes: 1, heardAtMs: later });
    const expire = { type: 'STEP_SUCCEEDED', action: { do: 'EXPIRE' }, progress: PENDING } as const;
    const expired = tell(begin(), expire, later);
    expect(expired).toMatchObject({ expiryAskedAtMs: later, heardAtMs: later });
  });
});
