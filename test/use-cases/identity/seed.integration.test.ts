import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createUserStore } from '../../../adapters/postgres/identity/user-store.ts';
import { createPasswordHasher } from '../../../adapters/security/password-hasher.ts';
import { seedDemo } from '../../../drizzle/seed.ts';
import { createFundedAccounts } from '../../support/accounts.ts';
import { createTestDatabase } from '../../support/services.ts';

let url: string;
let sql: postgres.Sql;

beforeAll(async () => {
  url = (await createTestDatabase()).url;
  sql = postgres(url, { onnotice: () => {} });
});
afterAll(() => sql?.end());

const cashOf = (accountId: string) => sql`
  select a.buying_power, (select sum(balance) from ledger_accounts l where l.account_id = a.id and l.kind like 'CASH_%') as ledger_cash,
         (select sum(balance) from ledger_accounts l where l.account_id = a.id) as ledger_sum
  from accounts a where a.id = ${accountId}`;

describe('the demo seed', () => {
  it('is the same after one run, two runs and two at once', async () => {
    await Promise.all([seedDemo(url, 'dev'), seedDemo(url, 'dev')]);
    await seedDemo(url, 'dev');
    const users = createUserStore(sql);
    const passwords = await createPasswordHasher();
    const demo = await users.findByEmail('demo@hub.local');
    const operator = await users.findByEmail('operator@hub.local');
    if (!demo || !operator) throw new Error('the demo users are not there');
    expect(await passwords.verify(demo.passwordHash, 'demo-password-1', 'here')).toBe(true);
    expect(await passwords.verify(operator.passwordHash, 'operator-password-1', 'here')).toBe(true);
    expect([demo.roles, operator.roles]).toEqual([['CUSTOMER'], ['OPERATOR']]);
    expect(await cashOf(demo.account.id)).toMatchObject([
      { buying_power: '100000.00', ledger_cash: '100000.00000000', ledger_sum: '0.00000000' },
    ]);
    expect(await cashOf(operator.account.id)).toMatchObject([
      { buying_power: '0.00', ledger_cash: '0.00000000' },
    ]);
    const instruments = await sql`select symbol from instruments order by symbol`;
    expect(instruments.map((row) => row.symbol)).toEqual(['AAPL', 'FB', 'GOOG', 'IBM', 'MSFT']);
  });

  it('is rejected in production', async () => {
    await expect(seedDemo(url, 'production')).rejects.toThrow(
      'HUB_PROFILE=production has none of them',
    );
  });
});

describe('accounts of tests', () => {
  it('are funded by the ledger, and can log in', async () => {
    const accounts = await createFundedAccounts(sql, 25, { cash: '1234.56' });
    expect(new Set(accounts.map(({ accountId }) => accountId)).size).toBe(25);
    const [first] = accounts;
    if (!first) throw new Error('no account was made');
    expect(await cashOf(first.accountId)).toMatchObject([
      { buying_power: '1234.56', ledger_cash: '1234.56000000', ledger_sum: '0.00000000' },
    ]);
    const user = await createUserStore(sql).findByEmail(first.email);
    expect(user).toMatchObject({ id: first.userId, account: { id: first.accountId } });
    expect(
      await (await createPasswordHasher()).verify(
        user?.passwordHash ?? null,
        first.password,
        'here',
      ),
    ).toBe(true);
  });

  it('may be empty', async () => {
    const [account] = await createFundedAccounts(sql, 1, { cash: '0.00', roles: ['OPERATOR'] });
    expect(await cashOf(account?.accountId ?? '')).toMatchObject([
      { buying_power: '0.00', ledger_cash: '0.00000000' },
    ]);
  });
});
