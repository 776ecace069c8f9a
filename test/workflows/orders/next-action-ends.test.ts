import { describe } from 'vitest';
import type { Action } from '../../../workflows/orders/next-action.ts';
import { BEGAN, BEGAN_MS, OPERATOR, progress, REPLACEMENT, reports } from './life-parts.ts';
import { HOUR_MS, iso, retry, table, USED_UP, wait } from './next-action-table.ts';

const REPLACE: Action = { do: 'REPLACE', replacement: REPLACEMENT };
const book = (count: number): Action => ({ do: 'BOOK', count });

describe('an order that nobody has decided on', () => {
  table([
    ['is executed', {}, { do: 'EXECUTE' }],
    ['is executed when its retry is due', { retries: { EXECUTE: retry(0) } }, { do: 'EXECUTE' }],
    ['waits for its retry', { retries: { EXECUTE: retry(5) } }, wait(5)],
    ['waits for an operator', { retries: { EXECUTE: USED_UP } }, wait(null)],
    ['is executed before it is canceled', { cancelRequestedBy: 'client' }, { do: 'EXECUTE' }],
    [
      'is looked for, once an attempt failed that a cancel follows',
      { cancelRequestedBy: 'client', attempts: 1 },
      { do: 'FIND_DECISION' },
    ],
    ['is executed again after an attempt that failed', { attempts: 1 }, { do: 'EXECUTE' }],
    ['is looked for when it is given up', { isAbandoned: true }, { do: 'FIND_DECISION' }],
    [
      'is looked for again at its time',
      { isAbandoned: true, undecidedUntilMs: BEGAN_MS },
      { do: 'FIND_DECISION' },
    ],
    [
      'is not looked for before that',
      { isAbandoned: true, undecidedUntilMs: BEGAN_MS + 1 },
      wait(1),
    ],
    [
      'is executed whenever it was looked for, when it is not given up',
      { undecidedUntilMs: BEGAN_MS + 1 },
      { do: 'EXECUTE' },
    ],
    [
      'waits for the retry of the look',
      { isAbandoned: true, retries: { FIND_DECISION: retry(7), EXECUTE: retry(5) } },
      wait(7),
    ],
    ['is done when it is another one’s', { declinedFor: 'IDEMPOTENCY_KEY_REUSED' }, { do: 'DONE' }],
    [
      'fails with what no retry mends, before all else',
      {
        declinedFor: 'IDEMPOTENCY_KEY_REUSED',
        failedWith: { code: 'ABANDONED', message: '' },
      },
      { do: 'GIVE_UP' },
    ],
  ]);
});

describe('an order that is closed', () => {
  const late = { EXECUTE: retry(1), CANCEL: retry(1), EXPIRE: retry(1) };
  table(
    [
      ['is done', {}, { do: 'DONE' }],
      ['is done, whoever wants its end', { failRequest: OPERATOR }, { do: 'DONE' }],
      ['books what came late', { reports: reports(1, 2, 3) }, book(3)],
      ['books no more at once than fits', { reports: reports(...Array(201).keys()) }, book(200)],
      [
        'waits to book, and for nothing else',
        { reports: reports(1), retries: { BOOK: retry(HOUR_MS), ...late } },
        wait(HOUR_MS),
      ],
      [
        'waits for an operator to book',
        { reports: reports(1), retries: { BOOK: USED_UP } },
        wait(null),
      ],
      ['sees to its replacement', { replacement: REPLACEMENT }, REPLACE],
      ['books before that', { replacement: REPLACEMENT, reports: reports(1) }, book(1)],
      [
        'waits to see to its replacement',
        { replacement: REPLACEMENT, retries: { REPLACE: retry(HOUR_MS), ...late } },
        wait(HOUR_MS),
      ],
    ],
    (over) => ({ progress: progress({ status: 'CANCELED', expiresAt: iso(1) }), ...over }),
  );
});

describe('an order that the broker does not have yet', () => {
  const unsent = (releaseAt: string | null = null) =>
    progress({ status: 'PENDING_NEW', isAcknowledged: false, releaseAt });
  table([
    ['is sent', { progress: unsent() }, { do: 'EXECUTE' }],
    ['is sent at its time', { progress: unsent(BEGAN) }, { do: 'EXECUTE' }],
    ['is not sent before', { progress: unsent(iso(1)) }, wait(1)],
    [
      'is sent, and the broker not asked',
      { progress: unsent(), isBrokerToBeAsked: true },
      { do: 'EXECUTE' },
    ],
    ['waits to be sent', { progress: unsent(), retries: { EXECUTE: retry(5) } }, wait(5)],
    [
      'waits for its time when that is later',
      { progress: unsent(iso(9)), retries: { EXECUTE: retry(5) } },
      wait(9),
    ],
    [
      'waits for its retry when that is later',
      { progress: unsent(iso(3)), retries: { EXECUTE: retry(5) } },
      wait(5),
    ],
    [
      'is not sent while it waits to be canceled',
      {
        ...{ progress: unsent(), cancelRequestedBy: 'client' },
        retries: { CANCEL: retry(HOUR_MS), EXECUTE: retry(1) },
      },
      wait(HOUR_MS),
    ],
  ]);
});
