import { sql } from 'drizzle-orm';
import { boolean, check, index, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { cash, instant } from './columns.ts';

export const users = pgTable(
  'users',
  {
    id: uuid('id').primaryKey(),
    email: text('email').notNull(),
    passwordHash: text('password_hash').notNull(),
    firstName: text('first_name').notNull(),
    lastName: text('last_name').notNull(),
    roles: text('roles').array().notNull(),
    createdAt: instant('created_at').notNull().defaultNow(),
  },
  (t) => [
    uniqueIndex('users_email_key').on(sql`lower(${t.email})`),
    check('users_roles_known', sql`${t.roles} <@ array['CUSTOMER','OPERATOR']::text[] and cardinality(${t.roles}) > 0`),
  ],
);

export const accounts = pgTable(
  'accounts',
  {
    id: uuid('id').primaryKey(),
    userId: uuid('user_id')
      .notNull()
      .unique()
      .references(() => users.id),
    status: text('status').notNull().default('ACTIVE'),
    shortingAllowed: boolean('shorting_allowed').notNull().default(false),
    /** Settled plus unsettled cash: kept beside the ledger so that one row guards what new orders may use. */
    buyingPower: cash('buying_power').notNull().default('0'),
    createdAt: instant('created_at').notNull().defaultNow(),
  },
  (t) => [
    check('accounts_status_known', sql`${t.status} in ('ACTIVE','RESTRICTED')`),
    check('accounts_buying_power_not_negative', sql`${t.buyingPower} >= 0`),
  ],
);

export const refreshTokens = pgTable(
  'refresh_tokens',
  {
    id: uuid('id').primaryKey(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id),
    /** All tokens that descend from one login; a reuse of a spent one ends the whole family. */
    familyId: uuid('family_id').notNull(),
    /** SHA-256 of the token, hex. The token itself is never stored. */
    tokenHash: text('token_hash').notNull().unique(),
    issuedAt: instant('issued_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
    spentAt: instant('spent_at'),
    revokedAt: instant('revoked_at'),
  },
  (t) => [index('refresh_tokens_family').on(t.familyId), index('refresh_tokens_user').on(t.userId)],
);
