import type { Timestamp } from '../decimal-string.ts';
import type { StoredUser } from './auth.ts';
import type { EndedSessions } from './revoked-sessions.ts';

/**
 * A refresh token as it is kept: `hash` is the SHA-256 of the token in hex; the token itself is
 * never stored.
 */
export interface NewRefreshToken {
  id: string;
  hash: string;
  issuedAt: Date;
  expiresAt: Date;
}

/** A login that has not ended and whose last refresh token has not expired. */
export interface UserSession {
  id: string;
  createdAt: Timestamp;
  /** When its tokens were issued last: at the login, then at each refresh. */
  lastUsedAt: Timestamp;
  expiresAt: Timestamp;
}

/**
 * `REUSED`: a spent token came again, and its session has ended by now. `INVALID`: unknown,
 * expired, or of a session that has ended.
 */
export type RotationOutcome =
  | { outcome: 'ROTATED'; user: StoredUser; sessionId: string }
  | { outcome: 'REUSED'; userId: string; sessionId: string }
  | { outcome: 'INVALID' };

export const SESSIONS_OF_USER_MAX = 100;

/**
 * Sessions and their refresh tokens: one session for each login, however often it is refreshed.
 * Calls that end sessions answer with the ids of those that they ended. Every call throws
 * `HubError('DATABASE_UNAVAILABLE')` when the database cannot be reached.
 */
export interface SessionStore extends EndedSessions {
  /**
   * Begins a session with the user's first token; its id is the token's. `false`, and nothing is
   * begun, when the password hash is no longer the one that was verified. Of more than {@link
   * SESSIONS_OF_USER_MAX} the least recently used end.
   */
  startSession(
    login: { userId: string; passwordHash: string },
    token: NewRefreshToken,
  ): Promise<boolean>;
  /**
   * Spends the token with `presentedHash` and puts `next` in its place, in one transaction. A
   * session's rotations take turns.
   */
  rotateToken(presentedHash: string, next: NewRefreshToken): Promise<RotationOutcome>;
  /** Most recently used first. */
  listSessions(userId: string, now: Date): Promise<UserSession[]>;
  /** Ends the session of the refresh token; unknown tokens are no error. */
  endSessionOf(tokenHash: string): Promise<readonly string[]>;
  endSession(userId: string, sessionId: string): Promise<readonly string[]>;
  endOtherSessions(userId: string, keptSessionId: string): Promise<readonly string[]>;
  /**
   * Puts one password hash in the place of another and ends all sessions but the one, in one
   * transaction with its audit event. `null`, and nothing changes, when the hash is no longer
   * `from`.
   */
  changePassword(change: {
    userId: string;
    from: string;
    to: string;
    keptSessionId: string;
  }): Promise<readonly string[] | null>;
  /**
   * Ends all sessions of a user for an operator, in one transaction with its audit event. `null`
   * when there is no such user.
   */
  endSessionsFor(
    operator: { operator: string; reason: string },
    userId: string,
  ): Promise<readonly string[] | null>;
}
