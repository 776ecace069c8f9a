import { create } from '@bufbuild/protobuf';
import { timestampFromMs, timestampMs } from '@bufbuild/protobuf/wkt';
import type { OrderType, Side, TimeInForce } from '../domain/order/order.ts';
import {
  ExecutionReportSchema,
  type PlaceOrderRequest,
  ExecType as ProtoExecType,
  FaultMode as ProtoFaultMode,
  OrderType as ProtoOrderType,
  type ExecutionReport as ProtoReport,
  Side as ProtoSide,
  VenueStatus as ProtoStatus,
  TimeInForce as ProtoTimeInForce,
  type VenueOrder as ProtoVenueOrder,
  VenueOrderSchema,
} from '../proto/gen/hub/v1/broker_pb.js';
import type { FaultMode } from './faults.ts';
import type { ExecType, OrderStatus, OrderTerms, OrderView, Report } from './order.ts';

const SIDES: Record<Side, ProtoSide> = { BUY: ProtoSide.BUY, SELL: ProtoSide.SELL };
const TYPES: Record<OrderType, ProtoOrderType> = {
  MARKET: ProtoOrderType.MARKET,
  LIMIT: ProtoOrderType.LIMIT,
  STOP: ProtoOrderType.STOP,
  STOP_LIMIT: ProtoOrderType.STOP_LIMIT,
  TRAILING_STOP: ProtoOrderType.TRAILING_STOP,
};
const TIMES_IN_FORCE: Record<TimeInForce, ProtoTimeInForce> = {
  DAY: ProtoTimeInForce.DAY,
  GTC: ProtoTimeInForce.GTC,
  IOC: ProtoTimeInForce.IOC,
  FOK: ProtoTimeInForce.FOK,
  OPG: ProtoTimeInForce.OPG,
  CLS: ProtoTimeInForce.CLS,
};
const STATUSES: Record<OrderStatus, ProtoStatus> = {
  NEW: ProtoStatus.NEW,
  PARTIALLY_FILLED: ProtoStatus.PARTIALLY_FILLED,
  FILLED: ProtoStatus.FILLED,
  CANCELED: ProtoStatus.CANCELED,
  REJECTED: ProtoStatus.REJECTED,
  EXPIRED: ProtoStatus.EXPIRED,
};
const EXEC_TYPES: Record<ExecType, ProtoExecType> = {
  NEW: ProtoExecType.NEW,
  TRADE: ProtoExecType.TRADE,
  CANCELED: ProtoExecType.CANCELED,
  REJECTED: ProtoExecType.REJECTED,
  EXPIRED: ProtoExecType.EXPIRED,
};
const FAULT_MODES: Record<FaultMode, ProtoFaultMode> = {
  NONE: ProtoFaultMode.NONE,
  SLOW: ProtoFaultMode.SLOW,
  DOWN: ProtoFaultMode.DOWN,
  REJECT: ProtoFaultMode.REJECT,
  LOSE_ANSWER: ProtoFaultMode.LOSE_ANSWER,
};

/** The request cannot be kept as an order, not even as a rejected one. Maps to INVALID_ARGUMENT. */
export class MalformedRequest extends Error {
  override readonly name = 'MalformedRequest';
}

const CLIENT_ORDER_ID = /^[\x21-\x7e]{1,128}$/;
const SYMBOL = /^[\x21-\x7e]{1,32}$/;
const NUMBER_TEXT = /^[\x20-\x7e]{0,64}$/;
/** 9999-12-31T23:59:59Z, the last instant of a protobuf Timestamp. */
const TIMESTAMP_MAX_SECONDS = 253_402_300_799n;

export function readTerms(request: PlaceOrderRequest): OrderTerms {
  return {
    clientOrderId: readClientOrderId(request.clientOrderId),
    symbol: matching(request.symbol, SYMBOL, 'symbol'),
    side: fromProto(SIDES, request.side, 'side'),
    type: fromProto(TYPES, request.type, 'type'),
    timeInForce: fromProto(TIMES_IN_FORCE, request.timeInForce, 'time_in_force'),
    quantity: matching(request.quantity, NUMBER_TEXT, 'quantity'),
    limitPrice: matching(request.limitPrice, NUMBER_TEXT, 'limit_price') || null,
    protectionPrice: matching(request.protectionPrice, NUMBER_TEXT, 'protection_price') || null,
    expiresAtMs: readTime(request.expiresAt),
  };
}

export const readClientOrderId = (text: string): string => matching(text, CLIENT_ORDER_ID, 'client_order_id');

export const readFaultMode = (mode: ProtoFaultMode): FaultMode => fromProto(FAULT_MODES, mode, 'mode');

/** The ids that the venue gives: FIX ExecID (17) and OrderID (37), unique across databases by the venue's id. */
const executionId = (venueId: string, sequence: number): string => `PB-${venueId}-${sequence}`;
const brokerOrderId = (venueId: string, firstSequence: number): string => `PB-${venueId}-O${firstSequence}`;

export function toProtoReport(venueId: string, report: Report): ProtoReport {
  return create(ExecutionReportSchema, {
    sequence: BigInt(report.sequence),
    executionId: executionId(venueId, report.sequence),
    clientOrderId: report.clientOrderId,
    execType: EXEC_TYPES[report.execType],
    orderStatus: STATUSES[report.orderStatus],
    lastQuantity: report.lastQuantity ?? '',
    lastPrice: report.lastPrice ?? '',
    cumulativeQuantity: report.cumulativeQuantity,
    leavesQuantity: report.leavesQuantity,
    time: timestampFromMs(report.timeMs),
    rejectCode: report.rejectCode ?? '',
    inAnswer: report.inAnswer,
  });
}

export function toProtoOrder(venueId: string, order: OrderView): ProtoVenueOrder {
  const { terms } = order;
  return create(VenueOrderSchema, {
    clientOrderId: terms.clientOrderId,
    brokerOrderId: brokerOrderId(venueId, order.firstSequence),
    symbol: terms.symbol,
    side: SIDES[terms.side],
    type: TYPES[terms.type],
    timeInForce: TIMES_IN_FORCE[terms.timeInForce],
    quantity: terms.quantity,
    limitPrice: terms.limitPrice ?? '',
    protectionPrice: terms.protectionPrice ?? '',
    status: STATUSES[order.status],
    filledQuantity: order.filledQuantity,
    leavesQuantity: order.leavesQuantity,
    rejectCode: order.rejectCode ?? '',
    reports: order.reports.map((report) => toProtoReport(venueId, report)),
  });
}

function fromProto<K extends string, P extends number>(names: Record<K, P>, value: P, field: string): K {
  for (const name in names) if (names[name] === value) return name;
  throw new MalformedRequest(`${field} must be set to a known value`);
}

function matching(text: string, pattern: RegExp, field: string): string {
  if (!pattern.test(text)) throw new MalformedRequest(`${field} must match ${pattern.source}`);
  return text;
}

function readTime(time: PlaceOrderRequest['expiresAt']): number | null {
  if (!time) return null;
  if (time.seconds < 0n || time.seconds > TIMESTAMP_MAX_SECONDS) throw new MalformedRequest('expires_at must be between 1970 and 9999');
  return timestampMs(time);
}
