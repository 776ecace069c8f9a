import { sql } from 'drizzle-orm';
import {
  bigint,
  check,
  foreignKey,
  index,
  integer,
  numeric,
  pgTable,
  primaryKey,
  text,
  uuid,
} from 'drizzle-orm/pg-core';
import { LEDGER_ACCOUNT_KINDS } from '../../domain/ledger/transfers.ts';
import { exactNotional, instant, quantity } from './columns.ts';
import { accounts } from './users.ts';

export const positions = pgTable(
  'positions',
  {
    accountId: uuid('account_id')
      .notNull()
      .references(() => accounts.id),
    symbol: text('symbol').notNull(),
    quantity: quantity('quantity').notNull(),
    /** Shares set aside for open sell orders. */
    heldQuantity: quantity('held_quantity').notNull().default('0'),
    averagePrice: quantity('average_price').notNull(),
    costBasis: exactNotional('cost_basis').notNull(),
    realizedPnl: exactNotional('realized_pnl').notNull(),
    status: text('status').notNull(),
    positionType: text('position_type').notNull(),
    lastTradeAt: instant('last_trade_at'),
    version: integer('version').notNull().default(1),
  },
  (t) => [
    primaryKey({ columns: [t.accountId, t.symbol] }),
    check(
      'positions_status_known',
      sql`${t.status} = case when ${t.quantity} = 0 then 'CLOSED' else 'ACTIVE' end`,
    ),
    check('positions_type_known', sql`${t.positionType} in ('LONG','SHORT')`),
    check('positions_basis_not_negative', sql`${t.costBasis} >= 0`),
    /**
     * More than the position holds after a late sale, which no hold had kept the shares for: the
     * broker's word wins, and no further sale is accepted.
     */
    check('positions_held_not_negative', sql`${t.heldQuantity} >= 0`),
  ],
);

/**
 * Accounts of the double-entry ledger: per customer account, kind and asset (USD or a symbol).
 * Balance = credits − debits. The house's kinds are kept per customer account too, so no row is
 * shared by all.
 */
export const ledgerAccounts = pgTable(
  'ledger_accounts',
  {
    accountId: uuid('account_id')
      .notNull()
      .references(() => accounts.id),
    kind: text('kind').notNull(),
    asset: text('asset').notNull(),
    balance: numeric('balance', { precision: 28, scale: 8 }).notNull().default('0'),
  },
  (t) => [
    primaryKey({ columns: [t.accountId, t.kind, t.asset] }),
    check(
      'ledger_accounts_kind_known',
      sql`${t.kind} in (${sql.raw(LEDGER_ACCOUNT_KINDS.map((kind) => `'${kind}'`).join(','))})`,
    ),
    check(
      'ledger_accounts_cash_not_negative',
      sql`${t.kind} not in ('CASH_SETTLED','CASH_HELD') or ${t.balance} >= 0`,
    ),
  ],
);

/** Immutable. Moves `amount` of `asset` from the debited to the credited account. */
export const ledgerTransfers = pgTable(
  'ledger_transfers',
  {
    /**
     * From the business: `order/<id>/accepted/HOLD`, `order/<id>/<brokerExecutionId>/TRADE_CASH`.
     * Posting twice is posting once.
     */
    key: text('key').primaryKey(),
    id: bigint('id', { mode: 'number' }).notNull().generatedAlwaysAsIdentity(),
    accountId: uuid('account_id').notNull(),
    code: text('code').notNull(),
    debitKind: text('debit_kind').notNull(),
    creditKind: text('credit_kind').notNull(),
    asset: text('asset').notNull(),
    amount: numeric('amount', { precision: 28, scale: 8 }).notNull(),
    orderId: uuid('order_id'),
    executionId: uuid('execution_id'),
    postedAt: instant('posted_at').notNull().defaultNow(),
  },
  (t) => [
    foreignKey({
      name: 'ledger_transfers_debit',
      columns: [t.accountId, t.debitKind, t.asset],
      foreignColumns: [ledgerAccounts.accountId, ledgerAccounts.kind, ledgerAccounts.asset],
    }),
    foreignKey({
      name: 'ledger_transfers_credit',
      columns: [t.accountId, t.creditKind, t.asset],
      foreignColumns: [ledgerAccounts.accountId, ledgerAccounts.kind, ledgerAccounts.asset],
    }),
    check('ledger_transfers_amount_positive', sql`${t.amount} > 0`),
    check('ledger_transfers_two_sides', sql`${t.debitKind} <> ${t.creditKind}`),
    index('ledger_transfers_of_account').on(t.accountId, t.id),
  ],
);
