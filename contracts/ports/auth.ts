import type { Caller, Role } from '../caller.ts';
import type { Timestamp } from '../decimal-string.ts';

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

/** A refresh token as it is kept: `hash` is the SHA-256 of the token in hex; the token itself is never stored. */
export interface NewRefreshToken {
  id: string;
  hash: string;
  issuedAt: Date;
  expiresAt: Date;
}

/** `REUSED`: a spent token came again, and its whole family is revoked by now. `INVALID`: unknown, expired or revoked. */
export type RotationOutcome = { outcome: 'ROTATED'; user: StoredUser } | { outcome: 'REUSED'; userId: string } | { outcome: 'INVALID' };

/** Users and their refresh tokens. Every call throws `HubError('DATABASE_UNAVAILABLE')` when the database cannot be reached. */
export interface UserStore {
  /** Writes user, account and the account's three cash rows of the ledger in one transaction. `null` when the e-mail is taken. */
  createUser(user: NewUser): Promise<StoredUser | null>;
  /** E-mails are compared in lower case. */
  findByEmail(email: string): Promise<StoredUser | null>;
  findById(userId: string): Promise<StoredUser | null>;
  /** Begins the family of one login, and forgets the user's tokens that have expired. */
  startTokenFamily(userId: string, token: NewRefreshToken): Promise<void>;
  /** Spends the token with `presentedHash` and puts `next` in its place, in one transaction. Families are rotated one at a time. */
  rotateToken(presentedHash: string, next: NewRefreshToken): Promise<RotationOutcome>;
  /** Ends the family of the token; unknown tokens are no error. */
  revokeFamily(tokenHash: string, now: Date): Promise<void>;
}

/** Slow, salted password hashes (argon2id). Throws `HubError('RATE_LIMITED')` when too many are waiting to be computed. */
export interface PasswordHasher {
  hash(password: string): Promise<string>;
  /** `null` stands for a user that does not exist: it takes as long as a real hash, and is never a match. */
  verify(hash: string | null, password: string): Promise<boolean>;
}

/** Signed access tokens of {@link ACCESS_TOKEN_SECONDS}. */
export interface AccessTokens {
  sign(caller: Caller): Promise<string>;
  /** Failures: `TOKEN_EXPIRED`, `TOKEN_INVALID`. */
  verify(token: string): Promise<Caller>;
}

export const ACCESS_TOKEN_SECONDS = 600;
export const REFRESH_TOKEN_DAYS = 30;
