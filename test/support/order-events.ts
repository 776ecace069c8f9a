import fc from 'fast-check';
import type { ExecutionReport } from '../../contracts/broker-session/broker.ts';
import type { FailureClass } from '../../contracts/failure-class.ts';
import type { OrderProgress } from '../../contracts/orders/workflow-messages.ts';
import { ORDER_STATUSES } from '../../domain/orders/order.ts';
import { apply } from '../../workflows/orders/apply.ts';
import type { Occurrence } from '../../workflows/orders/happened.ts';
import { beginLife, isClosed, type LifeState } from '../../workflows/orders/life-state.ts';
import { type Attempt, nextAction } from '../../workflows/orders/next-action.ts';
import { failingStepOf } from '../../workflows/orders/retries.ts';
import { progressOf, submissionFor } from './order-workflow-rig.ts';

export const START_MS = Date.parse('2026-11-24T14:30:00.000Z');
export const HOUR_MS = 3_600_000;
const MOMENT_MS = 10_000;
const OPERATOR = { operator: 'user/olga', reason: 'why not' };
const REPLACEMENT = { orderId: 'r', terms: {}, idempotency: null, requestedAt: '' };

const message = fc.oneof(
  fc.record({
    kind: fc.constant('reports' as const),
    count: fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 0, max: 3 }) }, fc.constant(250)),
    isWhole: fc.boolean(),
  }),
  fc.record({
    kind: fc.constantFrom('cancel', 'abandon', 'replace', 'retryNow', 'fail', 'lostTask'),
  }),
);

const failure = fc.record({
  code: fc.constantFrom('BrokerOutcomeUnknown', 'BrokerUnavailable', 'BrokerCircuitOpen'),
  class: fc.constantFrom<FailureClass>('TRANSIENT', 'UNKNOWN_OUTCOME'),
  step: fc.option(fc.constantFrom('ACCEPT' as const, 'PLACE' as const, 'BOOK' as const)),
  isProgressTold: fc.boolean(),
});

/** Moments and days: what comes seconds before or after a time is decided in another way. */
const span = (min: number, max: number): fc.Arbitrary<number> =>
  fc.oneof(
    fc.integer({ min, max }),
    fc.integer({ min: Math.max(min, -MOMENT_MS), max: MOMENT_MS }),
  );

/** What can befall an order's workflow between two decisions. */
const event = fc.oneof(
  fc.record({ kind: fc.constant('pass' as const), ms: span(0, 30 * HOUR_MS) }),
  message,
  fc.record({
    kind: fc.constant('attempt' as const),
    /** Null when it succeeds. */
    failure: fc.option(failure),
    /** What comes in while it is under way. */
    meanwhile: fc.array(message, { maxLength: 2 }),
    status: fc.constantFrom(...ORDER_STATUSES),
    isAcknowledged: fc.boolean(),
    releaseInMs: fc.option(span(-HOUR_MS, 100 * HOUR_MS)),
    expiresInMs: fc.option(span(-HOUR_MS, 100 * HOUR_MS)),
  }),
);
export type OrderEvent = typeof event extends fc.Arbitrary<infer T> ? T : never;
type AttemptEvent = Extract<OrderEvent, { kind: 'attempt' }>;
type MessageEvent = Exclude<OrderEvent, { kind: 'attempt' | 'pass' }>;

export const orderEvents = fc.array(event, { maxLength: 40 });

/** An order's life and what the world knows of it. */
export interface World {
  state: LifeState;
  /** The sequences of all that was reported, and of what was booked, in their order. */
  sent: number[];
  booked: number[];
}

/** Frozen: whoever changes a state instead of making a new one throws. */
export const tell = (state: LifeState, occurrence: Occurrence, atMs = state.nowMs): LifeState =>
  deepFreeze(apply(state, { ...occurrence, atMs }));

/** What the workflow would do with the event: carry out the next action, or take a message. */
export function befall(world: World, happened: OrderEvent): World {
  const { state } = world;
  switch (happened.kind) {
    case 'pass':
      return { ...world, state: tell(state, { type: 'TIMED' }, state.nowMs + happened.ms) };
    case 'attempt':
      return attempt(world, happened);
    default:
      return take(world, happened);
  }
}

