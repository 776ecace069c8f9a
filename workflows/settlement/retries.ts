import { BOOKING_RETRY_SCHEDULE_MS } from '../../domain/retry/schedules.ts';
import type { RetryPolicy } from '../retry/retry.ts';

/** 2 min, 10 min, 30 min, 2 h, then an operator as often as it takes; quick retries are Temporal's. */
export const SETTLEMENT_RETRIES = {
  policy: {
    waitsMs: BOOKING_RETRY_SCHEDULE_MS,
    quickWaits: 0,
    afterwards: 'OPERATOR_AGAIN',
  } satisfies RetryPolicy,
  kind: 'SETTLE',
  notWaiting: 'SETTLEMENT_NOT_WAITING',
} as const;
