/** A session that has ended, and how long ago by the clock of the store that tells. */
export interface EndedSession {
  id: string;
  agoMs: number;
}

/** What a place can tell of sessions that have ended. */
export interface EndedList {
  sessions: readonly EndedSession[];
  /**
   * Every session that ended longer ago is among them, in milliseconds; null when nobody vouches
   * for that.
   */
  completeMsAgo: number | null;
}

/** Where the sessions can be read that ended a short time ago. */
export interface EndedSessions {
  /** Throws when they cannot be read now. */
  listEnded(withinMs: number): Promise<EndedList>;
}

/** {@link EndedSessions} that processes tell one another. */
export interface EndedSessionsBoard extends EndedSessions {
  /** Ids that are there already stay as they are. Throws when it cannot be written now. */
  announce(ids: readonly string[], vouched: Vouched | null): Promise<void>;
}

/** With what is announced, a board has every session that ended `completeMsAgo` ago or earlier. */
export interface Vouched {
  completeMsAgo: number;
  /** What is announced is all of that; otherwise the board must have been complete before. */
  isAll: boolean;
}

/**
 * What this process knows of sessions that have ended while access tokens of theirs may be in use.
 */
export interface RevokedSessions {
  /**
   * Throws `HubError('TOKEN_REVOKED')` for a session that ended more than {@link
   * REVOCATION_SECONDS_MAX} ago, mostly sooner, and `HubError('DATABASE_UNAVAILABLE')` when that
   * cannot be known now. Asks nobody while what is known is fresh.
   */
  assertLive(sessionId: string): Promise<void>;
  /** These sessions have ended: here from now on, elsewhere as soon as it is told. */
  announce(ids: readonly string[]): Promise<void>;
}

/** The part of {@link RevokedSessions} that a process needs which ends no session itself. */
export type LiveSessions = Pick<RevokedSessions, 'assertLive'>;

/** Within this time every process rejects the access tokens of a session that has ended. */
export const REVOCATION_SECONDS_MAX = 5;
