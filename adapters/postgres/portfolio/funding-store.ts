import type postgres from 'postgres';
import type {
  DepositOutcome,
  FundingStore,
  Withdrawal,
  WithdrawalContext,
  WithdrawalListPosition,
} from '../../../contracts/portfolio/funding.ts';
import type { CashBalances } from '../../../contracts/portfolio/portfolio-reader.ts';
import { Decimal, formatCash } from '../../../domain/money/decimal.ts';
import { guardDatabasePort, unlessChanged } from '../database-errors.ts';
import { toTimestamp } from '../timestamp.ts';
import { cashColumns, cashOf, toCash } from './cash-columns.ts';

type Sql = postgres.Sql;

interface WithdrawalRow {
  id: string;
  account_id: string;
  amount: string;
  created_at: string | Date;
}

type ContextRow = CashBalances & { fingerprint: string | null; response: Withdrawal | null };

/**
 * Deposits and withdrawals in Postgres. The writes are functions of the database, which compare and
 * write under the account's lock.
 */
export const createFundingStore = (sql: Sql): FundingStore =>
  guardDatabasePort<FundingStore>({
    readWithdrawal: (accountId, key) => readWithdrawal(sql, accountId, key),
    writeWithdrawal: (write) =>
      unlessChanged(async () => {
        await sql`select write_withdrawal(${JSON.stringify(write)}::text::jsonb)`;
        return 'WRITTEN' as const;
      }),
    listWithdrawals: (accountId, after, limit) => listWithdrawals(sql, accountId, after, limit),
    async writeDeposit(write) {
      const [row] = await sql<{ outcome: DepositOutcome }[]>`
        select write_deposit(${JSON.stringify(write)}::text::jsonb) as outcome`;
      if (!row) throw new Error('write_deposit answered nothing');
      return row.outcome;
    },
  });

async function readWithdrawal(
  sql: Sql,
  accountId: string,
  key: string | null,
): Promise<WithdrawalContext | null> {
  const [row] = await sql<ContextRow[]>`
    select ${cashColumns(sql)}, i.fingerprint, i.response
    from accounts a
    cross join lateral (${cashOf(sql)}) c
    left join idempotency_keys i
      on i.account_id = a.id and i.operation = 'withdraw' and i.key = ${key}
    where a.id = ${accountId}`;
  if (!row) return null;
  const { fingerprint, response } = row;
  return {
    cash: toCash(row),
    firstAnswer:
      fingerprint === null || response === null
        ? null
        : { fingerprint, withdrawal: inFixedOrder(response) },
  };
}

async function listWithdrawals(
  sql: Sql,
  accountId: string,
  after: WithdrawalListPosition | null,
  limit: number,
): Promise<Withdrawal[]> {
  const rows = await sql<WithdrawalRow[]>`
    select id, account_id, amount, created_at from withdrawals
    where account_id = ${accountId}
      ${after === null ? sql`` : sql`and (created_at, id) < (${after.createdAt}::timestamptz, ${after.id}::uuid)`}
    order by created_at desc nulls last, id desc nulls last
    limit ${limit}`;
  return rows.map((row) => ({
    id: row.id,
    accountId: row.account_id,
    currency: 'USD',
    amount: formatCash(new Decimal(row.amount)),
    createdAt: toTimestamp(row.created_at),
  }));
}

/** jsonb orders the fields its own way; equal answers are to be equal text. */
const inFixedOrder = ({ id, accountId, currency, amount, createdAt }: Withdrawal): Withdrawal => ({
  id,
  accountId,
  currency,
  amount,
  createdAt,
});
