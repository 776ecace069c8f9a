import type { OrderLife } from './order-life.ts';

const MINUTE_MS = 60_000;

/** How long a resting order trusts the stream of reports before it asks the venue itself: rarer the longer it rests. The first is the order's own. */
const REFRESH_AFTER_MS = [15 * MINUTE_MS, 60 * MINUTE_MS, 6 * 60 * MINUTE_MS, 24 * 60 * MINUTE_MS] as const;
/** The venue's report of the expiry is normally here by then. */
const EXPIRY_GRACE_MS = 5_000;

type Heard = Pick<OrderLife, 'submission' | 'progress' | 'refreshes' | 'heardAtMs' | 'expiryAskedAtMs'>;

/** When the venue is asked how the order stands, unless it speaks before. */
export function refreshDueMs({ submission, refreshes, heardAtMs }: Heard): number {
  const own = refreshes === 0 ? submission.askVenueAfterMs : undefined;
  return heardAtMs + (own ?? REFRESH_AFTER_MS[Math.min(refreshes, REFRESH_AFTER_MS.length - 1)] ?? MINUTE_MS);
}

/**
 * When an order is ended because its time is over; `null` when it has no such time. What the venue has, the venue ends: it gets a moment
 * for its report, and is then asked once a minute.
 */
export function expiryDueMs({ progress, expiryAskedAtMs }: Heard): number | null {
  if (!progress?.expiresAt) return null;
  if (expiryAskedAtMs !== null) return expiryAskedAtMs + MINUTE_MS;
  return Date.parse(progress.expiresAt) + (progress.isAcknowledged ? EXPIRY_GRACE_MS : 0);
}
