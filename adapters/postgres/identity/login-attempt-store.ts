import type postgres from 'postgres';
import type { LoginAttempts } from '../../../contracts/identity/login-attempts.ts';
import { guardDatabasePort } from '../database-errors.ts';

const KNOWN_DAYS = 90;

interface StandingRow {
  id: string;
  locked_until_ms: string | null;
  known: boolean;
}

/**
 * Failed logins and locks as columns of `users`, and the networks that users have logged in from as
 * `login_addresses`.
 */
export const createLoginAttemptStore = (sql: postgres.Sql): LoginAttempts =>
  guardDatabasePort<LoginAttempts>({
    async readStanding(email, address) {
      const [row] = await sql<StandingRow[]>`
        select u.id, (extract(epoch from u.locked_until) * 1000)::bigint::text as locked_until_ms, exists (
          select 1 from login_addresses a
          where a.user_id = u.id and a.address = ${address} and a.last_login_at > now() - make_interval(days => ${KNOWN_DAYS})) as known
        from users u where lower(u.email) = ${email}`;
      if (!row) return null;
      const lockedUntilMs = row.locked_until_ms === null ? null : Number(row.locked_until_ms);
      return { userId: row.id, lockedUntilMs, isKnownAddress: row.known };
    },

    async recordFailure(userId) {
      const [row] = await sql<{ failures: number }[]>`
        update users set failed_login_attempts = failed_login_attempts + 1 where id = ${userId}
        returning failed_login_attempts as failures`;
      return row?.failures ?? 0;
    },

    async lock(userId, until) {
      await sql`update users set locked_until = greatest(locked_until, ${until.toISOString()}::timestamptz) where id = ${userId}`;
    },

    async recordSuccess(userId, address) {
      await sql`
        with forgotten as (
          update users set failed_login_attempts = 0, locked_until = null
          where id = ${userId} and (failed_login_attempts > 0 or locked_until is not null)
        ), old as (
          delete from login_addresses
          where user_id = ${userId} and address <> ${address} and last_login_at < now() - make_interval(days => ${KNOWN_DAYS})
        )
        insert into login_addresses (user_id, address, last_login_at) values (${userId}, ${address}, now())
        on conflict (user_id, address) do update set last_login_at = excluded.last_login_at`;
    },

    async unlock(userId, { operator, reason }) {
      const [row] = await sql<{ email: string }[]>`
        with unlocked as (
          update users set failed_login_attempts = 0, locked_until = null where id = ${userId} returning id, lower(email) as email
        ), audited as (
          insert into audit_events (account_id, actor, action, details)
          select a.id, ${operator}, 'USER_UNLOCKED', ${JSON.stringify({ userId, reason })}::text::jsonb
          from unlocked u join accounts a on a.user_id = u.id
        )
        select email from unlocked`;
      return row?.email ?? null;
    },
  });
