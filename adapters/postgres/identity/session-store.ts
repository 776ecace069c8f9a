import type postgres from 'postgres';
import {
  type NewRefreshToken,
  type RotationOutcome,
  SESSIONS_OF_USER_MAX,
  type SessionStore,
} from '../../../contracts/identity/sessions.ts';
import { guardDatabasePort } from '../database-errors.ts';
import { toTimestamp } from '../timestamp.ts';
import { rotateToken } from './rotate-token.ts';

/** Why a session ended; kept in `user_sessions.end_reason`. */
type EndReason =
  | 'LOGGED_OUT'
  | 'ENDED_BY_USER'
  | 'PASSWORD_CHANGED'
  | 'ENDED_BY_OPERATOR'
  | 'TOO_MANY';

/** More than can end in the life of an access token; a bound on what one read brings. */
const ENDED_MAX = 200_000;

interface SessionRow {
  id: string;
  created_at: string | Date;
  last_used_at: string | Date;
  expires_at: string | Date;
}

/** Sessions and refresh tokens in Postgres. */
export const createSessionStore = (sql: postgres.Sql): SessionStore =>
  guardDatabasePort<SessionStore>({
    startSession: (login, token) => startSession(sql, login, token),
    rotateToken: (presentedHash, next) =>
      rotateToken(sql, presentedHash, next) as Promise<RotationOutcome>,
    async listSessions(userId, now) {
      const rows = await sql<SessionRow[]>`
        select id, created_at, last_used_at, expires_at from user_sessions
        where user_id = ${userId} and ended_at is null and expires_at > ${now.toISOString()}
        order by last_used_at desc, id desc limit ${SESSIONS_OF_USER_MAX}`;
      return rows.map((row) => ({
        id: row.id,
        createdAt: toTimestamp(row.created_at),
        lastUsedAt: toTimestamp(row.last_used_at),
        expiresAt: toTimestamp(row.expires_at),
      }));
    },
    async listEnded(withinMs) {
      // By the index of the ends; all times are the database's.
      const rows = await sql<{ id: string; ago_ms: number }[]>`
        select id, (extract(epoch from clock_timestamp() - ended_at) * 1000)::float8 as ago_ms from user_sessions
        where ended_at > clock_timestamp() - ${withinMs / 1000}::float8 * interval '1 second'
        order by ended_at desc limit ${ENDED_MAX}`;
      return {
        sessions: rows.map((row) => ({ id: row.id, agoMs: Math.max(0, row.ago_ms) })),
        completeMsAgo: 0,
      };
    },
    endSessionOf: (tokenHash) =>
      endWhere(
        sql,
        'LOGGED_OUT',
        sql`id = (select session_id from refresh_tokens where token_hash = ${tokenHash})`,
      ),
    endSession: (userId, sessionId) =>
      endWhere(sql, 'ENDED_BY_USER', sql`id = ${sessionId} and user_id = ${userId}`),
    endOtherSessions: (userId, keptId) =>
      endWhere(sql, 'ENDED_BY_USER', sql`user_id = ${userId} and id <> ${keptId}`),
    changePassword: ({ userId, from, to, keptSessionId }) =>
      sql.begin(async (tx) => {
        const changed =
          await tx`update users set password_hash = ${to} where id = ${userId} and password_hash = ${from} returning id`;
        if (changed.length === 0) return null;
        const ended = await endWhere(
          tx,
          'PASSWORD_CHANGED',
          tx`user_id = ${userId} and id <> ${keptSessionId}`,
        );
        await writeAudit(tx, userId, `user/${userId}`, 'PASSWORD_CHANGED', {
          endedSessions: ended.length,
        });
        return ended;
      }) as Promise<readonly string[] | null>,
    endSessionsFor: ({ operator, reason }, userId) =>
      sql.begin(async (tx) => {
        // The lock lets no login in between: it waits, and begins after the sessions that were
        // there have ended.
        const known = await tx`select 1 from users where id = ${userId} for no key update`;
        if (known.length === 0) return null;
        const ended = await endWhere(tx, 'ENDED_BY_OPERATOR', tx`user_id = ${userId}`);
        await writeAudit(tx, userId, operator, 'SESSIONS_ENDED', {
          reason,
          endedSessions: ended.length,
        });
        return ended;
      }) as Promise<readonly string[] | null>,
  });

type Sql = postgres.Sql | postgres.TransactionSql;

async function endWhere(
  sql: Sql,
  reason: EndReason,
  which: postgres.PendingQuery<postgres.Row[]>,
): Promise<readonly string[]> {
  const rows = await sql<{ id: string }[]>`
    update user_sessions set ended_at = clock_timestamp(), end_reason = ${reason} where ended_at is null and ${which} returning id`;
  return rows.map(({ id }) => id);
}

async function writeAudit(
  tx: Sql,
  userId: string,
  actor: string,
  action: string,
  details: Record<string, unknown>,
): Promise<void> {
  await tx`
    insert into audit_events (account_id, actor, action, details)
    select id, ${actor}, ${action}, ${JSON.stringify(details)}::text::jsonb from accounts where user_id = ${userId}`;
}

/**
 * One transaction. The lock on the user makes logins and a change of the password take turns: a
 * login with the old password either is there to be ended, or begins nothing. What expired, and
 * what ended a day ago, is forgotten on the way.
 */
async function startSession(
  sql: postgres.Sql,
  { userId, passwordHash }: { userId: string; passwordHash: string },
  token: NewRefreshToken,
): Promise<boolean> {
  const issuedAt = token.issuedAt.toISOString();
  const expiresAt = token.expiresAt.toISOString();
  return (await sql.begin(async (tx) => {
    const verified =
      await tx`select 1 from users where id = ${userId} and password_hash = ${passwordHash} for no key update`;
    if (verified.length === 0) return false;
    await tx`
      with forgotten as (
        delete from user_sessions
        where user_id = ${userId} and (expires_at < ${issuedAt} or ended_at < clock_timestamp() - interval '1 day')
      ), surplus as (
        select id from user_sessions where user_id = ${userId} and ended_at is null and expires_at >= ${issuedAt}
        order by last_used_at desc, id desc offset ${SESSIONS_OF_USER_MAX - 1}
      ), ended as (
        update user_sessions set ended_at = clock_timestamp(), end_reason = ${'TOO_MANY' satisfies EndReason}
        where id in (select id from surplus) and ended_at is null
      ), begun as (
        insert into user_sessions (id, user_id, created_at, last_used_at, expires_at)
        values (${token.id}, ${userId}, ${issuedAt}, ${issuedAt}, ${expiresAt})
        returning id
      )
      insert into refresh_tokens (id, user_id, session_id, token_hash, issued_at, expires_at)
      select id, ${userId}, id, ${token.hash}, ${issuedAt}, ${expiresAt} from begun`;
    return true;
  })) as boolean;
}
