import { sql } from 'drizzle-orm';
import { boolean, check, date, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { instant } from './columns.ts';
import { accounts } from './users.ts';

export const instruments = pgTable(
  'instruments',
  {
    symbol: text('symbol').primaryKey(),
    name: text('name').notNull(),
    exchange: text('exchange').notNull(),
    currency: text('currency').notNull().default('USD'),
    tradable: boolean('tradable').notNull().default(true),
    fractionable: boolean('fractionable').notNull().default(true),
    /** Where its orders go: a name of BROKERS. Orders that were accepted stay where they are. */
    broker: text('broker').notNull().default('paper-broker'),
  },
  (t) => [check('instruments_symbol_form', sql`${t.symbol} ~ '^[A-Z][A-Z0-9.]{0,9}$'`)],
);

/**
 * Sessions of one instrument that differ from the market's calendar: a row replaces the calendar's
 * session of its (UTC) date; a row that opens and closes at the same instant is a day without
 * trading.
 */
export const tradingSessions = pgTable(
  'trading_sessions',
  {
    symbol: text('symbol')
      .notNull()
      .references(() => instruments.symbol),
    sessionDate: date('session_date', { mode: 'string' }).notNull(),
    opensAt: instant('opens_at').notNull(),
    closesAt: instant('closes_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.symbol, t.sessionDate] }),
    check('trading_sessions_in_order', sql`${t.closesAt} >= ${t.opensAt}`),
  ],
);

export const watchlistItems = pgTable(
  'watchlist_items',
  {
    accountId: uuid('account_id')
      .notNull()
      .references(() => accounts.id),
    symbol: text('symbol')
      .notNull()
      .references(() => instruments.symbol),
    addedAt: instant('added_at').notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.accountId, t.symbol] })],
);
