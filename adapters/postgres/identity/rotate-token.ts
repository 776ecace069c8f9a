import type postgres from 'postgres';
import type { NewRefreshToken, RotationOutcome } from '../../../contracts/identity/sessions.ts';
import { findUser } from './user-store.ts';

interface TokenRow {
  id: string;
  user_id: string;
  session_id: string;
  spent: boolean;
  over: boolean;
}

/** Spends a refresh token for the next, or ends its session when it was spent before. */
export function rotateToken(
  sql: postgres.Sql,
  presentedHash: string,
  next: NewRefreshToken,
): Promise<unknown> {
  const issuedAt = next.issuedAt.toISOString();
  const expiresAt = next.expiresAt.toISOString();
  return sql.begin(async (tx): Promise<RotationOutcome> => {
    // The lock makes one session's rotations and its end take turns: no token is issued in a
    // session that is just being ended.
    await tx`
      select 1 from user_sessions where id = (select session_id from refresh_tokens where token_hash = ${presentedHash})
      for no key update`;
    const [token] = await tx<TokenRow[]>`
      select t.id, t.user_id, t.session_id, t.spent_at is not null as spent, s.ended_at is not null or t.expires_at <= ${issuedAt} as over
      from refresh_tokens t join user_sessions s on s.id = t.session_id where t.token_hash = ${presentedHash}`;
    if (!token || token.over) return { outcome: 'INVALID' };
    const { user_id: userId, session_id: sessionId } = token;
    if (token.spent) {
      await tx`update user_sessions set ended_at = clock_timestamp(), end_reason = 'TOKEN_REUSED' where id = ${sessionId}`;
      return { outcome: 'REUSED', userId, sessionId };
    }
    await tx`
      with spent as (
        update refresh_tokens set spent_at = ${issuedAt} where id = ${token.id}
      ), used as (
        update user_sessions set last_used_at = ${issuedAt}, expires_at = ${expiresAt} where id = ${sessionId}
      )
      insert into refresh_tokens (id, user_id, session_id, token_hash, issued_at, expires_at)
      values (${next.id}, ${userId}, ${sessionId}, ${next.hash}, ${issuedAt}, ${expiresAt})`;
    const user = await findUser(tx, tx`u.id = ${userId}`);
    return user ? { outcome: 'ROTATED', user, sessionId } : { outcome: 'INVALID' };
  });
}
