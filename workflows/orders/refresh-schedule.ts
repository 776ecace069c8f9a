import { firstQuestionAfterMs } from '../../contracts/orders/order.ts';
import type { LifeState } from './life-state.ts';

const MINUTE_MS = 60_000;

/**
 * How long a resting order trusts the stream of reports before it asks the broker itself: rarer the
 * longer it rests. The first time is the order's own.
 */
const REFRESH_AFTER_MS = [60 * MINUTE_MS, 6 * 60 * MINUTE_MS] as const;
const REFRESH_AFTER_MS_MAX = 24 * 60 * MINUTE_MS;
/** The broker's report of the expiry is normally here by then. */
const EXPIRY_GRACE_MS = 5_000;

type Heard = Pick<
  LifeState,
  'submission' | 'progress' | 'refreshes' | 'heardAtMs' | 'expiryAskedAtMs'
>;

/** When the broker is asked how the order stands, unless it speaks before. */
export const refreshDueMs = ({ submission, refreshes, heardAtMs }: Heard): number =>
  heardAtMs +
  (refreshes === 0
    ? firstQuestionAfterMs(submission.orderId)
    : (REFRESH_AFTER_MS[refreshes - 1] ?? REFRESH_AFTER_MS_MAX));

/**
 * When an order is ended because its time is over; `null` when it has no such time. What the broker
 * has, the broker ends: it gets a moment for its report, and is then asked once a minute.
 */
export function expiryDueMs({ progress, expiryAskedAtMs }: Heard): number | null {
  if (!progress?.expiresAt) return null;
  if (expiryAskedAtMs !== null) return expiryAskedAtMs + MINUTE_MS;
  return Date.parse(progress.expiresAt) + (progress.isAcknowledged ? EXPIRY_GRACE_MS : 0);
}
