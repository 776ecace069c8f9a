import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ExecutionReport } from '../../../contracts/broker-session/broker.ts';
import { isClosed, type LifeState } from '../../../workflows/orders/life-state.ts';
import { nextAction } from '../../../workflows/orders/next-action.ts';
import { exhaustedOf } from '../../../workflows/orders/retries.ts';
import {
  begin,
  HOUR_MS,
  liveThrough,
  orderEvents,
  recorded,
  START_MS,
  tell,
} from '../../support/order-events.ts';
import { FILLED, OPERATOR, progressOf } from '../../support/order-workflow-rig.ts';

/** Whatever has happened to an order, that holds of it. */
const always = (holds: (state: LifeState) => void, numRuns = 5_000): void =>
  fc.assert(
    fc.property(orderEvents, (events) => holds(liveThrough(events).state)),
    { numRuns },
  );

it('always knows what brings an order on: an action, a time, the venue, or an operator who has been called', () => {
  always((state) => {
    const action = nextAction(state);
    if (action.do !== 'WAIT') return;
    if (action.untilMs === null) expect(exhaustedOf(state.retries)).not.toBeNull();
    else expect(action.untilMs).toBeGreaterThan(state.nowMs);
  }, 20_000);
});

it('cancels before it has booked thousands of fills, and books the rest then', () => {
  const reports = Array.from({ length: 500 }, (_, index) => ({ sequence: index }));
  let state = begin({
    progress: progressOf({ status: 'PARTIALLY_FILLED' }),
    reports: reports as ExecutionReport[],
  });
  state = tell(state, { type: 'CANCEL_REQUESTED', actor: 'client' });
  const first = nextAction(state);
  expect(first).toEqual({ do: 'BOOK', count: 200 });
  if (first.do !== 'BOOK') return;
  state = tell(state, { type: 'STEP_BEGUN', action: first });
  const progress = progressOf({ status: 'PARTIALLY_FILLED' });
  state = tell(state, { type: 'STEP_SUCCEEDED', action: first, progress });
  const cancel = nextAction(state);
  expect(cancel).toEqual({ do: 'CANCEL', actor: 'client' });
  if (cancel.do !== 'CANCEL') return;
  const failure = {
    code: 'BrokerUnavailable',
    class: 'TRANSIENT',
    message: '',
    facts: {},
  } as const;
  state = tell(state, { type: 'STEP_BEGUN', action: cancel });
  state = tell(state, { type: 'STEP_FAILED', action: cancel, failure }, state.nowMs);
  // The first retry of the cancel waits for nothing, the second for a second.
  state = tell(state, { type: 'STEP_FAILED', action: cancel, failure });
  expect(nextAction(state)).toEqual({ do: 'BOOK', count: 200 });
  expect(state.reports.map(({ sequence }) => sequence)).toEqual(
    Array.from({ length: 300 }, (_, index) => index + 200),
  );
});

it('is done with an order that is closed and all of whose reports are booked, and only then', () => {
  always((state) => {
    const isDone = nextAction(state).do === 'DONE';
    expect(isDone).toBe(
      isClosed(state) &&
        state.replacement === null &&
        state.reports.length === 0 &&
        state.unrecorded.length === 0 &&
        state.recordedTrouble === null,
    );
  });
});

it('sends nothing of a closed order to the venue: it books, and sees to a replacement', () => {
  always((state) => {
    if (isClosed(state))
      expect(['BOOK', 'REPLACE', 'RECORD', 'WAIT', 'DONE']).toContain(nextAction(state).do);
  });
});

it('brings no order to the venue that is to be canceled, or before its time', () => {
  always((state) => {
    const { progress, cancelRequestedBy, nowMs } = state;
    if (nextAction(state).do !== 'EXECUTE' || progress === null) return;
    expect(cancelRequestedBy).toBeNull();
    if (progress.releaseAt) expect(nowMs).toBeGreaterThanOrEqual(Date.parse(progress.releaseAt));
  });
});

it('gives up what failed for good, whatever else is asked for', () => {
  always((state) => {
    const failedWith = { code: 'ACCEPT_BY_PASSED', message: '' };
    expect(nextAction({ ...state, failedWith })).toEqual({ do: 'GIVE_UP' });
  }, 500);
});

