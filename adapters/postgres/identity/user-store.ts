import type postgres from 'postgres';
import type { NewUser, StoredUser, UserStore } from '../../../contracts/identity/auth.ts';
import type { Role } from '../../../contracts/identity/caller.ts';
import { guardDatabasePort } from '../database-errors.ts';
import { toTimestamp } from '../timestamp.ts';

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

/** Users and their accounts in Postgres. */
export function createUserStore(sql: postgres.Sql): UserStore {
  return guardDatabasePort<UserStore>({
    createUser: (user) => insertUser(sql, user),
    findByEmail: (email) => findUser(sql, sql`lower(u.email) = lower(${email})`),
    findById: (userId) => findUser(sql, sql`u.id = ${userId}`),
    findByAccount: (accountId) => findUser(sql, sql`a.id = ${accountId}`),
  });
}

/**
 * One statement, so one transaction: a user never exists without its account and the account's cash
 * rows.
 */
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

/** The user and the account of the row that `where` finds; `u` is the table of users. */
export async function findUser(
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
