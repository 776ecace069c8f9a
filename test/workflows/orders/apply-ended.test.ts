import { describe, expect, it } from 'vitest';
import type { OrderProgress } from '../../../contracts/orders/workflow-messages.ts';
import type { Occurrence } from '../../../workflows/orders/happened.ts';
import { beginLife } from '../../../workflows/orders/life-state.ts';
import type { Attempt } from '../../../workflows/orders/next-action.ts';
import {
  CANCEL,
  type Case,
  CLOSED,
  changed,
  FAIL,
  failed,
  NOW_MS,
  OPEN,
  PENDING_CANCEL,
  REPLACE,
  RETRY,
  SUSPEND,
  table,
  UNSENT,
} from './apply-table.ts';
import { BEGAN_MS, OPERATOR, REPLACEMENT, reports, SUBMISSION } from './life-parts.ts';

const EACH = {
  ...{ EXECUTE: RETRY, BOOK: RETRY, CANCEL: RETRY, EXPIRE: RETRY },
  ...{ REPLACE: RETRY, SUSPEND: RETRY, RESUME: RETRY, FIND_DECISION: RETRY },
};

describe('an attempt that succeeds', () => {
  const done = (action: Attempt, reached: OrderProgress = OPEN): Occurrence => ({
    type: 'STEP_SUCCEEDED',
    action,
    progress: reached,
  });
  const before = { progress: OPEN, retries: EACH, cancelRequestedBy: 'client' };
  const heard = { heardAtMs: NOW_MS, attempts: 1 };
  const without = (...names: (keyof typeof EACH)[]) =>
    Object.fromEntries(Object.entries(EACH).filter(([name]) => !names.some((n) => n === name)));
  table([
    [
      'books what it has taken',
      { ...before, reports: reports(1, 2, 3) },
      done({ do: 'BOOK', count: 2 }),
      { ...heard, reports: reports(3), retries: without('BOOK', 'EXECUTE') },
    ],
    [
      'cancels',
      before,
      done(CANCEL),
      { ...heard, cancelRequestedBy: null, retries: without('CANCEL', 'EXECUTE') },
    ],
    [
      'replaces',
      { ...before, replacement: REPLACEMENT },
      done(REPLACE),
      { ...heard, replacement: null, retries: without('REPLACE', 'EXECUTE') },
    ],
    [
      'asks for the end of its time',
      before,
      done({ do: 'EXPIRE' }),
      { ...heard, expiryAskedAtMs: NOW_MS, retries: without('EXPIRE', 'EXECUTE') },
    ],
    [
      'ends for an operator',
      { ...before, failRequest: OPERATOR },
      done(FAIL, OPEN),
      { ...heard, failRequest: null, retries: without('EXECUTE') },
    ],
    [
      'goes on after an operator, which is no attempt',
      { ...before, resumedBy: OPERATOR },
      done({ do: 'RESUME' }),
      { heardAtMs: NOW_MS, resumedBy: null, retries: without('RESUME', 'EXECUTE') },
    ],
    [
      'calls an operator, which is no attempt',
      { ...before, resumedBy: OPERATOR },
      done(SUSPEND),
      { heardAtMs: NOW_MS, retries: without('SUSPEND', 'EXECUTE') },
    ],
    [
      'keeps the way to the broker while that does not have the order',
      { ...before, progress: UNSENT },
      done(SUSPEND, UNSENT),
      { heardAtMs: NOW_MS, retries: without('SUSPEND') },
    ],
    [
      'ends the order, with all that was to be done for it',
      before,
      done({ do: 'REFRESH' }, CLOSED),
      {
        ...{ ...heard, progress: CLOSED, cancelRequestedBy: null },
        retries: without('EXECUTE', 'BOOK', 'CANCEL', 'EXPIRE'),
      },
    ],
    ...([{ do: 'REFRESH' }, { do: 'BOOK', count: 0 }] as const).map(
      (action): Case => [
        `learns of a cancel that is under way: ${action.do}`,
        { progress: OPEN, reports: [] },
        done(action, PENDING_CANCEL),
        {
          ...{ ...heard, progress: PENDING_CANCEL, cancelRequestedBy: 'system', retries: {} },
          ...(action.do === 'BOOK' && { reports: [] }),
        },
      ],
    ),
    [
      'does not cancel again what it has just canceled',
      { progress: OPEN, cancelRequestedBy: 'client' },
      done(CANCEL, PENDING_CANCEL),
      { ...heard, progress: PENDING_CANCEL, cancelRequestedBy: null, retries: {} },
    ],
  ]);
});

describe('an attempt that fails', () => {
  const before = { progress: OPEN };
  const again = { ...RETRY, code: 'BrokerUnavailable' };
  table([
    [
      'is tried again',
      before,
      failed(CANCEL, 'TRANSIENT'),
      { attempts: 1, retries: { CANCEL: { ...again, step: 'CANCEL' } } },
    ],
    [
      'ends the workflow when no retry mends it',
      before,
      failed(CANCEL, 'FINAL'),
      { failedWith: { code: 'BrokerUnavailable', message: 'it is away' } },
    ],
    ['is asked again anyway', before, failed({ do: 'REFRESH' }, 'TRANSIENT'), { attempts: 1 }],
    [
      'is told to the operator who waits, and not tried again',
      { ...before, failRequest: OPERATOR },
      failed(FAIL, 'TRANSIENT'),
      {
        ...{ failRequest: null, attempts: 1 },
        rejections: { replace: null, fail: 'BrokerUnavailable' },
      },
    ],
    [
      'is told to who waits for a replacement when no retry mends it',
      { ...before, replacement: REPLACEMENT, retries: { REPLACE: RETRY } },
      failed(REPLACE, 'FINAL'),
      {
        ...{ replacement: null, attempts: 1, retries: {} },
        rejections: { replace: 'BrokerUnavailable', fail: null },
      },
    ],
    [
      'is tried again for who waits for a replacement',
      { ...before, replacement: REPLACEMENT },
      failed(REPLACE, 'TRANSIENT'),
      { attempts: 1, retries: { REPLACE: { ...again, step: 'REPLACE' } } },
    ],
    [
      'is no attempt when it only calls an operator',
      before,
      failed(SUSPEND, 'TRANSIENT'),
      { retries: { SUSPEND: { ...again, step: 'BOOK' } } },
    ],
  ]);

  it('is no attempt when the open circuit kept back what an operator asked for', () => {
    const underWay = { ...RETRY, asked: 'UNDER_WAY' } as const;
    const life = { ...beginLife(SUBMISSION, BEGAN_MS), progress: OPEN };
    const after = changed(
      { ...life, retries: { CANCEL: underWay } },
      {
        type: 'STEP_FAILED',
        action: CANCEL,
        failure: { code: 'BrokerCircuitOpen', class: 'TRANSIENT', message: '', facts: {} },
      },
    );
    expect(after).toMatchObject({ retries: { CANCEL: { asked: 'KEPT_BACK', failures: 1 } } });
    expect(after).not.toHaveProperty('attempts');
  });
});
