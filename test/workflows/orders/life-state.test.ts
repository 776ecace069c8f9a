import { expect, it } from 'vitest';
import {
  isReleased,
  mayBeAtBroker,
  mayBeOnItsWay,
  standingOf,
  waitingOf,
} from '../../../workflows/orders/life-state.ts';
import {
  exhaustedOf,
  failingStepOf,
  soonestOf,
  withFailure,
} from '../../../workflows/orders/retries.ts';
import { begin, START_MS } from '../../support/order-events.ts';
import { CANCELED, PENDING, progressOf } from '../../support/order-workflow-rig.ts';

const MINUTE_MS = 60_000;
const RELEASE = new Date(START_MS + MINUTE_MS).toISOString();
const releaseLater = { ...PENDING, releaseAt: RELEASE };

const fail = (
  action: Parameters<typeof withFailure>[1],
  step: 'PLACE' | 'BOOK',
  failures: number,
) =>
  Array.from({ length: failures }).reduce<Parameters<typeof withFailure>[0]>(
    (retries) => withFailure(retries, action, { step, code: 'TIMEOUT', atMs: START_MS }),
    {},
  );

it('may be at the venue once it was sent there, or when the books say so', () => {
  expect(mayBeAtBroker(begin({ progress: PENDING }))).toBe(false);
  expect(mayBeAtBroker(begin({ progress: PENDING, wasSentTo: true }))).toBe(true);
  expect(mayBeAtBroker(begin({ progress: progressOf() }))).toBe(true);
});

it('was sent to nobody before its time', () => {
  const state = begin({ progress: releaseLater, wasSentTo: true });
  expect([isReleased(state), mayBeAtBroker(state)]).toEqual([false, false]);
  const released = { ...state, nowMs: START_MS + MINUTE_MS };
  expect([isReleased(released), mayBeAtBroker(released)]).toEqual([true, true]);
});

it('may be on its way for five seconds after an attempt was given up', () => {
  const state = begin({ givenUpAtMs: START_MS });
  expect(mayBeOnItsWay({ ...state, nowMs: START_MS + 4_999 })).toBe(true);
  expect(mayBeOnItsWay({ ...state, nowMs: START_MS + 5_000 })).toBe(false);
  expect(mayBeOnItsWay(begin())).toBe(false);
});

it('waits for the open as long as it is neither sent nor closed', () => {
  const open = { for: 'OPEN', step: null, until: RELEASE, failures: 0, lastFailure: null };
  const state = begin({ progress: releaseLater });
  expect(standingOf(state)).toEqual({ ...releaseLater, waiting: open });
  expect(waitingOf({ ...state, nowMs: START_MS + MINUTE_MS })).toBeNull();
  expect(waitingOf(begin({ progress: { ...CANCELED, releaseAt: RELEASE } }))).toBeNull();
  expect(waitingOf(begin({ progress: { ...releaseLater, isAcknowledged: true } }))).toBeNull();
  expect(standingOf(begin())).toBeNull();
});

it('tells of the cancel that is to be carried out, however it is known', () => {
  const inBooks = progressOf({ cancelRequestedBy: 'client' });
  expect(standingOf(begin({ progress: inBooks }))).not.toHaveProperty('cancelRequestedBy');
  expect(
    standingOf(begin({ progress: progressOf(), cancelRequestedBy: 'user/olga' })),
  ).toMatchObject({ cancelRequestedBy: 'user/olga' });
});

it('tells of the retry that comes first, and of an operator last', () => {
  const retries = { ...fail('CANCEL', 'PLACE', 9), ...fail('BOOK', 'BOOK', 2) };
  expect(soonestOf(retries)).toMatchObject({ step: 'BOOK', failures: 2 });
  expect(exhaustedOf(retries)).toMatchObject({ step: 'PLACE', failures: 9 });
  expect(waitingOf(begin({ retries: fail('CANCEL', 'PLACE', 9) }))).toMatchObject({
    for: 'OPERATOR',
    until: null,
  });
});

it('names the step that quick retries did not mend, one that calls an operator first', () => {
  const named = (retries: Parameters<typeof failingStepOf>[0]) => failingStepOf(retries, null);
  expect(named(fail('EXECUTE', 'PLACE', 4))).toBeNull();
  expect(named(fail('EXECUTE', 'PLACE', 5))).toBe('PLACE TIMEOUT');
  expect(named({ ...fail('BOOK', 'BOOK', 5), ...fail('CANCEL', 'PLACE', 9) })).toBe(
    'PLACE TIMEOUT',
  );
  expect(named(fail('RESUME', 'BOOK', 5))).toBe('BOOK TIMEOUT');
});

it('keeps the name while anything is tried again, and drops it when nothing is', () => {
  const named = 'PLACE TIMEOUT';
  expect(failingStepOf(fail('EXECUTE', 'PLACE', 1), named)).toBe(named);
  expect(failingStepOf({}, named)).toBeNull();
});

it('is tried again at the venue after 5 minutes, in the books after 2, and calls an operator after 6 hours and 2', () => {
  const waitOf = (step: 'PLACE' | 'BOOK', failures: number) => {
    const { dueAtMs } = fail('EXECUTE', step, failures).EXECUTE ?? expect.fail('it has failed');
    return dueAtMs === null ? null : (dueAtMs - START_MS) / MINUTE_MS;
  };
  expect([4, 5, 8, 9].map((failures) => waitOf('PLACE', failures))).toEqual([0.5, 5, 360, null]);
  expect([4, 5, 8, 9].map((failures) => waitOf('BOOK', failures))).toEqual([0.5, 2, 120, null]);
});

it('writes down without an end that an operator is called: nobody waits for that', () => {
  const retries = fail('SUSPEND', 'BOOK', 40);
  expect(retries.SUSPEND?.dueAtMs).toBe(START_MS + 120 * MINUTE_MS);
  expect([exhaustedOf(retries), soonestOf(retries)]).toEqual([null, null]);
});
