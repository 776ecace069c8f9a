import type * as Real from '../../workflows/orders/refresh-schedule.ts';

// workflows/orders/refresh-schedule.ts with seconds for minutes: a silent venue is asked after 3 s,
// and then left alone.

const REFRESH_AFTER_MS = [3_000, 3_600_000] as const;
const EXPIRY_GRACE_MS = 500;
const EXPIRY_ASKED_AGAIN_MS = 1_000;

export const refreshDueMs: typeof Real.refreshDueMs = ({ refreshes, heardAtMs }) =>
  heardAtMs + (REFRESH_AFTER_MS[Math.min(refreshes, REFRESH_AFTER_MS.length - 1)] ?? 0);

export const expiryDueMs: typeof Real.expiryDueMs = ({ progress, expiryAskedAtMs }) => {
  if (!progress?.expiresAt) return null;
  if (expiryAskedAtMs !== null) return expiryAskedAtMs + EXPIRY_ASKED_AGAIN_MS;
  return Date.parse(progress.expiresAt) + (progress.isAcknowledged ? EXPIRY_GRACE_MS : 0);
};
