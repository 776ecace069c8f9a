import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ExecutionReport } from '../../../contracts/broker-session/broker.ts';
import type { SealedReport } from '../../../contracts/broker-session/report-seals.ts';
import { startLife } from '../../../workflows/orders/apply.ts';
import { canContinue, type LifeState, standingOf } from '../../../workflows/orders/life-state.ts';
import { nextAction } from '../../../workflows/orders/next-action.ts';
import {
  befall,
  begin,
  HOUR_MS,
  liveThrough,
  orderEvents,
  START_MS,
  tell,
  type World,
} from '../../support/order-events.ts';

/** As the server keeps a workflow's arguments. */
const asJson = (state: LifeState): LifeState => JSON.parse(JSON.stringify(state)) as LifeState;

const continued = (state: LifeState, isRepeated = false): LifeState =>
  startLife(state.submission, { nowMs: state.nowMs, isRepeated, carried: asJson(state) });

/** What it does next, now and at times to come, and what it says of itself and knows. */
const outlook = (state: LifeState): string =>
  JSON.stringify({
    actions: [0, 0.001, 0.1, 1, 8, 30].map((hours) =>
      nextAction({ ...state, nowMs: state.nowMs + hours * HOUR_MS }),
    ),
    standing: standingOf(state),
    state,
  });

it('does after a continuation what it would have done without one, whatever had happened and happens then', () => {
  let carriedOver = 0;
  fc.assert(
    fc.property(orderEvents, orderEvents, (before, after) => {
      const world = liveThrough(before);
      if (canContinue(world.state)) carriedOver += 1;
      const next: World = { ...world, state: continued(world.state) };
      expect(outlook(next.state)).toBe(outlook(world.state));
      const [end, sameEnd] = [after.reduce(befall, world), after.reduce(befall, next)];
      expect(outlook(sameEnd.state)).toBe(outlook(end.state));
      expect(sameEnd.booked).toEqual(end.booked);
    }),
    { numRuns: 5_000 },
  );
  expect(carriedOver).toBeGreaterThan(1_000);
});

it('takes along what only happens to an order after days', () => {
  const lately = {
    resumedBy: { operator: 'user/olga', reason: 'why not' },
    refreshes: 3,
    heardAtMs: START_MS + HOUR_MS,
    expiryAskedAtMs: START_MS + 2 * HOUR_MS,
    undecidedUntilMs: START_MS + 2_000,
    isBrokerToBeAsked: true,
    isBehind: true,
  };
  expect(continued(begin(lately))).toMatchObject(lately);
});

it('takes along the seals of the reports that it has not booked', () => {
  const reports = [{ sequence: 1, seal: 'of the session' } as SealedReport];
  expect(continued(begin({ reports })).reports).toEqual(reports);
});

it('is not carried over when somebody waits for a replacement or an end, and not with more reports than an input may hold', () => {
  expect(canContinue(begin())).toBe(true);
  const replacement = { orderId: 'r', terms: {}, idempotency: null, requestedAt: '' };
  expect(canContinue(begin({ replacement }))).toBe(false);
  const failRequest = { operator: 'user/olga', reason: 'why not' };
  expect(canContinue(begin({ failRequest }))).toBe(false);
  const reports = Array.from({ length: 3_001 }, (_, index) => ({ sequence: index }));
  const first = reports.slice(0, 3_000) as ExecutionReport[];
  expect(canContinue(begin({ reports: first }))).toBe(true);
  expect(canContinue(begin({ reports: reports as ExecutionReport[] }))).toBe(false);
});

it('asks the venue first when a continued run was reset, as after any reset', () => {
  const state = tell(begin(), { type: 'TIMED' });
  expect(state).toMatchObject({ wasSentTo: false, givenUpAtMs: null });
  expect(continued(state, true)).toMatchObject({ wasSentTo: true, givenUpAtMs: START_MS });
});

it('asks the venue first about an order that was adopted, in the first of its runs', () => {
  const submission = { ...begin().submission, isAdopted: true } as const;
  const adopted = startLife(submission, { nowMs: START_MS, isRepeated: false });
  expect(adopted).toMatchObject({ wasSentTo: true, givenUpAtMs: START_MS });
  const later = { ...begin({ submission }), nowMs: START_MS + HOUR_MS };
  expect(continued(later)).toMatchObject({ wasSentTo: false, givenUpAtMs: null });
});