describe('does first what matters most', () => {
  const at = (ms: number) => new Date(START_MS + ms).toISOString();
  const due = (dueAtMs: number | null) =>
    ({ step: 'PLACE', code: 'TIMEOUT', failures: 9, dueAtMs, asked: 'NO' }) as const;
  const reports = [{ sequence: 1 } as ExecutionReport];
  const replacement = { orderId: 'r', terms: {}, idempotency: null, requestedAt: '' };
  const resting = progressOf();
  const over = progressOf({ expiresAt: at(-HOUR_MS) });
  const unplaced = progressOf({ status: 'PENDING_NEW', isAcknowledged: false });
  const suspension = { step: 'PLACE', code: 'TIMEOUT', failures: 9 } as const;
  const cancelRequestedBy = 'client';
  const exhausted = { EXECUTE: due(null) };

  it.each<[string, Partial<LifeState>, ReturnType<typeof nextAction>]>([
    [
      'an operator’s end, before it books',
      { progress: resting, failRequest: OPERATOR, reports },
      { do: 'FAIL', request: OPERATOR },
    ],
    [
      'booking, before it calls an operator',
      { progress: unplaced, reports, retries: exhausted, cancelRequestedBy },
      { do: 'BOOK', count: 1 },
    ],
    [
      'calling an operator, before it cancels',
      { progress: unplaced, retries: exhausted, cancelRequestedBy },
      { do: 'SUSPEND', suspension },
    ],
    [
      'coming back from the operator, before it cancels',
      { progress: progressOf({ status: 'SUSPENDED' }), cancelRequestedBy },
      { do: 'RESUME' },
    ],
    [
      'a cancel, before it ends at its time',
      { progress: over, cancelRequestedBy, replacement },
      { do: 'CANCEL', actor: 'client' },
    ],
    [
      'the end of its time, before a replacement',
      { progress: over, replacement },
      { do: 'EXPIRE' },
    ],
    [
      'a replacement, before it goes to the venue',
      { progress: unplaced, replacement },
      { do: 'REPLACE', replacement },
    ],
    ['its way to the venue', { progress: unplaced }, { do: 'EXECUTE' }],
    [
      'a question about what it could not read',
      { progress: resting, isBrokerToBeAsked: true },
      { do: 'REFRESH' },
    ],
    [
      'nothing but a cancel at an operator’s',
      { progress: progressOf({ status: 'SUSPENDED' }), retries: exhausted, cancelRequestedBy },
      { do: 'CANCEL', actor: 'client' },
    ],
    [
      'a question who has decided, once it is given up',
      { cancelRequestedBy, attempts: 1 },
      { do: 'FIND_DECISION' },
    ],
    ['its one local try, given up or not', { cancelRequestedBy }, { do: 'EXECUTE' }],
    ['that question, when the API has given it up', { isAbandoned: true }, { do: 'FIND_DECISION' }],
    [
      'nothing for a request that is no order',
      { declinedFor: 'ORDER_NOT_REPLACEABLE' },
      { do: 'DONE' },
    ],
  ])('%s', (_what, state, expected) => {
    expect(nextAction(begin(recorded(state)))).toEqual(expected);
  });

  it.each<[string, Partial<LifeState>, number | null]>([
    ['15 minutes of silence', { progress: resting }, HOUR_MS / 4],
    ['an hour, the next time', { progress: resting, refreshes: 1 }, HOUR_MS],
    ['a day, ever after', { progress: resting, refreshes: 9 }, 24 * HOUR_MS],
    [
      'the end of its time, and a moment',
      { progress: progressOf({ expiresAt: at(60_000) }) },
      65_000,
    ],
    [
      'the end of its time, of what the venue does not have',
      { progress: { ...unplaced, releaseAt: at(HOUR_MS), expiresAt: at(60_000) } },
      60_000,
    ],
    [
      'a minute after it asked about that end',
      { progress: over, expiryAskedAtMs: START_MS - 20_000 },
      40_000,
    ],
    ['its time to go to the venue', { progress: { ...unplaced, releaseAt: at(HOUR_MS) } }, HOUR_MS],
    [
      'the later of that time and a retry',
      {
        progress: { ...unplaced, releaseAt: at(HOUR_MS) },
        retries: { EXECUTE: due(START_MS + 2 * HOUR_MS) },
      },
      2 * HOUR_MS,
    ],
    [
      'a retry of the cancel, and no question about the order',
      { progress: resting, cancelRequestedBy, retries: { CANCEL: due(START_MS + HOUR_MS) } },
      HOUR_MS,
    ],
    [
      'a retry of the booking, if that is sooner than the question',
      { progress: resting, reports, retries: { BOOK: due(START_MS + 1_000) } },
      1_000,
    ],
    [
      'the moment when somebody may have decided',
      { isAbandoned: true, undecidedUntilMs: START_MS + 2_000 },
      2_000,
    ],
    [
      'an operator, without an end',
      { progress: { ...unplaced, status: 'SUSPENDED' }, retries: exhausted },
      null,
    ],
    [
      'a retry of the replacement, also when the original has ended',
      { progress: FILLED, replacement, retries: { REPLACE: due(START_MS + 5_000) } },
      5_000,
    ],
  ])('or waits for %s', (_what, state, afterMs) => {
    const untilMs = afterMs === null ? null : START_MS + afterMs;
    expect(nextAction(begin(recorded(state)))).toEqual({ do: 'WAIT', untilMs });
  });
});
