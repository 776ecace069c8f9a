import type postgres from 'postgres';
import type { Role } from '../../contracts/caller.ts';
import type { NewRefreshToken, NewUser, RotationOutcome, StoredUser, UserStore } from '../../contracts/ports/auth.ts';
import { guardDatabasePort } from './database-errors.ts';
import { toTimestamp } from './timestamp.ts';

interface UserRow {
  id: string;
  email: string;
  password_hash: string;
  first_name: string;
  last_name: string;
  roles: Role[];
  account_id: string;
  status: string;
  shorting_allowed: boolean;
  created_at: string | Date;
}

/** Users, accounts and refresh tokens in Postgres. */
export function createUserStore(sql: postgres.Sql): UserStore {
  return guardDatabasePort<UserStore>({
    createUser: (user) => insertUser(sql, user),
    findByEmail: (email) => findUser(sql, sql`lower(u.email) = lower(${email})`),
    findById: (userId) => findUser(sql, sql`u.id = ${userId}`),
    startTokenFamily: (userId, token) => startTokenFamily(sql, userId, token),
    rotateToken: (presentedHash, next) => rotateToken(sql, presentedHash, next),
    async revokeFamily(tokenHash, now) {
      await sql`
        update refresh_tokens set revoked_at = ${now.toISOString()}
        where family_id = (select family_id from refresh_tokens where token_hash = ${tokenHash}) and revoked_at is null`;
    },
  });
}

/** One statement, so one transaction: a user never exists without its account and the account's cash rows. */
async function insertUser(sql: postgres.Sql, user: NewUser): Promise<StoredUser | null> {
  const rows = await sql<UserRow[]>`
    with u as (
      insert into users (id, email, password_hash, first_name, last_name, roles)
      values (${user.id}, ${user.email}, ${user.passwordHash}, ${user.firstName}, ${user.lastName}, ${[...user.roles]})
      on conflict do nothing
      returning *
    ), a as (
      insert into accounts (id, user_id) select ${user.accountId}::uuid, u.id from u returning *
    ), l as (
      insert into ledger_accounts (account_id, kind, asset)
      select a.id, k.kind, 'USD' from a, (values ('CASH_SETTLED'), ('CASH_UNSETTLED'), ('CASH_HELD')) as k(kind)
    )
    select u.id, u.email, u.password_hash, u.first_name, u.last_name, u.roles,
           a.id as account_id, a.status, a.shorting_allowed, a.created_at
    from u, a`;
  return rows[0] ? toUser(rows[0]) : null;
}

async function findUser(
  sql: postgres.Sql | postgres.TransactionSql,
  where: postgres.PendingQuery<postgres.Row[]>,
): Promise<StoredUser | null> {
  const rows = await sql<UserRow[]>`
    select u.id, u.email, u.password_hash, u.first_name, u.last_name, u.roles,
           a.id as account_id, a.status, a.shorting_allowed, a.created_at
    from users u join accounts a on a.user_id = u.id
    where ${where}`;
  return rows[0] ? toUser(rows[0]) : null;
}

async function startTokenFamily(sql: postgres.Sql, userId: string, token: NewRefreshToken): Promise<void> {
  const issuedAt = token.issuedAt.toISOString();
  await sql`
    with expired as (delete from refresh_tokens where user_id = ${userId} and expires_at < ${issuedAt})
    insert into refresh_tokens (id, user_id, family_id, token_hash, issued_at, expires_at)
    values (${token.id}, ${userId}, ${token.id}, ${token.hash}, ${issuedAt}, ${token.expiresAt.toISOString()})`;
}

interface TokenRow {
  id: string;
  user_id: string;
  family_id: string;
  spent: boolean;
  revoked: boolean;
  expired: boolean;
}

function rotateToken(sql: postgres.Sql, presentedHash: string, next: NewRefreshToken): Promise<RotationOutcome> {
  const issuedAt = next.issuedAt.toISOString();
  return sql.begin(async (tx): Promise<RotationOutcome> => {
    // The lock makes one family's rotations take turns: a revocation can then miss no token that is just being issued.
    await tx`
      select pg_advisory_xact_lock(hashtextextended(family_id::text, 0)) from refresh_tokens where token_hash = ${presentedHash}`;
    const [token] = await tx<TokenRow[]>`
      select id, user_id, family_id, spent_at is not null as spent, revoked_at is not null as revoked, expires_at <= ${issuedAt} as expired
      from refresh_tokens where token_hash = ${presentedHash}`;
    if (!token || token.revoked || token.expired) return { outcome: 'INVALID' };
    if (token.spent) {
      await tx`update refresh_tokens set revoked_at = ${issuedAt} where family_id = ${token.family_id} and revoked_at is null`;
      return { outcome: 'REUSED', userId: token.user_id };
    }
    await tx`
      with spent as (update refresh_tokens set spent_at = ${issuedAt} where id = ${token.id})
      insert into refresh_tokens (id, user_id, family_id, token_hash, issued_at, expires_at)
      values (${next.id}, ${token.user_id}, ${token.family_id}, ${next.hash}, ${issuedAt}, ${next.expiresAt.toISOString()})`;
    const user = await findUser(tx, tx`u.id = ${token.user_id}`);
    return user ? { outcome: 'ROTATED', user } : { outcome: 'INVALID' };
  }) as Promise<RotationOutcome>;
}

const toUser = (row: UserRow): StoredUser => ({
  id: row.id,
  email: row.email,
  passwordHash: row.password_hash,
  firstName: row.first_name,
  lastName: row.last_name,
  roles: row.roles,
  account: {
    id: row.account_id,
    status: row.status,
    shortingAllowed: row.shorting_allowed,
    createdAt: toTimestamp(row.created_at),
  },
});
