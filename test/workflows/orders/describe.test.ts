import { describe, expect, it } from 'vitest';
import { describeLife, describeTimer } from '../../../workflows/orders/describe.ts';
import type { LifeState } from '../../../workflows/orders/life-state.ts';
import { type ActionName, type Retries, withFailure } from '../../../workflows/orders/retries.ts';
import { begin, START_MS } from '../../support/order-events.ts';
import { PENDING, progressOf } from '../../support/order-workflow-rig.ts';

const HOUR_MS = 3_600_000;
const IN_90_DAYS = new Date(START_MS + 90 * 24 * HOUR_MS).toISOString();

const failed = (
  action: ActionName,
  { step, code }: { step: 'ACCEPT' | 'PLACE' | 'BOOK'; code: string },
  failures: number,
): Retries =>
  Array.from({ length: failures }).reduce<Retries>(
    (retries) => withFailure(retries, action, { step, code, atMs: START_MS }),
    {},
  );

const timerOf = (state: LifeState, until: string): string =>
  describeTimer(state, Date.parse(until));

describe('the page of an order that waits', () => {
  it('says that nobody has decided on it, and nothing of the broker', () => {
    const retries = failed('EXECUTE', { step: 'ACCEPT', code: 'DATABASE_UNAVAILABLE' }, 3);
    const state = begin({ retries, wasSentTo: true });
    const page = describeLife(state);
    expect(page).toContain('nobody has decided on it, and nothing is sent before that');
    expect(page).toContain(`by ${state.submission.acceptBy}, it ends by itself`);
    expect(page).not.toContain('broker');
  });

  it('says of a fill that cannot be booked that it is known', () => {
    const retries = failed('BOOK', { step: 'BOOK', code: 'PostgresError' }, 5);
    const page = describeLife(begin({ retries, progress: progressOf(), wasSentTo: true }));
    expect(page).toContain('- what the broker did is known, and not yet in the books');
    expect(page).not.toContain('may have it');
  });

  it('says that the broker has it when it could not be canceled', () => {
    const retries = failed('CANCEL', { step: 'PLACE', code: 'BrokerUnavailable' }, 5);
    const state = begin({ retries, progress: progressOf(), cancelRequestedBy: 'client' });
    expect(describeLife(state)).toContain('- the broker has it;');
    expect(describeLife(state)).toContain('- cancel asked for by client');
  });

  it('says whether the broker may have it when it could not be placed', () => {
    const retries = failed('EXECUTE', { step: 'PLACE', code: 'BrokerUnavailable' }, 5);
    const state = begin({ retries, progress: PENDING });
    expect(describeLife(state)).toContain('- it has not reached the broker');
    expect(describeLife({ ...state, wasSentTo: true })).toContain('- the broker may have it');
  });
});

describe('the summary of a timer', () => {
  const placing = { step: 'PLACE', code: 'BrokerUnavailable' } as const;

  it('names the failure after which it waits for the next attempt', () => {
    const retries = failed('EXECUTE', placing, 5);
    const until = new Date(START_MS + 5 * 60_000).toISOString();
    expect(timerOf(begin({ retries, progress: PENDING }), until)).toBe(
      'PLACE failed 5 time(s): BrokerUnavailable',
    );
  });

  it('names the end of its time while the order waits for an operator', () => {
    const retries = failed('EXECUTE', placing, 9);
    const progress = progressOf({ status: 'SUSPENDED', expiresAt: IN_90_DAYS });
    const state = begin({ retries, progress: { ...progress, isAcknowledged: false } });
    expect(timerOf(state, IN_90_DAYS)).toBe('until its time is over');
  });

  it('names the question to a broker that is silent', () => {
    const until = new Date(START_MS + HOUR_MS).toISOString();
    expect(timerOf(begin({ progress: progressOf() }), until)).toBe(
      'ask the broker if it stays silent',
    );
  });
});
