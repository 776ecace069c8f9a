import { sql } from 'drizzle-orm';
import {
  bigint,
  check,
  index,
  integer,
  jsonb,
  numeric,
  pgTable,
  primaryKey,
  text,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { ORDER_STATUSES, ORDER_TYPES, SIDES, TIMES_IN_FORCE } from '../../domain/orders/order.ts';
import { cash, exactNotional, instant, listOf, quantity } from './columns.ts';
import { accounts } from './users.ts';

export const orders = pgTable(
  'orders',
  {
    id: uuid('id').primaryKey(),
    accountId: uuid('account_id')
      .notNull()
      .references(() => accounts.id),
    clientOrderId: text('client_order_id').notNull(),
    /**
     * No foreign key: an order for a symbol that is not known is rejected, and its rejection is
     * kept.
     */
    symbol: text('symbol').notNull(),
    /** Chosen by the instrument's row when it is accepted, for good; null: rejected, and no row. */
    broker: text('broker'),
    side: text('side').notNull(),
    type: text('type').notNull(),
    timeInForce: text('time_in_force').notNull(),
    quantity: quantity('quantity').notNull(),
    notional: cash('notional'),
    limitPrice: quantity('limit_price'),
    stopPrice: quantity('stop_price'),
    trailPercent: numeric('trail_percent', { precision: 7, scale: 4 }),
    /** Worst price at which an order without a limit price may trade; the cash hold rests on it. */
    protectionPrice: quantity('protection_price'),
    status: text('status').notNull(),
    /** What a rejected cancel or replace restores. */
    restoreStatus: text('restore_status'),
    /** Who asked first to cancel it, and when that was asked last; null once it is rejected. */
    cancelRequestedBy: text('cancel_requested_by'),
    cancelRequestedAt: instant('cancel_requested_at'),
    filledQuantity: quantity('filled_quantity').notNull().default('0'),
    filledNotional: exactNotional('filled_notional').notNull().default('0'),
    marketPriceAtSubmission: quantity('market_price_at_submission'),
    marketDataTimestamp: instant('market_data_timestamp'),
    rejectCode: text('reject_code'),
    rejectFacts: jsonb('reject_facts').$type<Record<string, string>>(),
    /** Grows with each change: a writer that decided on an older state is turned away. */
    version: integer('version').notNull().default(1),
    /** When it goes to the broker; null: at once. */
    releaseAt: instant('release_at'),
    /** OPG, CLS: when the broker holds the auction. */
    auctionAt: instant('auction_at'),
    expiresAt: instant('expires_at'),
    /** The order whose place this one takes, or was to take. */
    replaces: uuid('replaces'),
    replacedBy: uuid('replaced_by'),
    submittedAt: instant('submitted_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
    newAt: instant('new_at'),
    filledAt: instant('filled_at'),
    canceledAt: instant('canceled_at'),
    expiredAt: instant('expired_at'),
    rejectedAt: instant('rejected_at'),
    suspendedAt: instant('suspended_at'),
    replacedAt: instant('replaced_at'),
    /** When the stop was reached, by this order or by one whose place it took. */
    triggeredAt: instant('triggered_at'),
    /** Where the stop lies; of a TRAILING_STOP, and its mark, known once it was triggered. */
    currentStopPrice: quantity('current_stop_price'),
    highWaterMark: quantity('high_water_mark'),
  },
  (t) => [
    unique('orders_client_order_id_key').on(t.accountId, t.clientOrderId),
    check('orders_side_known', sql`${t.side} in (${listOf(SIDES)})`),
    check('orders_type_known', sql`${t.type} in (${listOf(ORDER_TYPES)})`),
    check('orders_time_in_force_known', sql`${t.timeInForce} in (${listOf(TIMES_IN_FORCE)})`),
    check('orders_status_known', sql`${t.status} in (${listOf(ORDER_STATUSES)})`),
    check(
      'orders_quantity_positive',
      sql`${t.quantity} > 0 or (${t.quantity} = 0 and ${t.notional} is not null and ${t.status} = 'REJECTED')`,
    ),
    check(
      'orders_never_over_filled',
      sql`${t.filledQuantity} >= 0 and ${t.filledQuantity} <= ${t.quantity}`,
    ),
    check(
      'orders_filled_is_full',
      sql`${t.status} <> 'FILLED' or ${t.filledQuantity} = ${t.quantity}`,
    ),
    check(
      'orders_rejected_has_code',
      sql`(${t.status} = 'REJECTED') = (${t.rejectCode} is not null)`,
    ),
    check('orders_routed', sql`${t.broker} is not null or ${t.status} = 'REJECTED'`),
    index('orders_of_account').on(t.accountId, t.submittedAt.desc(), t.id.desc()),
    index('orders_open_of_account')
      .on(t.accountId, t.submittedAt.desc(), t.id.desc())
      .where(sql`${t.status} not in ('FILLED','CANCELED','REPLACED','REJECTED','EXPIRED')`),
    /** Of all accounts: operators' lists, and bulk operations of the open ones. */
    index('orders_submitted').on(t.submittedAt.desc(), t.id.desc()),
    index('orders_open')
      .on(t.submittedAt.desc(), t.id.desc())
      .where(sql`${t.status} not in ('FILLED','CANCELED','REPLACED','REJECTED','EXPIRED')`),
    index('orders_suspended').on(t.suspendedAt).where(sql`${t.status} = 'SUSPENDED'`),
    index('orders_replacing').on(t.replaces).where(sql`${t.replaces} is not null`),
    index('orders_to_be_canceled')
      .on(t.cancelRequestedAt)
      .where(
        sql`${t.cancelRequestedBy} is not null and ${t.status} not in ('FILLED','CANCELED','REPLACED','REJECTED','EXPIRED')`,
      ),
    index('orders_unacknowledged').on(t.submittedAt).where(sql`${t.status} = 'PENDING_NEW'`),
  ],
);

export const executions = pgTable(
  'executions',
  {
    id: uuid('id').primaryKey(),
    broker: text('broker').notNull(),
    /** The broker's own: two brokers may give the same. */
    brokerExecutionId: text('broker_execution_id').notNull(),
    orderId: uuid('order_id')
      .notNull()
      .references(() => orders.id),
    accountId: uuid('account_id')
      .notNull()
      .references(() => accounts.id),
    symbol: text('symbol').notNull(),
    side: text('side').notNull(),
    quantity: quantity('quantity').notNull(),
    price: quantity('price').notNull(),
    cash: cash('cash').notNull(),
    executedAt: instant('executed_at').notNull(),
    bookedAt: instant('booked_at').notNull().defaultNow(),
  },
  (t) => [
    unique('executions_broker_execution_id_key').on(t.broker, t.brokerExecutionId),
    check('executions_positive', sql`${t.quantity} > 0 and ${t.price} > 0 and ${t.cash} >= 0`),
    index('executions_of_order').on(t.orderId, t.executedAt),
  ],
);

/** The step of an order that has used up its quick retries and not succeeded since: one, or none. */
export const orderTroubles = pgTable(
  'order_troubles',
  {
    orderId: uuid('order_id')
      .primaryKey()
      .references(() => orders.id),
    step: text('step').notNull(),
    /** Stable code of the last failure. */
    code: text('code').notNull(),
    attempt: integer('attempt').notNull(),
    /** Null: an operator decides. */
    nextAttemptAt: instant('next_attempt_at'),
    /** When the first attempt failed that has not been made up for. */
    since: instant('since').notNull(),
  },
  (t) => [index('order_troubles_of_step').on(t.step, t.code)],
);

/** What is set aside for an open order: cash of a buyer, shares of a seller. */
export const holds = pgTable(
  'holds',
  {
    orderId: uuid('order_id')
      .primaryKey()
      .references(() => orders.id),
    accountId: uuid('account_id')
      .notNull()
      .references(() => accounts.id),
    kind: text('kind').notNull(),
    symbol: text('symbol').notNull(),
    /** USD a share that the cash hold is counted with. */
    price: quantity('price'),
    /** USD for CASH, shares for SHARES. */
    amount: quantity('amount').notNull(),
    remaining: quantity('remaining').notNull(),
    releasedAt: instant('released_at'),
  },
  (t) => [
    check('holds_kind_known', sql`${t.kind} in ('CASH','SHARES')`),
    check('holds_not_negative', sql`${t.remaining} >= 0 and ${t.remaining} <= ${t.amount}`),
    index('holds_open_of_account').on(t.accountId).where(sql`${t.remaining} > 0`),
  ],
);

export const auditEvents = pgTable(
  'audit_events',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    accountId: uuid('account_id').references(() => accounts.id),
    orderId: uuid('order_id'),
    actor: text('actor').notNull(),
    action: text('action').notNull(),
    details: jsonb('details').$type<Record<string, unknown>>().notNull().default({}),
    occurredAt: instant('occurred_at').notNull().defaultNow(),
  },
  (t) => [
    index('audit_events_of_order').on(t.orderId, t.id),
    /** What a bulk operation asks of an order is recorded once. */
    uniqueIndex('audit_events_of_bulk')
      .on(sql`(${t.details}->>'bulkId')`, t.action, t.orderId)
      .where(sql`${t.details}->>'bulkId' is not null`),
  ],
);

/** First answers, kept so that a repeated request gets them again. */
export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    accountId: uuid('account_id')
      .notNull()
      .references(() => accounts.id),
    operation: text('operation').notNull(),
    key: text('key').notNull(),
    fingerprint: text('fingerprint').notNull(),
    response: jsonb('response').notNull(),
    createdAt: instant('created_at').notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.accountId, t.operation, t.key] }),
    index('idempotency_keys_age').on(t.createdAt),
  ],
);

