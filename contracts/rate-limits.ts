/** What is limited, and whom a key stands for. */
export type LimitName =
  /** Each request, by the network that it comes from. */
  | 'requests_per_address'
  /** Each request with an access token, by the user. */
  | 'requests_per_user'
  /** Submits, replaces and cancels, by the account. */
  | 'orders_per_account'
  /** Logins that fail or are under way, by the network. */
  | 'failed_logins_per_address'
  /** Apart from logins: who guesses passwords must not end the sessions of his neighbours. */
  | 'failed_refreshes_per_address'
  | 'registrations_per_address';

/** `points` in any window, plus `burst` in ten windows. */
export interface LimitRule {
  points: number;
  windowSeconds: number;
  burst?: number;
  /**
   * SHARED: counted by all processes together, where Redis is there. PROCESS: each counts for
   * itself, at no cost.
   */
  scope: 'SHARED' | 'PROCESS';
}

export interface LimitState {
  isAllowed: boolean;
  rule: LimitRule;
  /** Points that are left in the window. */
  remaining: number;
  /** Until the window ends. */
  resetSeconds: number;
}

/**
 * Never fails and never waits longer than tens of milliseconds: what counts may be away, and then
 * each process counts for itself.
 */
export interface RateLimits {
  /** Takes one point of the key's. */
  take(name: LimitName, key: string): Promise<LimitState>;
  /** Gives a point back that turned out not to count. */
  giveBack(name: LimitName, key: string): Promise<void>;
}

/**
 * PAIR: an e-mail from one network. EMAIL: an e-mail from anywhere, whether a user has it or not.
 */
export type LoginLockScope = 'PAIR' | 'EMAIL';

/**
 * Locks that grow with each failure in a row, and are forgotten a day after the first. They fail as
 * little as {@link RateLimits}.
 */
export interface LoginLocks {
  /** 0 when it is not locked. */
  lockedForMs(scope: LoginLockScope, key: string): Promise<number>;
  /** Counts a failure. For how long the key is locked by it. */
  recordFailure(scope: LoginLockScope, key: string): Promise<number>;
  /** Forgets failures and lock. */
  forget(scope: LoginLockScope, key: string): Promise<void>;
}
