import type { Clock } from '../../contracts/clock.ts';
import { HubError } from '../../contracts/errors.ts';
import { type Caller, operatorName } from '../../contracts/identity/caller.ts';
import type { RevokedSessions } from '../../contracts/identity/revoked-sessions.ts';
import type { SessionStore, UserSession } from '../../contracts/identity/sessions.ts';
import { hashRefreshToken } from './refresh-token.ts';

/** What ends sessions announces them: no token of theirs is taken on. */
interface EndDeps<Call extends keyof SessionStore> {
  sessions: Pick<SessionStore, Call>;
  revoked: Pick<RevokedSessions, 'announce'>;
}

export interface ListedSession extends UserSession {
  /** Whether it is the session of the caller's token. */
  current: boolean;
}

/** Most recently used first. */
export async function listSessions(
  { sessions, clock }: { sessions: Pick<SessionStore, 'listSessions'>; clock: Clock },
  caller: Caller,
): Promise<ListedSession[]> {
  const live = await sessions.listSessions(caller.userId, new Date(clock()));
  return live.map((session) => ({ ...session, current: session.id === caller.sessionId }));
}

/** Ends the refresh token's session. An unknown token is no error: it is over either way. */
export async function logout(
  { sessions, revoked }: EndDeps<'endSessionOf'>,
  refreshToken: string,
): Promise<void> {
  await revoked.announce(await sessions.endSessionOf(hashRefreshToken(refreshToken)));
}

/** Ends the session of the caller's token; one that has ended already is no error. */
export async function endOwnSession(
  { sessions, revoked }: EndDeps<'endSession'>,
  caller: Caller,
): Promise<void> {
  await revoked.announce(await sessions.endSession(caller.userId, caller.sessionId));
}

/** Failure: `SESSION_NOT_FOUND`, also for another user's and for one that has ended. */
export async function endSession(
  { sessions, revoked }: EndDeps<'endSession'>,
  caller: Caller,
  sessionId: string,
): Promise<void> {
  const ended = await sessions.endSession(caller.userId, sessionId);
  if (ended.length === 0) throw new HubError('SESSION_NOT_FOUND');
  await revoked.announce(ended);
}

/** All but that of the caller's token. How many there were. */
export async function endOtherSessions(
  { sessions, revoked }: EndDeps<'endOtherSessions'>,
  caller: Caller,
): Promise<number> {
  const ended = await sessions.endOtherSessions(caller.userId, caller.sessionId);
  await revoked.announce(ended);
  return ended.length;
}

/**
 * All sessions of a user, by an operator's word; kept in the audit trail. How many there were.
 * Failure: `USER_NOT_FOUND`.
 */
export async function endSessionsFor(
  { sessions, revoked }: EndDeps<'endSessionsFor'>,
  operator: Caller,
  userId: string,
  reason: string,
): Promise<number> {
  const ended = await sessions.endSessionsFor({ operator: operatorName(operator), reason }, userId);
  if (!ended) throw new HubError('USER_NOT_FOUND');
  await revoked.announce(ended);
  return ended.length;
}
