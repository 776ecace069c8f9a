import { describe, expect, it } from 'vitest';
import {
  askAtOnce,
  beginAttempt,
  describeWait,
  isDue,
  isFailing,
  type Retry,
  type RetryPolicy,
  retryAfter,
  waitOf,
} from '../../../workflows/retry/retry.ts';

const NOW_MS = Date.parse('2026-11-24T14:30:00.000Z');
const POLICY: RetryPolicy = {
  waitsMs: [0, 1_000, 60_000],
  quickWaits: 2,
  afterwards: 'OPERATOR_THEN_ANEW',
};

const fail = (last: Retry | null, code = 'TIMEOUT', policy = POLICY): Retry =>
  retryAfter(last, { step: 'PLACE', code, atMs: NOW_MS }, policy);

const failTimes = (failures: number, policy = POLICY): Retry => {
  let retry: Retry | null = null;
  for (let failed = 0; failed < failures; failed += 1) retry = fail(retry, 'TIMEOUT', policy);
  return retry ?? expect.fail('it fails once at least');
};

const dueIn = ({ dueAtMs }: Retry) => (dueAtMs === null ? null : dueAtMs - NOW_MS);

describe('what has failed', () => {
  it('waits by its schedule, then for an operator', () => {
    expect([1, 2, 3, 4, 5].map((failures) => dueIn(failTimes(failures)))).toEqual([
      ...[0, 1_000, 60_000],
      ...[null, null],
    ]);
  });

  it('waits the last wait again and again when nobody is called for it', () => {
    const policy: RetryPolicy = { ...POLICY, afterwards: 'LAST_WAIT' };
    expect(dueIn(failTimes(9, policy))).toBe(60_000);
  });

  it('is due at its time, and never by itself when an operator decides', () => {
    expect(isDue(failTimes(2), NOW_MS + 999)).toBe(false);
    expect(isDue(failTimes(2), NOW_MS + 1_000)).toBe(true);
    expect(isDue(failTimes(4), NOW_MS * 2)).toBe(false);
    expect(isDue(undefined, NOW_MS)).toBe(true);
  });

  it('counts as failing from its first wait on that is not quick, until an operator has come', () => {
    const failing = [1, 2, 3, 4].map((failures) => isFailing(failTimes(failures), POLICY));
    expect(failing).toEqual([false, false, true, true]);
    const asked = askAtOnce(failTimes(4), POLICY, NOW_MS);
    expect(isFailing(asked, POLICY)).toBe(false);
  });

  it('tells what it waits for', () => {
    expect(waitOf(failTimes(3))).toEqual({
      ...{ for: 'RETRY', step: 'PLACE', until: '2026-11-24T14:31:00.000Z' },
      ...{ failures: 3, lastFailure: 'TIMEOUT' },
    });
    expect(waitOf(failTimes(4))).toMatchObject({ for: 'OPERATOR', until: null, failures: 4 });
  });

  it('tells an operator when it is tried again, or what he can do', () => {
    expect(describeWait(waitOf(failTimes(3)))).toEqual([
      '- next attempt: 2026-11-24T14:31:00.000Z, or at once by the update `retryNow`',
      '- PLACE failed 3 time(s), last with TIMEOUT',
    ]);
    expect(describeWait(waitOf(failTimes(4)))).toEqual([
      '- **waits for an operator** and the update `retryNow` (docs/RUNBOOK.md, AttentionNeeded)',
      '- PLACE failed 4 time(s), last with TIMEOUT',
    ]);
  });
});

describe('an attempt that an operator asks for', () => {
  const asked = (retry: Retry, policy = POLICY) => askAtOnce(retry, policy, NOW_MS);

  it('is due at once, and counts on in the schedule', () => {
    const retry = asked(failTimes(2));
    expect(isDue(retry, NOW_MS)).toBe(true);
    expect(dueIn(fail(beginAttempt(retry)))).toBe(60_000);
  });

  it('begins a schedule anew that is used up, or calls the operator again', () => {
    expect(fail(beginAttempt(asked(failTimes(4))))).toMatchObject({ failures: 1, asked: 'NO' });
    const policy: RetryPolicy = { ...POLICY, afterwards: 'OPERATOR_AGAIN' };
    const again = fail(beginAttempt(asked(failTimes(4, policy), policy)), 'TIMEOUT', policy);
    expect(again).toMatchObject({ failures: 5, dueAtMs: null, asked: 'NO' });
  });

  it('is the next one when it was asked for while one was under way', () => {
    const retry = fail(asked(beginAttempt(failTimes(2))));
    expect(retry).toMatchObject({ failures: 3, dueAtMs: NOW_MS, asked: 'NEXT' });
  });

  it('is made up for once, a second later and uncounted, when the open circuit kept it back', () => {
    const keptBack = fail(beginAttempt(asked(failTimes(2))), 'BrokerCircuitOpen');
    expect(keptBack).toMatchObject({ failures: 2, asked: 'KEPT_BACK' });
    expect(dueIn(keptBack)).toBe(1_000);
    const makesUp = beginAttempt(keptBack);
    expect(makesUp.asked).toBe('NO');
    const again = fail(makesUp, 'BrokerCircuitOpen');
    expect(again).toMatchObject({ failures: 3, asked: 'NO' });
  });

  it('is kept back by nothing but the circuit, and by that only when it was asked for', () => {
    expect(fail(beginAttempt(asked(failTimes(1)))).asked).toBe('NO');
    expect(fail(beginAttempt(failTimes(1)), 'BrokerCircuitOpen')).toMatchObject({
      failures: 2,
      asked: 'NO',
    });
  });
});
