import { describe, expect, it } from 'vitest';
import { apply, startLife } from '../../../workflows/orders/apply.ts';
import type { Occurrence } from '../../../workflows/orders/happened.ts';
import { beginLife } from '../../../workflows/orders/life-state.ts';
import type { Attempt } from '../../../workflows/orders/next-action.ts';
import { CANCEL, CLOSED, NOW_MS, RETRY, table } from './apply-table.ts';
import { BEGAN_MS, OPERATOR, REPLACEMENT, reports, SUBMISSION } from './life-parts.ts';

const USED_UP = { ...RETRY, failures: 9, dueAtMs: null };
const OTHER_OPERATOR = { operator: 'user/omar', reason: 'it is late' };

describe('a run', () => {
  const sentUnseen = { wasSentTo: true, givenUpAtMs: NOW_MS };
  const unsent = { wasSentTo: false, givenUpAtMs: null };
  const carried = { ...beginLife(SUBMISSION, BEGAN_MS), attempts: 3 };
  const adopted = { ...SUBMISSION, isAdopted: true } as const;

  it.each([
    ['of a new order knows all that was sent', SUBMISSION, false, undefined, unsent],
    ['that repeats another does not', SUBMISSION, true, undefined, sentUnseen],
    ['of an adopted order does not', adopted, false, undefined, sentUnseen],
    [
      'that goes on with an adopted order does',
      adopted,
      false,
      carried,
      { ...unsent, attempts: 3 },
    ],
    ['that repeats one that goes on does not', SUBMISSION, true, carried, sentUnseen],
  ] as const)('%s', (_what, submission, isRepeated, from, expected) => {
    const life = startLife(submission, { nowMs: NOW_MS, isRepeated, carried: from });
    expect(life).toMatchObject({ nowMs: NOW_MS, ...expected });
  });
});

describe('what is told and asked', () => {
  table([
    ['the time alone changes nothing', {}, { type: 'TIMED' }, {}],
    [
      'reports come after those before, and say that the order was sent',
      { reports: reports(1) },
      { type: 'REPORTS_RECEIVED', reports: reports(2, 3), isWhole: true },
      { reports: reports(1, 2, 3), wasSentTo: true },
    ],
    [
      'what cannot be read is asked for',
      { wasSentTo: true },
      { type: 'REPORTS_RECEIVED', reports: reports(2), isWhole: false },
      { reports: reports(2), isBrokerToBeAsked: true },
    ],
    [
      'and still is when the next can be read',
      { wasSentTo: true, isBrokerToBeAsked: true },
      { type: 'REPORTS_RECEIVED', reports: reports(2), isWhole: true },
      { reports: reports(2) },
    ],
    [
      'a cancel ends the way to the broker',
      { retries: { EXECUTE: RETRY, BOOK: RETRY } },
      { type: 'CANCEL_REQUESTED', actor: 'client' },
      { cancelRequestedBy: 'client', retries: { BOOK: RETRY } },
    ],
    [
      'the first who cancels is named',
      { cancelRequestedBy: 'operator' },
      { type: 'CANCEL_REQUESTED', actor: 'client' },
      { retries: {} },
    ],
    [
      'a closed order is not canceled',
      { progress: CLOSED },
      { type: 'CANCEL_REQUESTED', actor: 'client' },
      {},
    ],
    [
      'an order without a key that is given up is canceled',
      {},
      { type: 'ABANDONED' },
      { isAbandoned: true, cancelRequestedBy: 'abandoned', retries: {} },
    ],
    [
      'one with a key may still be somebody’s',
      { submission: { ...SUBMISSION, idempotency: { key: 'k', fingerprint: 'f' } } },
      { type: 'ABANDONED' },
      { isAbandoned: true },
    ],
    [
      'who asks for a replacement learns of no earlier failure',
      { rejections: { replace: 'A', fail: 'B' } },
      { type: 'REPLACE_REQUESTED', replacement: REPLACEMENT },
      { replacement: REPLACEMENT, rejections: { replace: null, fail: 'B' } },
    ],
    [
      'who asks for the end learns of no earlier failure',
      { rejections: { replace: 'A', fail: 'B' } },
      { type: 'FAIL_REQUESTED', request: OPERATOR },
      { failRequest: OPERATOR, rejections: { replace: 'A', fail: null } },
    ],
    [
      'an operator brings on what waits for one, and begins its waits anew',
      { retries: { CANCEL: USED_UP }, resumedBy: OTHER_OPERATOR },
      { type: 'RETRY_ASKED', request: OPERATOR },
      {
        ...{ resumedBy: OPERATOR, retryAskedBy: OPERATOR.operator },
        retries: { CANCEL: { ...USED_UP, failures: 0, dueAtMs: NOW_MS, asked: 'NEXT' } },
      },
    ],
    [
      'or what waits for its time, which resumes nothing',
      { retries: { CANCEL: { ...RETRY, dueAtMs: NOW_MS + 1 } } },
      { type: 'RETRY_ASKED', request: OPERATOR },
      { retries: { CANCEL: { ...RETRY, asked: 'NEXT' } }, retryAskedBy: OPERATOR.operator },
    ],
  ]);
});

it('is one of what can happen: anything else is thrown, and named', () => {
  const unknown = { type: 'ICEBERG' as never, atMs: NOW_MS };
  expect(() => apply(beginLife(SUBMISSION, BEGAN_MS), unknown)).toThrow('{"type":"ICEBERG"');
});

describe('an attempt that begins', () => {
  const begun = (action: Attempt): Occurrence => ({ type: 'STEP_BEGUN', action });
  const asked = { ...RETRY, asked: 'NEXT' } as const;
  table([
    ['changes nothing by itself', {}, begun(CANCEL), {}],
    [
      'is the one that was asked for',
      { retries: { CANCEL: asked, BOOK: asked } },
      begun(CANCEL),
      { retries: { CANCEL: { ...RETRY, asked: 'UNDER_WAY' }, BOOK: asked } },
    ],
    ['books all there is', { reports: reports(1, 2) }, begun({ do: 'BOOK', count: 2 }), {}],
    [
      'is behind with what it leaves',
      { reports: reports(1, 2) },
      begun({ do: 'BOOK', count: 1 }),
      { isBehind: true },
    ],
    [
      'and no more with the last',
      { reports: reports(1), isBehind: true },
      begun({ do: 'BOOK', count: 1 }),
      { isBehind: false },
    ],
    [
      'asks the broker once',
      { isBrokerToBeAsked: true, refreshes: 2 },
      begun({ do: 'REFRESH' }),
      { isBrokerToBeAsked: false, refreshes: 3, heardAtMs: NOW_MS },
    ],
  ]);
});
