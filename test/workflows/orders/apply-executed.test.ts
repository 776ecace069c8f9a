import { describe } from 'vitest';
import type { OrderProgress } from '../../../contracts/orders/workflow-messages.ts';
import type { Occurrence } from '../../../workflows/orders/happened.ts';
import { failed, NOW_MS, OPEN, PENDING_CANCEL, RETRY, table, UNSENT } from './apply-table.ts';

const executed = (
  over: Partial<Extract<Occurrence, { type: 'EXECUTED' }>['executed']> = {},
): Occurrence => ({
  type: 'EXECUTED',
  executed: { accept: 'ACCEPTED', place: 'ACKNOWLEDGED', booked: [], progress: OPEN, ...over },
});

describe('the stretch to the broker', () => {
  const heard = { heardAtMs: NOW_MS, retries: {}, attempts: 1 };
  table([
    [
      'ends where the broker has the order',
      { retries: { EXECUTE: RETRY } },
      executed(),
      { ...heard, progress: OPEN, wasSentTo: true },
    ],
    [
      'may end before that',
      { retries: { EXECUTE: RETRY } },
      executed({ place: null, progress: UNSENT }),
      { ...heard, progress: UNSENT },
    ],
    [
      'does not unsay what was sent before',
      { wasSentTo: true },
      executed({ place: null, progress: UNSENT }),
      { ...heard, progress: UNSENT },
    ],
    [
      'goes on with a cancel that the books know of',
      {},
      executed({ place: null, progress: PENDING_CANCEL }),
      { ...heard, progress: PENDING_CANCEL, cancelRequestedBy: 'system' },
    ],
    [
      'carries out a cancel that was asked for in the books',
      {},
      executed({ progress: { ...OPEN, cancelRequestedBy: 'user/olga' } }),
      {
        ...heard,
        progress: { ...OPEN, cancelRequestedBy: 'user/olga' },
        ...{ cancelRequestedBy: 'user/olga', wasSentTo: true },
      },
    ],
    [
      'is no order’s when the key is another one’s',
      {},
      executed({ progress: null, declinedFor: 'IDEMPOTENCY_KEY_REUSED' }),
      { declinedFor: 'IDEMPOTENCY_KEY_REUSED', retries: {}, attempts: 1 },
    ],
    [
      'fails when nobody decided in time',
      {},
      executed({ progress: null }),
      {
        failedWith: { code: 'ACCEPT_BY_PASSED', message: 'Nobody decided on the order in time' },
        ...{ retries: {}, attempts: 1 },
      },
    ],
    [
      'is tried again, and tells where the order stands',
      {},
      failed({ do: 'EXECUTE' }, 'TRANSIENT', { step: 'ACCEPT', progress: UNSENT }),
      {
        ...{ progress: UNSENT, attempts: 1 },
        retries: { EXECUTE: { ...RETRY, step: 'ACCEPT', code: 'BrokerUnavailable' } },
      },
    ],
    [
      'knows better than an attempt that failed',
      { progress: OPEN },
      failed({ do: 'EXECUTE' }, 'TRANSIENT', { step: 'PLACE', progress: UNSENT }),
      { attempts: 1, retries: {} },
    ],
    [
      'learns from an attempt that failed that the broker has the order',
      { progress: UNSENT },
      failed({ do: 'EXECUTE' }, 'TRANSIENT', { step: 'PLACE', progress: OPEN }),
      { ...heard, progress: OPEN },
    ],
    [
      'is not tried again by itself once the broker has the order',
      { progress: OPEN },
      failed({ do: 'EXECUTE' }, 'UNKNOWN_OUTCOME'),
      { wasSentTo: true, givenUpAtMs: NOW_MS, attempts: 1, retries: {} },
    ],
    [
      'nor once it is to be canceled',
      { progress: UNSENT, cancelRequestedBy: 'client' },
      failed({ do: 'EXECUTE' }, 'TRANSIENT', { step: 'PLACE' }),
      { attempts: 1, retries: {} },
    ],
    [
      'is tried again while nothing is known, also of what is to be canceled',
      { cancelRequestedBy: 'client' },
      failed({ do: 'EXECUTE' }, 'TRANSIENT', { step: 'ACCEPT' }),
      {
        attempts: 1,
        retries: { EXECUTE: { ...RETRY, step: 'ACCEPT', code: 'BrokerUnavailable' } },
      },
    ],
  ]);
});

describe('the look for a decision', () => {
  const found = (decision: OrderProgress | null): Occurrence => ({
    type: 'DECISION_FOUND',
    decision,
  });
  table([
    [
      'finds one, and the order goes on',
      { isAbandoned: true, retries: { FIND_DECISION: RETRY } },
      found(UNSENT),
      { isAbandoned: false, progress: UNSENT, retries: {}, attempts: 1 },
    ],
    [
      'finds none, and nobody can decide any more',
      { isAbandoned: true },
      found(null),
      {
        failedWith: {
          code: 'ABANDONED',
          message: 'The order was given up before anybody decided on it',
        },
        ...{ retries: {}, attempts: 1 },
      },
    ],
  ]);
});
