export interface LockSchedule {
  /** Failures in a row that lock for the first time. */
  failuresMin: number;
  firstSeconds: number;
  secondsMax: number;
}

/**
 * One e-mail from one network: 1 s after the fifth wrong password in a row, then twice as long each
 * time.
 */
export const PAIR_LOCK: LockSchedule = { failuresMin: 5, firstSeconds: 1, secondsMax: 900 };

/** One e-mail from everywhere: NIST SP 800-63B (5.2.2) allows at most 100 failures in a row. */
export const EMAIL_LOCK: LockSchedule = { failuresMin: 100, firstSeconds: 60, secondsMax: 900 };

/**
 * For how long so many failures in a row lock: doubling, never longer than a quarter of an hour.
 */
export function lockSeconds(
  failures: number,
  { failuresMin, firstSeconds, secondsMax }: LockSchedule,
): number {
  if (failures < failuresMin) return 0;
  return Math.min(firstSeconds * 2 ** (failures - failuresMin), secondsMax);
}
