import { ORDER_STATUSES, ORDER_TYPES, SIDES, TIMES_IN_FORCE } from '../../domain/orders/order.ts';
import { type Field, type FieldTable, type NamesWith, namesOf, type ValuesOf } from '../fields.ts';

interface Sourced extends Field {
  readonly from: string;
}

/**
 * Where a field of an order gets its value, and so which rule to look for. ASKED: a term of the
 * client's. DECIDED: with the decision on the order, once. HAPPENED: from then on too, by what
 * happens to it. DERIVED: from others, when it is read; it has no column.
 */
interface OrderField extends Sourced {
  readonly from: 'ASKED' | 'DECIDED' | 'HAPPENED' | 'DERIVED';
}

type SourcedTable = Readonly<Record<string, Sourced>>;

/**
 * An order as clients and operators see it (field names after Alpaca and FIX). Row, JSON, message
 * and type follow from this table; `drizzle/schema/orders.ts` and `orders.proto` are held to it.
 */
export const ORDER_FIELDS = {
  id: { kind: 'id', from: 'DECIDED' },
  clientOrderId: { kind: 'text', from: 'ASKED' },
  accountId: { kind: 'id', from: 'DECIDED' },
  symbol: { kind: 'text', from: 'ASKED' },
  broker: {
    kind: 'text',
    nullable: true,
    from: 'DECIDED',
    description:
      'The broker that it is routed to, by the row of its instrument, for good; null when it was rejected for an unknown symbol',
  },
  side: { kind: 'word', words: SIDES, from: 'ASKED' },
  type: { kind: 'word', words: ORDER_TYPES, from: 'ASKED' },
  timeInForce: { kind: 'word', words: TIMES_IN_FORCE, from: 'ASKED' },
  quantity: {
    kind: 'decimal',
    from: 'ASKED',
    description:
      'Shares. Of an order by notional what it came to at the quote; `0` when it was rejected before that',
  },
  notional: {
    kind: 'cash',
    nullable: true,
    from: 'ASKED',
    description: 'USD that it was to come to; null when it was sent with a quantity',
  },
  limitPrice: {
    kind: 'decimal',
    nullable: true,
    from: 'ASKED',
    description: 'USD a share; LIMIT and STOP_LIMIT',
  },
  stopPrice: {
    kind: 'decimal',
    nullable: true,
    from: 'ASKED',
    description: 'USD a share; STOP and STOP_LIMIT',
  },
  trailPercent: {
    kind: 'decimal',
    nullable: true,
    from: 'ASKED',
    description: 'TRAILING_STOP: how far the stop trails behind the best price, in percent of it',
  },
  status: { kind: 'word', words: ORDER_STATUSES, from: 'HAPPENED' },
  filledQuantity: { kind: 'decimal', from: 'HAPPENED', description: 'Shares' },
  leavesQuantity: {
    kind: 'decimal',
    from: 'DERIVED',
    description: 'Shares that may still be filled; `0` once it is closed',
  },
  averageFillPrice: {
    kind: 'decimal',
    nullable: true,
    from: 'DERIVED',
    description: 'USD a share with 8 decimals at most; null while nothing is filled',
  },
  marketPriceAtSubmission: {
    kind: 'decimal',
    nullable: true,
    from: 'DECIDED',
    description: 'The side of the quote that a market order would have traded at',
  },
  marketDataTimestamp: { kind: 'time', nullable: true, from: 'DECIDED' },
  rejectCode: {
    kind: 'rejectCode',
    nullable: true,
    from: 'HAPPENED',
    description:
      'Why it is REJECTED: a code of the answers to `submitOrder` and `replaceOrder`; `BROKER_REJECTED` by the broker, ' +
      '`OPERATOR_FAILED` by an operator',
  },
  rejectFacts: {
    kind: 'facts',
    nullable: true,
    from: 'HAPPENED',
    description: 'What the rejection rests on: `{ required, available }`',
  },
  releaseAt: {
    kind: 'time',
    nullable: true,
    from: 'DECIDED',
    description: 'When it goes to the broker; null: at once',
  },
  expiresAt: { kind: 'time', nullable: true, from: 'DECIDED' },
  replaces: {
    kind: 'id',
    nullable: true,
    from: 'DECIDED',
    description: 'The order whose place this one takes',
  },
  replacedBy: {
    kind: 'id',
    nullable: true,
    from: 'HAPPENED',
    description: 'The order that took the place of this one',
  },
  submittedAt: { kind: 'time', from: 'DECIDED' },
  updatedAt: { kind: 'time', from: 'HAPPENED' },
  newAt: { kind: 'time', nullable: true, from: 'HAPPENED' },
  filledAt: { kind: 'time', nullable: true, from: 'HAPPENED' },
  canceledAt: { kind: 'time', nullable: true, from: 'HAPPENED' },
  expiredAt: { kind: 'time', nullable: true, from: 'HAPPENED' },
  rejectedAt: { kind: 'time', nullable: true, from: 'HAPPENED' },
  suspendedAt: { kind: 'time', nullable: true, from: 'HAPPENED' },
  replacedAt: { kind: 'time', nullable: true, from: 'HAPPENED' },
  triggeredAt: {
    kind: 'time',
    nullable: true,
    from: 'HAPPENED',
    description:
      'When its stop was reached, by this order or by one whose place it took: it works as MARKET or LIMIT since',
  },
  currentStopPrice: {
    kind: 'decimal',
    nullable: true,
    from: 'HAPPENED',
    description:
      'Where its stop lies, or lay when it was reached. Of a TRAILING_STOP that was not triggered null unless it is open at ' +
      'the broker and the broker answers',
  },
  highWaterMark: {
    kind: 'decimal',
    nullable: true,
    from: 'HAPPENED',
    description:
      'The best last price that a TRAILING_STOP trails behind: the highest for SELL, the lowest for BUY. Null as above',
  },
} as const satisfies Readonly<Record<string, OrderField>>;

