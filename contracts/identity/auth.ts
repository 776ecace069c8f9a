import type { Timestamp } from '../decimal-string.ts';
import type { Caller, Role } from './caller.ts';

/** A user with the one account that belongs to it. */
export interface StoredUser {
  id: string;
  email: string;
  passwordHash: string;
  firstName: string;
  lastName: string;
  roles: readonly Role[];
  account: { id: string; status: string; shortingAllowed: boolean; createdAt: Timestamp };
}

export interface NewUser {
  id: string;
  accountId: string;
  /** In lower case. */
  email: string;
  passwordHash: string;
  firstName: string;
  lastName: string;
  roles: readonly Role[];
}

/**
 * Users and their accounts. Every call throws `HubError('DATABASE_UNAVAILABLE')` when the database
 * cannot be reached.
 */
export interface UserStore {
  /**
   * Writes user, account and the account's three cash rows of the ledger in one transaction. `null`
   * when the e-mail is taken.
   */
  createUser(user: NewUser): Promise<StoredUser | null>;
  /** E-mails are compared in lower case. */
  findByEmail(email: string): Promise<StoredUser | null>;
  findById(userId: string): Promise<StoredUser | null>;
  findByAccount(accountId: string): Promise<StoredUser | null>;
}

/** Passwords that many people use, or that breaches have made public. */
export interface CommonPasswords {
  /** Compares in lower case. */
  isCommon(password: string): boolean;
}

/**
 * Slow, salted password hashes (argon2id) of the passwords in NFKC, so that each way of typing one
 * is the same password. `source`: the network for which it is done; they take turns, so that none
 * can fill the queue. Throws `HubError('RATE_LIMITED')` when too many of the source's are waiting
 * to be computed.
 */
export interface PasswordHasher {
  hash(password: string, source: string): Promise<string>;
  /**
   * `null` stands for a user that does not exist: it takes as long as a real hash, and is never a
   * match.
   */
  verify(hash: string | null, password: string, source: string): Promise<boolean>;
}

/** Signed access tokens of {@link ACCESS_TOKEN_SECONDS}. */
export interface AccessTokens {
  sign(caller: Caller): Promise<string>;
  /**
   * Failures: `TOKEN_EXPIRED`, `TOKEN_INVALID`; where sessions are watched, `TOKEN_REVOKED` and
   * `DATABASE_UNAVAILABLE`.
   */
  verify(token: string): Promise<Caller>;
}

export const ACCESS_TOKEN_SECONDS = 600;
export const REFRESH_TOKEN_DAYS = 30;
