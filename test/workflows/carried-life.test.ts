import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ExecutionReport } from '../../contracts/ports/broker.ts';
import { nextAction } from '../../workflows/order/next-action.ts';
import { type CarriedLife, OrderLife } from '../../workflows/order/order-life.ts';
import { befall, HOUR_MS, liveThrough, type OrderEvent, orderEvents, START_MS } from '../support/order-events.ts';

/** As the server keeps a workflow's arguments. */
const asJson = (carried: CarriedLife): CarriedLife => JSON.parse(JSON.stringify(carried)) as CarriedLife;

const continued = (life: OrderLife, carried: CarriedLife, nowMs: number, isRepeated = false): OrderLife =>
  new OrderLife(life.submission, { nowMs, isRepeated, carried: asJson(carried) });

/** What it does next, now and at times to come, and what it says of itself. */
const outlook = (life: OrderLife, nowMs: number) => ({
  actions: [0, 0.001, 0.1, 1, 8, 30].map((hours) => nextAction(life, nowMs + hours * HOUR_MS)),
  standing: life.standing,
  reports: life.carryOver()?.reports,
  known: [life.wasSentTo, life.givenUpAtMs, life.wantsOut, life.isMarked, life.attempts, life.resumedBy],
});

it('does after a continuation what it would have done without one, whatever had happened and happens then', () => {
  let carriedOver = 0;
  fc.assert(
    fc.property(orderEvents, orderEvents, (before, after) => {
      const { life, nowMs } = liveThrough(before);
      const carried = life.carryOver();
      if (carried === null) return;
      carriedOver += 1;
      const next = continued(life, carried, nowMs);
      expect(outlook(next, nowMs)).toEqual(outlook(life, nowMs));
      const live = (it: OrderLife, events: readonly OrderEvent[]) => events.reduce((time, happened) => befall(it, time, happened), nowMs);
      const [end, sameEnd] = [live(life, after), live(next, after)];
      expect(sameEnd).toBe(end);
      expect(outlook(next, end)).toEqual(outlook(life, end));
    }),
    { numRuns: 5_000 },
  );
  expect(carriedOver).toBeGreaterThan(1_000);
});

it('leaves nothing behind but what nobody waits for', () => {
  const { life } = liveThrough([]);
  const left = ['submission', 'unbooked', 'nowMs', 'booksAfterClose', 'replacement', 'failRequest', 'refusals'];
  expect(Object.keys(life).sort()).toEqual([...Object.keys(life.carryOver() ?? {}).filter((name) => name !== 'reports'), ...left].sort());
});

it('takes along what only happens to an order after days', () => {
  const { life } = liveThrough([]);
  const lately = {
    resumedBy: { operator: 'user/olga', reason: 'why not' },
    refreshes: 3,
    heardAtMs: START_MS + HOUR_MS,
    expiryAskedAtMs: START_MS + 2 * HOUR_MS,
    undecidedUntilMs: START_MS + 2_000,
    isVenueToBeAsked: true,
    isBehind: true,
    isMarked: true,
  };
  Object.assign(life, lately);
  const carried = life.carryOver();
  expect(carried && continued(life, carried, START_MS + 3 * HOUR_MS)).toMatchObject(lately);
});

it('is not carried over when somebody waits for a replacement or an end, and not with more reports than an input may hold', () => {
  const { life } = liveThrough([]);
  expect(life.carryOver()).not.toBeNull();
  life.replacement = { orderId: 'r', terms: {}, idempotency: null, requestedAt: '' };
  expect(life.carryOver()).toBeNull();
  life.replacement = null;
  life.failRequest = { operator: 'user/olga', reason: 'why not' };
  expect(life.carryOver()).toBeNull();
  life.failRequest = null;
  life.receive(Array.from({ length: 3_000 }, (_, index) => ({ sequence: index }) as ExecutionReport));
  expect(life.carryOver()?.reports).toHaveLength(3_000);
  life.receive([{ sequence: 3_000 } as ExecutionReport]);
  expect(life.carryOver()).toBeNull();
});

it('asks the venue first when a continued run was reset, as after any reset', () => {
  const { life } = liveThrough([]);
  const carried = life.carryOver();
  expect(carried).toMatchObject({ wasSentTo: false, givenUpAtMs: null });
  if (carried === null) return;
  expect(continued(life, carried, START_MS + 1, true)).toMatchObject({ wasSentTo: true, givenUpAtMs: START_MS + 1 });
});
