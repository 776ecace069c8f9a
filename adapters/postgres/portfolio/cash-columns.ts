import type postgres from 'postgres';
import type { CashBalances } from '../../../contracts/portfolio/portfolio-reader.ts';

type Sql = postgres.Sql;

/** `CashBalances` of account `a`, given {@link cashOf} as `c`. */
export const cashColumns = (sql: Sql) =>
  sql`c.settled, c.unsettled, c.held, least_due_cash(a.id) as "leastDue"`;

/** A lateral query: the ledger's cash accounts of account `a`, in USD. */
export const cashOf = (sql: Sql) => sql`
  select coalesce(sum(l.balance) filter (where l.kind = 'CASH_SETTLED'), 0) as settled,
         coalesce(sum(l.balance) filter (where l.kind = 'CASH_UNSETTLED'), 0) as unsettled,
         coalesce(sum(l.balance) filter (where l.kind = 'CASH_HELD'), 0) as held
  from ledger_accounts l
  where l.account_id = a.id and l.kind in ('CASH_SETTLED', 'CASH_UNSETTLED', 'CASH_HELD') and l.asset = 'USD'`;

export const toCash = ({ settled, unsettled, held, leastDue }: CashBalances): CashBalances => ({
  settled,
  unsettled,
  held,
  leastDue,
});
