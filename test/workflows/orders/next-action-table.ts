import { expect, it } from 'vitest';
import { beginLife, type LifeState } from '../../../workflows/orders/life-state.ts';
import { type Action, nextAction } from '../../../workflows/orders/next-action.ts';
import { recorded } from '../../support/order-events.ts';
import { BEGAN_MS, SUBMISSION } from './life-parts.ts';

type Over = Partial<LifeState>;
type Case = [what: string, state: Over, expected: Action];

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;

export const iso = (inMs: number): string => new Date(BEGAN_MS + inMs).toISOString();

export const retry = (dueInMs: number) => ({
  ...({ step: 'PLACE', code: 'TIMEOUT', failures: 1, asked: 'NO' } as const),
  dueAtMs: BEGAN_MS + dueInMs,
});
export const USED_UP = { ...retry(0), code: 'BrokerUnavailable', failures: 9, dueAtMs: null };

export const wait = (inMs: number | null): Action => ({
  do: 'WAIT',
  untilMs: inMs === null ? null : BEGAN_MS + inMs,
});

export const table = (
  cases: readonly Case[],
  given: (over: Over) => Over = (over) => over,
): void => {
  it.each(cases)('%s', (_what, over, expected) => {
    const state = { ...beginLife(SUBMISSION, BEGAN_MS), ...recorded(given(over)) };
    expect(nextAction(state)).toEqual(expected);
  });
};
