import { timestampMs } from '@bufbuild/protobuf/wkt';
import type { OrderType, Side, TimeInForce } from '../domain/order/order.ts';
import {
  type PlaceOrderRequest,
  ExecType as ProtoExecType,
  OrderType as ProtoOrderType,
  Side as ProtoSide,
  VenueStatus as ProtoStatus,
  TimeInForce as ProtoTimeInForce,
} from '../proto/gen/hub/v1/broker_pb.js';
import type { ExecType, OrderStatus } from './order.ts';

export const SIDES: Record<Side, ProtoSide> = { BUY: ProtoSide.BUY, SELL: ProtoSide.SELL };
export const TYPES: Record<OrderType, ProtoOrderType> = {
  MARKET: ProtoOrderType.MARKET,
  LIMIT: ProtoOrderType.LIMIT,
  STOP: ProtoOrderType.STOP,
  STOP_LIMIT: ProtoOrderType.STOP_LIMIT,
  TRAILING_STOP: ProtoOrderType.TRAILING_STOP,
};
export const TIMES_IN_FORCE: Record<TimeInForce, ProtoTimeInForce> = {
  DAY: ProtoTimeInForce.DAY,
  GTC: ProtoTimeInForce.GTC,
  IOC: ProtoTimeInForce.IOC,
  FOK: ProtoTimeInForce.FOK,
  OPG: ProtoTimeInForce.OPG,
  CLS: ProtoTimeInForce.CLS,
};
export const STATUSES: Record<OrderStatus, ProtoStatus> = {
  NEW: ProtoStatus.NEW,
  PARTIALLY_FILLED: ProtoStatus.PARTIALLY_FILLED,
  FILLED: ProtoStatus.FILLED,
  CANCELED: ProtoStatus.CANCELED,
  REJECTED: ProtoStatus.REJECTED,
  EXPIRED: ProtoStatus.EXPIRED,
  REPLACED: ProtoStatus.REPLACED,
};
export const EXEC_TYPES: Record<ExecType, ProtoExecType> = {
  NEW: ProtoExecType.NEW,
  TRADE: ProtoExecType.TRADE,
  CANCELED: ProtoExecType.CANCELED,
  REJECTED: ProtoExecType.REJECTED,
  EXPIRED: ProtoExecType.EXPIRED,
  REPLACED: ProtoExecType.REPLACED,
};

/** The request has no meaning here, not even one to refuse. Maps to INVALID_ARGUMENT. */
export class MalformedRequest extends Error {
  override readonly name = 'MalformedRequest';
}

const CLIENT_ORDER_ID = /^[\x21-\x7e]{1,128}$/;
const SYMBOL = /^[\x21-\x7e]{1,32}$/;
/** 9999-12-31T23:59:59Z, the last instant of a protobuf Timestamp. */
const TIMESTAMP_MAX_SECONDS = 253_402_300_799n;

export const readClientOrderId = (text: string): string => readMatching(text, CLIENT_ORDER_ID, 'client_order_id');

export const readSymbol = (text: string): string => readMatching(text, SYMBOL, 'symbol');

export function readEnum<K extends string, P extends number>(names: Record<K, P>, value: P, field: string): K {
  for (const name in names) if (names[name] === value) return name;
  throw new MalformedRequest(`${field} must be set to a known value`);
}

export function readMatching(text: string, pattern: RegExp, field: string): string {
  if (!pattern.test(text)) throw new MalformedRequest(`${field} must match ${pattern.source}`);
  return text;
}

export function readTime(time: PlaceOrderRequest['expiresAt'], field: string): number | null {
  if (!time) return null;
  if (time.seconds < 0n || time.seconds > TIMESTAMP_MAX_SECONDS) throw new MalformedRequest(`${field} must be between 1970 and 9999`);
  return timestampMs(time);
}
