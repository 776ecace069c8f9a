import { sql } from 'drizzle-orm';
import {
  boolean,
  check,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
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
    /** In a row, from anywhere; a login ends the row. */
    failedLoginAttempts: integer('failed_login_attempts').notNull().default(0),
    /** Until then only networks that the user has logged in from before may try. */
    lockedUntil: instant('locked_until'),
  },
  (t) => [
    uniqueIndex('users_email_key').on(sql`lower(${t.email})`),
    check(
      'users_roles_known',
      sql`${t.roles} <@ array['CUSTOMER','OPERATOR']::text[] and cardinality(${t.roles}) > 0`,
    ),
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
    /**
     * Settled plus unsettled cash: kept beside the ledger so that one row guards what new orders
     * may use.
     */
    buyingPower: cash('buying_power').notNull().default('0'),
    /** Kept by a trigger on `orders`. */
    openOrders: integer('open_orders').notNull().default(0),
    createdAt: instant('created_at').notNull().defaultNow(),
  },
  (t) => [
    check('accounts_status_known', sql`${t.status} in ('ACTIVE','RESTRICTED')`),
    check('accounts_buying_power_not_negative', sql`${t.buyingPower} >= 0`),
  ],
);

/** One login, however often its tokens are refreshed. */
export const userSessions = pgTable(
  'user_sessions',
  {
    id: uuid('id').primaryKey(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id),
    createdAt: instant('created_at').notNull(),
    lastUsedAt: instant('last_used_at').notNull(),
    /** When its last refresh token expires. */
    expiresAt: instant('expires_at').notNull(),
    /** By the database's clock: every process counts from it. */
    endedAt: instant('ended_at'),
    endReason: text('end_reason'),
  },
  (t) => [
    index('user_sessions_of_user').on(t.userId, t.lastUsedAt),
    /** What the API's processes read every second. */
    index('user_sessions_ended').on(t.endedAt).where(sql`${t.endedAt} is not null`),
    check('user_sessions_end_is_explained', sql`(${t.endedAt} is null) = (${t.endReason} is null)`),
  ],
);

/** Networks that a user has logged in from; a lock of the user's for all others spares them. */
export const loginAddresses = pgTable(
  'login_addresses',
  {
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id),
    /** An IPv4 address, or the /64 of an IPv6 address. */
    address: text('address').notNull(),
    lastLoginAt: instant('last_login_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.userId, t.address] })],
);

export const refreshTokens = pgTable(
  'refresh_tokens',
  {
    id: uuid('id').primaryKey(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id),
    /** A reuse of a spent token ends the whole session. */
    sessionId: uuid('session_id')
      .notNull()
      .references(() => userSessions.id, { onDelete: 'cascade' }),
    /** SHA-256 of the token, hex. The token itself is never stored. */
    tokenHash: text('token_hash').notNull().unique(),
    issuedAt: instant('issued_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
    spentAt: instant('spent_at'),
  },
  (t) => [
    index('refresh_tokens_session').on(t.sessionId),
    index('refresh_tokens_user').on(t.userId),
  ],
);
