import { describe } from 'vitest';
import type { Action } from '../../../workflows/orders/next-action.ts';
import { BEGAN_MS, OPERATOR, progress, REPLACEMENT, reports } from './life-parts.ts';
import {
  HOUR_MS,
  iso,
  MINUTE_MS,
  retry,
  SECOND_MS,
  table,
  USED_UP,
  wait,
} from './next-action-table.ts';

const REPLACE: Action = { do: 'REPLACE', replacement: REPLACEMENT };
const book = (count: number): Action => ({ do: 'BOOK', count });
const CANCEL: Action = { do: 'CANCEL', actor: 'client' };
const SUSPEND: Action = {
  do: 'SUSPEND',
  suspension: { step: 'PLACE', code: 'BrokerUnavailable', failures: 9 },
};

describe('an order at the broker', () => {
  const behind = {
    reports: reports(...Array(9).keys()),
    isBehind: true,
    cancelRequestedBy: 'client',
  };
  table(
    [
      ['waits until the broker is asked', {}, wait(15 * MINUTE_MS)],
      ['asks a millisecond later', { heardAtMs: BEGAN_MS - 15 * MINUTE_MS + 1 }, wait(1)],
      ['asks at that time', { heardAtMs: BEGAN_MS - 15 * MINUTE_MS }, { do: 'REFRESH' }],
      ['asks rarer then', { refreshes: 1 }, wait(HOUR_MS)],
      ['and rarer', { refreshes: 2 }, wait(6 * HOUR_MS)],
      ['and once a day at last', { refreshes: 3 }, wait(24 * HOUR_MS)],
      ['and no rarer', { refreshes: 30 }, wait(24 * HOUR_MS)],
      ['asks what could not be read', { isBrokerToBeAsked: true }, { do: 'REFRESH' }],
      ['books what is reported', { reports: reports(1, 2) }, book(2)],
      [
        'is ended by an operator before all else',
        { ...behind, failRequest: OPERATOR, isBehind: false },
        { do: 'FAIL', request: OPERATOR },
      ],
      ['books before a cancel', { ...behind, isBehind: false }, book(9)],
      ['is canceled before more is booked', behind, CANCEL],
      ['books on while nobody cancels', { ...behind, cancelRequestedBy: null }, book(9)],
      ['books on while the cancel waits', { ...behind, retries: { CANCEL: retry(5) } }, book(9)],
      [
        'waits to book',
        { reports: reports(1), retries: { BOOK: retry(2 * MINUTE_MS) } },
        wait(2 * MINUTE_MS),
      ],
      [
        'waits for no booking of nothing',
        { retries: { BOOK: retry(2 * MINUTE_MS) } },
        wait(15 * MINUTE_MS),
      ],
      ['calls an operator', { retries: { CANCEL: USED_UP } }, SUSPEND],
      ['waits to call him', { retries: { CANCEL: USED_UP, SUSPEND: retry(3) } }, wait(3)],
      ['is canceled', { cancelRequestedBy: 'client' }, CANCEL],
      [
        'waits to be canceled, and asks nothing meanwhile',
        { cancelRequestedBy: 'client', retries: { CANCEL: retry(HOUR_MS) } },
        wait(HOUR_MS),
      ],
      [
        'is not replaced while it waits to be canceled',
        {
          ...{ cancelRequestedBy: 'client', replacement: REPLACEMENT },
          retries: { CANCEL: retry(HOUR_MS), REPLACE: retry(1) },
        },
        wait(HOUR_MS),
      ],
      ['is replaced', { replacement: REPLACEMENT }, REPLACE],
      [
        'waits to be replaced',
        { replacement: REPLACEMENT, retries: { REPLACE: retry(4) } },
        wait(4),
      ],
      [
        'waits for no replacement of nothing',
        { retries: { REPLACE: retry(4) } },
        wait(15 * MINUTE_MS),
      ],
    ],
    (over) => ({ progress: progress(), ...over }),
  );
});