/** Columns of an order that the hub works with and shows to nobody. */
export const HUB_FIELDS = {
  /** Worst price at which an order without a limit price may trade; the cash hold rests on it. */
  protectionPrice: { kind: 'decimal', nullable: true, from: 'DECIDED' },
  /** OPG, CLS: when the broker holds the auction. */
  auctionAt: { kind: 'time', nullable: true, from: 'DECIDED' },
  /** What a rejected cancel or replace restores. */
  restoreStatus: { kind: 'word', words: ORDER_STATUSES, nullable: true, from: 'HAPPENED' },
  /** Who asked first to cancel it, and when that was asked last; null once it is rejected. */
  cancelRequestedBy: { kind: 'text', nullable: true, from: 'HAPPENED' },
  cancelRequestedAt: { kind: 'time', nullable: true, from: 'HAPPENED' },
  /** Exact Σ quantity × price of its fills, in USD. */
  filledNotional: { kind: 'decimal', from: 'HAPPENED' },
} as const satisfies Readonly<Record<string, OrderField>>;

/** One fill, booked. FILL: with the fill. SETTLEMENT: with its settlement instruction. */
export const EXECUTION_FIELDS = {
  id: { kind: 'id', from: 'FILL' },
  orderId: { kind: 'id', from: 'FILL' },
  broker: { kind: 'text', from: 'FILL' },
  brokerExecutionId: {
    kind: 'text',
    from: 'FILL',
    description: "The broker's own: unique per broker",
  },
  symbol: { kind: 'text', from: 'FILL' },
  side: { kind: 'word', words: SIDES, from: 'FILL' },
  quantity: { kind: 'decimal', from: 'FILL' },
  price: { kind: 'decimal', from: 'FILL' },
  cash: { kind: 'cash', from: 'FILL', description: 'USD that the fill moved' },
  executedAt: { kind: 'time', from: 'FILL' },
  tradeDate: {
    kind: 'date',
    from: 'SETTLEMENT',
    description: 'The date of the market on which it was traded',
  },
  settlementDate: {
    kind: 'date',
    from: 'SETTLEMENT',
    description: 'The date of the market on which cash and shares change hands',
  },
  settlementStatus: {
    kind: 'word',
    words: ['PENDING', 'SETTLED', 'IN_REPAIR'],
    from: 'SETTLEMENT',
    description: 'IN_REPAIR: it could not be settled on its day and has a workflow of its own',
  },
} as const satisfies SourcedTable;

/** One step of an order's audit trail. */
export const AUDIT_EVENT_FIELDS = {
  sequence: { kind: 'count', description: 'From 1 without gaps, of one order' },
  actor: { kind: 'text' },
  action: { kind: 'text' },
  details: { kind: 'details' },
  occurredAt: { kind: 'time' },
} as const satisfies FieldTable;

type From<T extends SourcedTable, F extends T[keyof T]['from']> = NamesWith<T, { from: F }>;

export interface Order extends ValuesOf<typeof ORDER_FIELDS> {}
export interface Execution extends ValuesOf<typeof EXECUTION_FIELDS> {}
export interface AuditEvent extends ValuesOf<typeof AUDIT_EVENT_FIELDS> {}

export type HubFields = ValuesOf<typeof HUB_FIELDS>;

/** What a client asks for, by the order's own field names. */
export type TermName = From<typeof ORDER_FIELDS, 'ASKED'>;

/** What is decided with an order beside what clients see. */
export type DecidedHubFields = Pick<HubFields, From<typeof HUB_FIELDS, 'DECIDED'>>;

/** What an event may change of an order that is decided on. */
export type HappenedFields = Pick<Order, From<typeof ORDER_FIELDS, 'HAPPENED'>> &
  Pick<HubFields, From<typeof HUB_FIELDS, 'HAPPENED'>>;

/** The fields of the table that come from where it is said. */
export const namesFrom = <T extends SourcedTable, F extends T[keyof T]['from']>(
  table: T,
  ...from: readonly F[]
): readonly (From<T, F> & string)[] =>
  namesOf(table).filter((name): name is From<T, F> & string =>
    from.some((one) => one === table[name]?.from),
  );

export const TERM_NAMES = namesFrom(ORDER_FIELDS, 'ASKED');
