import { Decimal, formatDecimal } from '../domain/money/decimal.ts';
import { ownQuantity, standingOf } from './engine-state.ts';
import type {
  ExecType,
  LiveOrder,
  OrderStatus,
  OrderTerms,
  OrderView,
  QuoteUsage,
  Report,
  Standing,
} from './order.ts';

/** A row of `orders`, as postgres.js reads it: bigint and numeric are text. */
export interface OrderRow {
  client_order_id: string;
  first_sequence: string;
  terms: OrderTerms;
  replaces: string | null;
  carried_quantity: string;
  standing: Standing;
  status: OrderStatus;
  filled_quantity: string;
  leaves_quantity: string;
  reject_code: string | null;
}

/** A row of `execution_reports`. */
export interface ReportRow {
  sequence: string;
  client_order_id: string;
  exec_type: ExecType;
  order_status: OrderStatus;
  last_quantity: string | null;
  last_price: string | null;
  cumulative_quantity: string;
  leaves_quantity: string;
  stop_price: string | null;
  water_mark: string | null;
  time: Date;
  reject_code: string | null;
  in_answer: boolean;
}

/** A row of `quote_usage`. */
export interface UsageRow {
  symbol: string;
  quote_sequence: string;
  quote_time: Date;
  bid_taken: string;
  ask_taken: string;
}

export function rowToOrder(row: OrderRow, reports: readonly Report[]): OrderView {
  return {
    terms: row.terms,
    replaces: row.replaces,
    carriedQuantity: row.carried_quantity,
    quantity: ownQuantity(row.terms, new Decimal(row.carried_quantity)),
    firstSequence: Number(row.first_sequence),
    ...row.standing,
    status: row.status,
    filledQuantity: row.filled_quantity,
    leavesQuantity: row.leaves_quantity,
    rejectCode: row.reject_code,
    reports,
  };
}

export const rowToReport = (row: ReportRow): Report => ({
  sequence: Number(row.sequence),
  clientOrderId: row.client_order_id,
  execType: row.exec_type,
  orderStatus: row.order_status,
  lastQuantity: row.last_quantity,
  lastPrice: row.last_price,
  cumulativeQuantity: row.cumulative_quantity,
  leavesQuantity: row.leaves_quantity,
  stopPrice: row.stop_price,
  waterMark: row.water_mark,
  timeMs: row.time.getTime(),
  rejectCode: row.reject_code,
  inAnswer: row.in_answer,
});

export const rowToUsage = (row: UsageRow): QuoteUsage => ({
  symbol: row.symbol,
  quoteSequence: Number(row.quote_sequence),
  quoteTimeMs: row.quote_time.getTime(),
  bidTaken: row.bid_taken,
  askTaken: row.ask_taken,
});

/**
 * The JSON records below are read by `jsonb_to_recordset` in the journal's statement; their keys
 * are its column names.
 */
export const changeToRecord = (order: LiveOrder) => ({
  id: order.terms.clientOrderId,
  standing: { ...standingOf(order) },
  status: order.status,
  filled: formatDecimal(order.filled),
  leaves: formatDecimal(order.leaves),
  reject_code: order.rejectCode,
});

export const orderToRecord = (order: LiveOrder) => ({
  first_sequence: order.firstSequence,
  terms: { ...order.terms },
  replaces: order.replaces,
  carried: formatDecimal(order.carried),
  ...changeToRecord(order),
});

export const reportToRecord = (report: Report) => ({
  seq: report.sequence,
  id: report.clientOrderId,
  exec_type: report.execType,
  status: report.orderStatus,
  last_qty: report.lastQuantity,
  last_px: report.lastPrice,
  cum: report.cumulativeQuantity,
  leaves: report.leavesQuantity,
  stop_price: report.stopPrice,
  water_mark: report.waterMark,
  at: toIso(report.timeMs),
  reject_code: report.rejectCode,
  in_answer: report.inAnswer,
});

export const usageToRecord = (usage: QuoteUsage) => ({
  symbol: usage.symbol,
  seq: usage.quoteSequence,
  at: toIso(usage.quoteTimeMs),
  bid: usage.bidTaken,
  ask: usage.askTaken,
});

const toIso = (timeMs: number | null): string | null =>
  timeMs === null ? null : new Date(timeMs).toISOString();
