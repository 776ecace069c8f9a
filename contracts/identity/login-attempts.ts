import type { OperatorRequest } from '../orders/workflow-messages.ts';

export interface LoginStanding {
  userId: string;
  /** `null`: it is not locked. */
  lockedUntilMs: number | null;
  /** The user has logged in from this network within the last 90 days. */
  isKnownAddress: boolean;
}

/**
 * What is kept of a user's logins, beside the user. Every call throws
 * `HubError('DATABASE_UNAVAILABLE')` when the database cannot be reached.
 */
export interface LoginAttempts {
  /** `null` when nobody has the e-mail, which is in lower case. */
  readStanding(email: string, address: string): Promise<LoginStanding | null>;
  /** Failures in a row, with this one. */
  recordFailure(userId: string): Promise<number>;
  /** Locks the user for at least so long. */
  lock(userId: string, until: Date): Promise<void>;
  /** Ends the row of failures, and knows the address from now on. */
  recordSuccess(userId: string, address: string): Promise<void>;
  /**
   * Ends failures and lock, and records who wanted it and why. The user's e-mail; `null` when there
   * is no such user.
   */
  unlock(userId: string, request: OperatorRequest): Promise<string | null>;
}
