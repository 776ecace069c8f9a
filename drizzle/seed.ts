import { hash } from '@node-rs/argon2';
import postgres from 'postgres';
import { createFundingStore } from '../adapters/postgres/portfolio/funding-store.ts';
import { hasDemoUsers, type Profile } from '../contracts/deployment-profile.ts';
import { deposit } from '../use-cases/portfolio/deposit.ts';
import { STARTER_LOCK } from './migrate.ts';

/** Symbols of the recording that the replay source plays. */
const INSTRUMENTS = [
  { symbol: 'AAPL', name: 'Apple Inc.', exchange: 'NASDAQ' },
  { symbol: 'FB', name: 'Facebook, Inc.', exchange: 'NASDAQ' },
  { symbol: 'GOOG', name: 'Google Inc.', exchange: 'NASDAQ' },
  { symbol: 'IBM', name: 'International Business Machines Corporation', exchange: 'NYSE' },
  { symbol: 'MSFT', name: 'Microsoft Corporation', exchange: 'NASDAQ' },
];

interface DemoUser {
  id: string;
  accountId: string;
  email: string;
  password: string;
  firstName: string;
  lastName: string;
  role: 'CUSTOMER' | 'OPERATOR';
  /** USD with two decimals; null for none. */
  deposit: string | null;
}

const DEMO_USERS: DemoUser[] = [
  {
    id: '01900000-0000-7000-8000-000000000001',
    accountId: '01900000-0000-7000-8000-00000000000a',
    email: 'demo@hub.local',
    password: 'demo-password-1',
    firstName: 'Dana',
    lastName: 'Demo',
    role: 'CUSTOMER',
    deposit: '100000.00',
  },
  {
    id: '01900000-0000-7000-8000-000000000002',
    accountId: '01900000-0000-7000-8000-00000000000b',
    email: 'operator@hub.local',
    password: 'operator-password-1',
    firstName: 'Olga',
    lastName: 'Operator',
    role: 'OPERATOR',
    deposit: null,
  },
];

/** OWASP's argon2id parameters, as everywhere. */
const ARGON2ID = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/**
 * Puts the instruments and the two demo users into a migrated database; what is there already is
 * left as it is. Their passwords are public, so a profile that has no such users is rejected with
 * an error.
 */
export async function seedDemo(databaseUrl: string, profile: Profile): Promise<void> {
  if (!hasDemoUsers(profile))
    throw new Error(
      `the demo users have public passwords: HUB_PROFILE=${profile} has none of them`,
    );
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  try {
    // The lock belongs to the one connection: seeders take turns, also where two inserts would meet
    // on different unique indexes.
    await sql`select pg_advisory_lock(${STARTER_LOCK})`;
    await sql`insert into instruments ${sql(INSTRUMENTS)} on conflict do nothing`;
    for (const user of DEMO_USERS) await seedUser(sql, user);
  } finally {
    await sql.end();
  }
}

/** What was cut off between the user and the deposit is made up for by the next run. */
async function seedUser(sql: postgres.Sql, user: DemoUser): Promise<void> {
  const passwordHash = await hash(user.password, ARGON2ID);
  await sql.begin(async (tx) => {
    await tx`
      insert into users (id, email, password_hash, first_name, last_name, roles)
      values (${user.id}, ${user.email}, ${passwordHash}, ${user.firstName}, ${user.lastName}, ${[user.role]})
      on conflict (id) do nothing`;
    await tx`insert into accounts (id, user_id) values (${user.accountId}, ${user.id}) on conflict (id) do nothing`;
    await tx`
      insert into ledger_accounts (account_id, kind, asset)
      select ${user.accountId}::uuid, kind, 'USD' from (values ('CASH_SETTLED'), ('CASH_UNSETTLED'), ('CASH_HELD')) as k(kind)
      on conflict do nothing`;
  });
  if (user.deposit !== null)
    await deposit({ funding: createFundingStore(sql) }, user.accountId, user.deposit, 'seed');
}
