import { create } from '@bufbuild/protobuf';
import { timestampFromMs, timestampMs } from '@bufbuild/protobuf/wkt';
import type { BrokerOrder, ExecutionReport, PlaceOrder, ReplaceAnswer, VenueExecType, VenueStatus } from '../../contracts/ports/broker.ts';
import type { OrderType, Side, TimeInForce } from '../../domain/order/order.ts';
import {
  type PlaceOrderRequest,
  PlaceOrderRequestSchema,
  ExecType as ProtoExecType,
  OrderType as ProtoOrderType,
  type ExecutionReport as ProtoReport,
  Side as ProtoSide,
  VenueStatus as ProtoStatus,
  TimeInForce as ProtoTimeInForce,
  type ReplaceOrderResponse,
  type VenueOrder,
} from '../../proto/gen/hub/v1/broker_pb.js';

export const SIDES: Record<Side, ProtoSide> = { BUY: ProtoSide.BUY, SELL: ProtoSide.SELL };
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

export function toPlaceOrderRequest(order: PlaceOrder): PlaceOrderRequest {
  return create(PlaceOrderRequestSchema, {
    clientOrderId: order.brokerClientOrderId,
    symbol: order.symbol,
    side: SIDES[order.side],
    type: TYPES[order.type],
    timeInForce: TIMES_IN_FORCE[order.timeInForce],
    quantity: order.quantity,
    limitPrice: order.limitPrice ?? '',
    protectionPrice: order.protectionPrice ?? '',
    stopPrice: order.stopPrice ?? '',
    trailPercent: order.trailPercent ?? '',
    ...(order.auctionAt !== null && { auctionAt: timestampFromMs(Date.parse(order.auctionAt)) }),
    ...(order.expiresAt !== null && { expiresAt: timestampFromMs(Date.parse(order.expiresAt)) }),
  });
}

/** Throws when the venue's answer lacks the order: then nothing is known. */
export function fromVenueOrder(order: VenueOrder | undefined): BrokerOrder {
  if (!order) throw new TypeError("the venue's answer has no order");
  return {
    brokerClientOrderId: order.clientOrderId,
    status: fromStatus(order.status),
    quantity: order.quantity,
    filledQuantity: order.filledQuantity,
    leavesQuantity: order.leavesQuantity,
    rejectCode: order.rejectCode || null,
    reports: order.reports.map(fromReport),
  };
}

/** Throws when the answer lacks the original, or an accepted one the replacement: then nothing is known. */
export function fromReplaceResponse({ accepted, original, replacement }: ReplaceOrderResponse): ReplaceAnswer {
  return { accepted, original: fromVenueOrder(original), replacement: accepted ? fromVenueOrder(replacement) : null };
}

export function fromReport(report: ProtoReport): ExecutionReport {
  if (!report.time) throw new TypeError(`report ${report.sequence} has no time`);
  return {
    sequence: Number(report.sequence),
    brokerExecutionId: report.executionId,
    brokerClientOrderId: report.clientOrderId,
    execType: fromExecType(report.execType),
    orderStatus: fromStatus(report.orderStatus),
    lastQuantity: report.lastQuantity || null,
    lastPrice: report.lastPrice || null,
    cumulativeQuantity: report.cumulativeQuantity,
    leavesQuantity: report.leavesQuantity,
    time: new Date(timestampMs(report.time)).toISOString(),
    rejectCode: report.rejectCode || null,
    inAnswer: report.inAnswer,
  };
}

function fromStatus(status: ProtoStatus): VenueStatus {
  switch (status) {
    case ProtoStatus.NEW:
      return 'NEW';
    case ProtoStatus.PARTIALLY_FILLED:
      return 'PARTIALLY_FILLED';
    case ProtoStatus.FILLED:
      return 'FILLED';
    case ProtoStatus.CANCELED:
      return 'CANCELED';
    case ProtoStatus.REJECTED:
      return 'REJECTED';
    case ProtoStatus.EXPIRED:
      return 'EXPIRED';
    case ProtoStatus.REPLACED:
      return 'REPLACED';
    default:
      // UNSPECIFIED, or a value of a newer venue: proto3 enums are open.
      throw new TypeError(`the venue told an unknown order status: ${status}`);
  }
}

function fromExecType(execType: ProtoExecType): VenueExecType {
  switch (execType) {
    case ProtoExecType.NEW:
      return 'NEW';
    case ProtoExecType.TRADE:
      return 'TRADE';
    case ProtoExecType.CANCELED:
      return 'CANCELED';
    case ProtoExecType.REJECTED:
      return 'REJECTED';
    case ProtoExecType.EXPIRED:
      return 'EXPIRED';
    case ProtoExecType.REPLACED:
      return 'REPLACED';
    default:
      throw new TypeError(`the venue told an unknown execution type: ${execType}`);
  }
}
