const MINUTE_MS = 60_000;

/** How long a resting order trusts the stream of reports before it asks the venue itself: rarer the longer it rests. */
const REFRESH_AFTER_MS = [15 * MINUTE_MS, 60 * MINUTE_MS, 6 * 60 * MINUTE_MS] as const;
/** The venue's report of the expiry is normally here by then. */
const EXPIRY_GRACE_MS = 5_000;

/** Milliseconds until the venue is asked how the order stands: by the schedule, and soon after the order should have expired. */
export function nextRefreshMs(state: { refreshes: number; nowMs: number; expiresAt: string | null }): number {
  const bySchedule = REFRESH_AFTER_MS[Math.min(state.refreshes, REFRESH_AFTER_MS.length - 1)] ?? MINUTE_MS;
  if (state.expiresAt === null) return bySchedule;
  const untilExpiry = Date.parse(state.expiresAt) + EXPIRY_GRACE_MS - state.nowMs;
  return untilExpiry > 0 ? Math.min(bySchedule, untilExpiry) : MINUTE_MS;
}