describe('an order that waits for an operator', () => {
  const state = { progress: progress({ status: 'SUSPENDED' }), retries: { CANCEL: USED_UP } };
  const unsent = progress({ status: 'SUSPENDED', isAcknowledged: false });
  table([
    ['asks the broker meanwhile', state, wait(15 * MINUTE_MS)],
    [
      'neither calls nor resumes again',
      { ...state, retries: { CANCEL: USED_UP, SUSPEND: retry(1), RESUME: retry(1) } },
      wait(15 * MINUTE_MS),
    ],
    ['goes on when nothing waits for one', { ...state, retries: {} }, { do: 'RESUME' }],
    ['waits to go on', { ...state, retries: { RESUME: retry(6) } }, wait(6)],
    ['is not sent by itself', { progress: unsent, retries: { EXECUTE: USED_UP } }, wait(null)],
    [
      'is not sent by itself at its time',
      {
        progress: { ...unsent, releaseAt: iso(5) },
        retries: { EXECUTE: USED_UP },
      },
      wait(null),
    ],
    [
      'is canceled',
      { ...state, cancelRequestedBy: 'client', retries: { EXECUTE: USED_UP } },
      CANCEL,
    ],
    [
      'waits for the end of its time',
      {
        progress: { ...unsent, expiresAt: iso(HOUR_MS) },
        retries: { EXECUTE: USED_UP },
      },
      wait(HOUR_MS),
    ],
  ]);
});

describe('an order whose time is over', () => {
  const ended = (inMs: number, isAcknowledged = true) =>
    progress({ expiresAt: iso(inMs), isAcknowledged });
  table([
    ['waits for its end', { progress: ended(MINUTE_MS, true) }, wait(MINUTE_MS + 5 * SECOND_MS)],
    ['leaves the end to the broker', { progress: ended(-4_999) }, wait(1)],
    ['ends when the broker says nothing', { progress: ended(-5_000) }, { do: 'EXPIRE' }],
    ['ends at once where no broker has it', { progress: ended(0, false) }, { do: 'EXPIRE' }],
    [
      'asks again after a minute',
      { progress: ended(-HOUR_MS), expiryAskedAtMs: BEGAN_MS - MINUTE_MS + 1 },
      wait(1),
    ],
    [
      'and at that minute',
      { progress: ended(-HOUR_MS), expiryAskedAtMs: BEGAN_MS - MINUTE_MS },
      { do: 'EXPIRE' },
    ],
    [
      'waits to be ended, and for nothing else',
      { progress: ended(-HOUR_MS), retries: { EXPIRE: retry(HOUR_MS), CANCEL: retry(1) } },
      wait(HOUR_MS),
    ],
    [
      'waits for its end again, once the broker has it after a vain try to end it',
      { progress: ended(-1), retries: { EXPIRE: retry(HOUR_MS) } },
      wait(5 * SECOND_MS - 1),
    ],
    [
      'waits for its end alone, though the vain try has its turn before',
      { progress: ended(-1), retries: { EXPIRE: retry(1) } },
      wait(5 * SECOND_MS - 1),
    ],
    ['is canceled first', { progress: ended(-HOUR_MS), cancelRequestedBy: 'client' }, CANCEL],
    [
      'is ended while its cancel waits',
      { progress: ended(-HOUR_MS), cancelRequestedBy: 'client', retries: { CANCEL: retry(9) } },
      { do: 'EXPIRE' },
    ],
    [
      'waits for the first of both',
      {
        ...{ progress: ended(-HOUR_MS), cancelRequestedBy: 'client' },
        retries: { CANCEL: retry(9), EXPIRE: retry(8) },
      },
      wait(8),
    ],
    [
      'waits for its end while its cancel waits longer',
      {
        ...{ progress: ended(SECOND_MS, false), cancelRequestedBy: 'client' },
        retries: { CANCEL: retry(HOUR_MS) },
      },
      wait(SECOND_MS),
    ],
    [
      'is not replaced',
      { progress: ended(-HOUR_MS), replacement: REPLACEMENT, retries: { EXPIRE: retry(9) } },
      wait(9),
    ],
  ]);
});
