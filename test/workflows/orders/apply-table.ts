import { expect, it } from 'vitest';
import { apply } from '../../../workflows/orders/apply.ts';
import type { Occurrence } from '../../../workflows/orders/happened.ts';
import { beginLife, type LifeState } from '../../../workflows/orders/life-state.ts';
import type { Attempt } from '../../../workflows/orders/next-action.ts';
import { BEGAN_MS, OPERATOR, progress, REPLACEMENT, SUBMISSION } from './life-parts.ts';

export const NOW_MS = BEGAN_MS + 60_000;

export const CANCEL: Attempt = { do: 'CANCEL', actor: 'client' };
export const REPLACE: Attempt = { do: 'REPLACE', replacement: REPLACEMENT };
export const FAIL: Attempt = { do: 'FAIL', request: OPERATOR };
export const SUSPEND: Attempt = {
  do: 'SUSPEND',
  suspension: { step: 'PLACE', code: 'TIMEOUT', failures: 9 },
};

export const OPEN = progress();
export const UNSENT = progress({ status: 'PENDING_NEW', isAcknowledged: false });
export const CLOSED = progress({ status: 'CANCELED' });
export const PENDING_CANCEL = progress({ status: 'PENDING_CANCEL' });

export const RETRY = {
  ...({ step: 'PLACE', code: 'TIMEOUT', failures: 1, asked: 'NO' } as const),
  dueAtMs: NOW_MS,
};

export const failed = (
  action: Attempt,
  failureClass: 'FINAL' | 'TRANSIENT' | 'UNKNOWN_OUTCOME',
  facts: Record<string, unknown> = {},
): Occurrence => ({
  type: 'STEP_FAILED',
  action,
  failure: { code: 'BrokerUnavailable', class: failureClass, message: 'it is away', facts },
});

/** What it has made of the state, but for the time and what is to be recorded. */
export function changed(before: LifeState, happened: Occurrence): Partial<LifeState> {
  const after = apply(before, { ...happened, atMs: NOW_MS });
  expect(after.nowMs).toBe(NOW_MS);
  const names = Object.keys(after) as (keyof LifeState)[];
  const different = names.filter((name) => !UNSEEN.has(name) && after[name] !== before[name]);
  return Object.fromEntries(different.map((name) => [name, after[name]]));
}

const UNSEEN: ReadonlySet<keyof LifeState> = new Set(['nowMs', 'unrecorded']);

export type Case = [what: string, before: Partial<LifeState>, Occurrence, Partial<LifeState>];

/** Each: of an order that has just begun but for `before`, this changes, and nothing else. */
export const table = (cases: readonly Case[]): void => {
  it.each(cases)('%s', (_what, before, happened, expected) => {
    expect(changed({ ...beginLife(SUBMISSION, BEGAN_MS), ...before }, happened)).toEqual(expected);
  });
};
