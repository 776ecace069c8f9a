import { Decimal, formatDecimal } from '../domain/money/decimal.ts';
import type { OrderType, Side, TimeInForce } from '../domain/order/order.ts';
import { ownQuantity } from './engine-state.ts';
import type { ExecType, LiveOrder, OrderStatus, OrderTerms, OrderView, QuoteUsage, Report } from './order.ts';

/** A row of `orders`, as postgres.js reads it: bigint and numeric are text. */
export interface OrderRow {
  client_order_id: string;
  first_sequence: string;
  symbol: string;
  side: Side;
  type: OrderType;
  time_in_force: TimeInForce;
  quantity: string;
  limit_price: string | null;
  protection_price: string | null;
  stop_price: string | null;
  trail_percent: string | null;
  auction_at: Date | null;
  expires_at: Date | null;
  replaces: string | null;
  carried_quantity: string;
  triggered: boolean;
  water_mark: string | null;
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
  const terms: OrderTerms = {
    clientOrderId: row.client_order_id,
    symbol: row.symbol,
    side: row.side,
    type: row.type,
    timeInForce: row.time_in_force,
    quantity: row.quantity,
    limitPrice: row.limit_price,
    protectionPrice: row.protection_price,
    stopPrice: row.stop_price,
    trailPercent: row.trail_percent,
    auctionAtMs: row.auction_at?.getTime() ?? null,
    expiresAtMs: row.expires_at?.getTime() ?? null,
  };
  return {
    terms,
    replaces: row.replaces,
    carriedQuantity: row.carried_quantity,
    quantity: ownQuantity(terms, new Decimal(row.carried_quantity)),
    firstSequence: Number(row.first_sequence),
    triggered: row.triggered,
    waterMark: row.water_mark,
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

/** The JSON records below are read by `jsonb_to_recordset` in the journal's statement; their keys are its column names. */
export const orderToRecord = ({ terms, ...order }: LiveOrder) => ({
  id: terms.clientOrderId,
  first_sequence: order.firstSequence,
  symbol: terms.symbol,
  side: terms.side,
  type: terms.type,
  time_in_force: terms.timeInForce,
  quantity: terms.quantity,
  limit_price: terms.limitPrice,
  protection_price: terms.protectionPrice,
  stop_price: terms.stopPrice,
  trail_percent: terms.trailPercent,
  auction_at: toIso(terms.auctionAtMs),
  expires_at: toIso(terms.expiresAtMs),
  replaces: order.replaces,
  carried: formatDecimal(order.carried),
  triggered: order.triggered,
  water_mark: order.waterMark && formatDecimal(order.waterMark),
  status: order.status,
  filled: formatDecimal(order.filled),
  leaves: formatDecimal(order.leaves),
  reject_code: order.rejectCode,
});

export const changeToRecord = (order: LiveOrder) => ({
  id: order.terms.clientOrderId,
  triggered: order.triggered,
  water_mark: order.waterMark && formatDecimal(order.waterMark),
  status: order.status,
  filled: formatDecimal(order.filled),
  leaves: formatDecimal(order.leaves),
  reject_code: order.rejectCode,
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

const toIso = (timeMs: number | null): string | null => (timeMs === null ? null : new Date(timeMs).toISOString());