function take(world: World, happened: MessageEvent): World {
  const { state } = world;
  const told = (occurrence: Occurrence): World => ({ ...world, state: tell(state, occurrence) });
  switch (happened.kind) {
    case 'reports': {
      const reports = Array.from({ length: happened.count }, (_, index) => ({
        sequence: world.sent.length + index,
      })) as ExecutionReport[];
      const { isWhole } = happened;
      const sent = [...world.sent, ...reports.map(({ sequence }) => sequence)];
      return { ...told({ type: 'REPORTS_RECEIVED', reports, isWhole }), sent };
    }
    case 'cancel':
      return told({ type: 'CANCEL_REQUESTED', actor: 'client' });
    case 'abandon':
      return told({ type: 'ABANDONED' });
    case 'lostTask':
      return told({ type: 'SENT_UNSEEN' });
    case 'retryNow':
      return told({ type: 'RETRY_ASKED', request: OPERATOR });
    case 'replace':
      if (state.progress === null || state.replacement || isClosed(state)) return world;
      return told({ type: 'REPLACE_REQUESTED', replacement: REPLACEMENT });
    default:
      if (state.progress === null || isClosed(state)) return world;
      return told({ type: 'FAIL_REQUESTED', request: OPERATOR });
  }
}

function attempt(world: World, outcome: AttemptEvent): World {
  const action = nextAction(world.state);
  if (action.do === 'WAIT' || action.do === 'DONE' || action.do === 'GIVE_UP') return world;
  const begun = tell(world.state, { type: 'STEP_BEGUN', action });
  const underWay = outcome.meanwhile.reduce<World>(take, { ...world, state: begun });
  const state = tell(underWay.state, endOf(action, outcome, underWay.state));
  if (action.do !== 'BOOK' || outcome.failure) return { ...underWay, state };
  const taken = begun.reports.slice(0, action.count).map(({ sequence }) => sequence);
  return { ...underWay, state, booked: [...world.booked, ...taken] };
}

function endOf(action: Attempt, outcome: AttemptEvent, state: LifeState): Occurrence {
  const progress = isClosed(state) ? state.progress : reachedBy(outcome, state);
  if (outcome.failure) {
    const { code, class: failureClass, step, isProgressTold } = outcome.failure;
    const facts = { step, progress: isProgressTold ? progress : null };
    const failed = { code, class: failureClass, message: code, facts };
    return { type: 'STEP_FAILED', action, failure: failed };
  }
  if (action.do === 'EXECUTE') {
    const executed = { accept: 'ACCEPTED', place: 'ACKNOWLEDGED', booked: [], progress } as const;
    return { type: 'EXECUTED', executed: { ...executed, booked: [] } };
  }
  if (action.do === 'RECORD') return { type: 'RECORDED', record: action.record };
  if (action.do === 'FIND_DECISION') return { type: 'DECISION_FOUND', decision: progress };
  return { type: 'STEP_SUCCEEDED', action, progress: progress ?? progressOf() };
}

/** Its times stay as they were decided. */
function reachedBy(outcome: AttemptEvent, { progress }: LifeState): OrderProgress {
  const { status, isAcknowledged, releaseInMs, expiresInMs } = outcome;
  const { releaseAt, expiresAt } = progress ?? {
    releaseAt: at(releaseInMs),
    expiresAt: at(expiresInMs),
  };
  return progressOf({ status, isAcknowledged, releaseAt, expiresAt });
}

const at = (ms: number | null): string | null =>
  ms === null ? null : new Date(START_MS + ms).toISOString();

/** What does not get on is in the books already. */
export const recorded = (over: Partial<LifeState>): Partial<LifeState> => ({
  recordedTrouble: failingStepOf(over.retries ?? {}, null),
  ...over,
});

export const begin = (over: Partial<LifeState> = {}): LifeState => ({
  ...beginLife(submissionFor(), START_MS),
  ...over,
});

/** An order to which all that has happened. */
export const liveThrough = (events: readonly OrderEvent[]): World =>
  events.reduce(befall, { state: begin(), sent: [], booked: [] });

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.values(value).forEach(deepFreeze);
  return Object.freeze(value);
}
