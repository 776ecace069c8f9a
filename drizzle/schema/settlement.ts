import { sql } from 'drizzle-orm';
import { check, date, index, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { cash, instant } from './columns.ts';
import { executions } from './orders.ts';
import { accounts } from './users.ts';

/** One per execution: cash against shares, on the settlement date. */
export const settlementInstructions = pgTable(
  'settlement_instructions',
  {
    executionId: uuid('execution_id')
      .primaryKey()
      .references(() => executions.id),
    accountId: uuid('account_id')
      .notNull()
      .references(() => accounts.id),
    /** The market's dates. */
    tradeDate: date('trade_date', { mode: 'string' }).notNull(),
    settlementDate: date('settlement_date', { mode: 'string' }).notNull(),
    status: text('status').notNull().default('PENDING'),
    /** Why it is in repair: the clearing house's reason, or ours. */
    reason: text('reason'),
    settledAt: instant('settled_at'),
  },
  (t) => [
    check(
      'settlement_instructions_status_known',
      sql`${t.status} in ('PENDING','SETTLED','IN_REPAIR')`,
    ),
    check(
      'settlement_instructions_settled_at',
      sql`(${t.status} = 'SETTLED') = (${t.settledAt} is not null)`,
    ),
    index('settlement_instructions_due')
      .on(t.settlementDate, t.accountId, t.executionId)
      .where(sql`${t.status} = 'PENDING'`),
    index('settlement_instructions_in_repair')
      .on(t.executionId)
      .where(sql`${t.status} = 'IN_REPAIR'`),
  ],
);

/** Settled cash that left an account. Immutable. */
export const withdrawals = pgTable(
  'withdrawals',
  {
    id: uuid('id').primaryKey(),
    accountId: uuid('account_id')
      .notNull()
      .references(() => accounts.id),
    amount: cash('amount').notNull(),
    requestedBy: text('requested_by').notNull(),
    createdAt: instant('created_at').notNull().defaultNow(),
  },
  (t) => [
    check('withdrawals_positive', sql`${t.amount} > 0`),
    index('withdrawals_of_account').on(t.accountId, t.createdAt.desc(), t.id.desc()),
  ],
);