/** How far a broker's row of execution reports has been taken in. */
export const brokerSessions = pgTable('broker_sessions', {
  broker: text('broker').primaryKey(),
  lastSequence: bigint('last_sequence', { mode: 'number' }).notNull(),
  /** When a report was last taken in. */
  updatedAt: instant('updated_at').notNull().defaultNow(),
  /** When the broker last said anything, a sign of life included. */
  heardAt: instant('heard_at').notNull().defaultNow(),
});

/**
 * Where the broker's books and ours differ, or a report could not be taken in: for a person to look
 * at.
 */
export const breaks = pgTable(
  'breaks',
  {
    id: uuid('id').primaryKey(),
    /** From the business: raising the same break twice is raising it once. */
    key: text('key').notNull().unique(),
    kind: text('kind').notNull(),
    broker: text('broker').notNull(),
    accountId: uuid('account_id').references(() => accounts.id),
    orderId: uuid('order_id').references(() => orders.id),
    brokerExecutionId: text('broker_execution_id'),
    details: jsonb('details').$type<Record<string, unknown>>().notNull().default({}),
    raisedAt: instant('raised_at').notNull().defaultNow(),
    resolvedAt: instant('resolved_at'),
    resolvedBy: text('resolved_by'),
    resolution: text('resolution'),
  },
  (t) => [
    check(
      'breaks_kind_known',
      sql`${t.kind} in ('LATE_FILL','IMPOSSIBLE_REPORT','UNKNOWN_ORDER','REPORT_GAP')`,
    ),
    check(
      'breaks_resolution_whole',
      sql`(${t.resolvedAt} is null) = (${t.resolvedBy} is null) and (${t.resolvedAt} is null) = (${t.resolution} is null)`,
    ),
    index('breaks_open').on(t.raisedAt, t.id).where(sql`${t.resolvedAt} is null`),
  ],
);
