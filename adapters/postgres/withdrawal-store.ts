import type postgres from 'postgres';
import type {
  Withdrawal,
  WithdrawalListPosition,
  WithdrawalOutcome,
  WithdrawalStore,
  WithdrawalWrite,
} from '../../contracts/ports/withdrawals.ts';
import { Decimal, formatCash } from '../../domain/money/decimal.ts';
import { guardDatabasePort } from './database-errors.ts';
import { toTimestamp } from './timestamp.ts';

type Sql = postgres.Sql;

interface WithdrawalRow {
  id: string;
  account_id: string;
  amount: string;
  created_at: string | Date;
}

/** What write_withdrawal answers. */
type Answer =
  | { outcome: 'WRITTEN' | 'REPLAYED'; response: Withdrawal }
  | { outcome: 'INSUFFICIENT'; available: string }
  | { outcome: 'KEY_REUSED' | 'ACCOUNT_NOT_FOUND' };

/** Withdrawals in Postgres. The write is a function of the database: it compares and writes under the account's lock. */
export const createWithdrawalStore = (sql: Sql): WithdrawalStore =>
  guardDatabasePort<WithdrawalStore>({
    writeWithdrawal: (write) => writeWithdrawal(sql, write),
    listWithdrawals: (accountId, after, limit) => listWithdrawals(sql, accountId, after, limit),
  });

async function writeWithdrawal(sql: Sql, write: WithdrawalWrite): Promise<WithdrawalOutcome> {
  const { withdrawal, requestedBy, idempotency, transfers, audit } = write;
  const { id, accountId, amount, createdAt } = withdrawal;
  const document = { id, accountId, amount, createdAt, requestedBy, idempotency, postings: transfers, audit, response: withdrawal };
  const [row] = await sql<{ answer: Answer }[]>`select write_withdrawal(${JSON.stringify(document)}::text::jsonb) as answer`;
  if (!row) throw new Error('write_withdrawal answered nothing');
  const { answer } = row;
  switch (answer.outcome) {
    case 'WRITTEN':
    case 'REPLAYED':
      return { outcome: answer.outcome, withdrawal: inFixedOrder(answer.response) };
    case 'INSUFFICIENT':
      return { outcome: answer.outcome, available: formatCash(new Decimal(answer.available)) };
    default:
      return { outcome: answer.outcome };
  }
}

async function listWithdrawals(sql: Sql, accountId: string, after: WithdrawalListPosition | null, limit: number): Promise<Withdrawal[]> {
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
