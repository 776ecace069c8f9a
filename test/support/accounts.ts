import { randomUUID } from 'node:crypto';
import { hash } from '@node-rs/argon2';
import type postgres from 'postgres';
import type { Caller, Role } from '../../contracts/identity/caller.ts';

export const TEST_PASSWORD = 'correct-horse-battery';

/** OWASP's argon2id parameters, as everywhere: a test's login costs what a real one does. */
const ARGON2ID = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

export interface FundedAccount {
  userId: string;
  accountId: string;
  email: string;
  password: string;
  /** What the user's access token says. */
  caller: Caller;
}

export interface FundedAccountOptions {
  /** Settled cash in USD with two decimals; `"0.00"` for none. */
  cash: string;
  password?: string;
  roles?: readonly Role[];
  shortingAllowed?: boolean;
}

/**
 * Makes `count` users, each with an account and a booked deposit. The password is hashed once for
 * all of them.
 */
export async function createFundedAccounts(
  sql: postgres.Sql,
  count: number,
  options: FundedAccountOptions,
): Promise<FundedAccount[]> {
  const password = options.password ?? TEST_PASSWORD;
  const roles = options.roles ?? ['CUSTOMER'];
  const passwordHash = await hash(password, ARGON2ID);
  const made = Array.from({ length: count }, (): FundedAccount => {
    const userId = randomUUID();
    const accountId = randomUUID();
    const email = `user-${userId}@test.local`;
    return {
      userId,
      accountId,
      email,
      password,
      caller: { userId, username: email, accountId, sessionId: randomUUID(), roles },
    };
  });
  const rows = made.map(({ userId, accountId, email }) => ({
    user_id: userId,
    account_id: accountId,
    email,
  }));
  await sql.begin(async (tx) => {
    const wanted = tx`jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as t(user_id uuid, account_id uuid, email text)`;
    await tx`
      insert into users (id, email, password_hash, first_name, last_name, roles)
      select t.user_id, t.email, ${passwordHash}, 'Test', 'User', ${[...roles]}::text[] from ${wanted}`;
    await tx`
      insert into accounts (id, user_id, shorting_allowed, buying_power)
      select t.account_id, t.user_id, ${options.shortingAllowed ?? false}, ${options.cash}::numeric from ${wanted}`;
    await tx`
      insert into ledger_accounts (account_id, kind, asset)
      select t.account_id, k.kind, 'USD' from ${wanted}, (values ('CASH_SETTLED'), ('CASH_UNSETTLED'), ('CASH_HELD')) as k(kind)`;
    if (!/[1-9]/.test(options.cash)) return;
    await tx`
      select post_transfers(t.account_id, null, null, jsonb_build_array(jsonb_build_object(
        'key', 'deposit/test/' || t.account_id, 'code', 'DEPOSIT', 'debit', 'DEPOSITS', 'credit', 'CASH_SETTLED',
        'asset', 'USD', 'amount', ${options.cash}::text)))
      from ${wanted}`;
  });
  return made;
}

/** One of {@link createFundedAccounts}. */
export async function createFundedAccount(
  sql: postgres.Sql,
  options: FundedAccountOptions,
): Promise<FundedAccount> {
  const [account] = await createFundedAccounts(sql, 1, options);
  if (!account) throw new Error('no account was made');
  return account;
}
