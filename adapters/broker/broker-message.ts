import type { DescField } from '@bufbuild/protobuf';
import { timestampMs } from '@bufbuild/protobuf/wkt';
import type {
  BrokerExecType,
  BrokerOrder,
  BrokerOrderStatus,
  ExecutionReport,
  PlaceOrder,
  ReplaceAnswer,
  StopStanding,
} from '../../contracts/broker-session/broker.ts';
import type { Side } from '../../domain/orders/order.ts';
import {
  type PlaceOrderRequest,
  PlaceOrderRequestSchema,
  ExecType as ProtoExecType,
  type BrokerOrder as ProtoOrder,
  type ExecutionReport as ProtoReport,
  Side as ProtoSide,
  BrokerOrderStatus as ProtoStatus,
  type ReplaceOrderResponse,
} from '../../proto/gen/hub/v1/broker_pb.js';
import { toMessage } from '../../proto/messages.ts';

/** It has a field for every term: one that it had none for would stay behind, and nobody be told. */
const REQUEST = PlaceOrderRequestSchema satisfies {
  field: Record<Exclude<keyof PlaceOrder, 'brokerClientOrderId'>, DescField>;
};

export const toPlaceOrderRequest = ({
  brokerClientOrderId: clientOrderId,
  ...terms
}: PlaceOrder): PlaceOrderRequest => toMessage(REQUEST, { ...terms, clientOrderId });

/** Throws when the broker's answer lacks the order: then nothing is known. */
export function fromBrokerOrder(broker: string, order: ProtoOrder | undefined): BrokerOrder {
  if (!order) throw new TypeError("the broker's answer has no order");
  return {
    brokerClientOrderId: order.clientOrderId,
    symbol: order.symbol,
    side: fromSide(order.side),
    protectionPrice: order.protectionPrice || null,
    replaces: order.originalClientOrderId || null,
    status: fromStatus(order.status),
    quantity: order.quantity,
    filledQuantity: order.filledQuantity,
    leavesQuantity: order.leavesQuantity,
    rejectCode: order.rejectCode || null,
    trigger: order.triggeredAt
      ? { ...fromStop(order), at: new Date(timestampMs(order.triggeredAt)).toISOString() }
      : null,
    reports: order.reports.map((report) => fromReport(broker, report)),
  };
}

export const fromStop = ({
  stopPrice,
  waterMark,
}: {
  stopPrice: string;
  waterMark: string;
}): StopStanding => ({
  stopPrice: stopPrice || null,
  waterMark: waterMark || null,
});

/**
 * Throws when the answer lacks the original, or an accepted one the replacement: then nothing is
 * known.
 */
export function fromReplaceResponse(
  broker: string,
  { accepted, original, replacement }: ReplaceOrderResponse,
): ReplaceAnswer {
  return {
    accepted,
    original: fromBrokerOrder(broker, original),
    replacement: accepted ? fromBrokerOrder(broker, replacement) : null,
  };
}

/** `broker`: the name of the one that was asked. */
export function fromReport(broker: string, report: ProtoReport): ExecutionReport {
  if (!report.time) throw new TypeError(`report ${report.sequence} has no time`);
  return {
    broker,
    sequence: Number(report.sequence),
    brokerExecutionId: report.executionId,
    brokerClientOrderId: report.clientOrderId,
    execType: fromExecType(report.execType),
    lastQuantity: report.lastQuantity || null,
    lastPrice: report.lastPrice || null,
    cumulativeQuantity: report.cumulativeQuantity,
    leavesQuantity: report.leavesQuantity,
    time: new Date(timestampMs(report.time)).toISOString(),
    rejectCode: report.rejectCode || null,
    inAnswer: report.inAnswer,
    ...(report.execType === ProtoExecType.TRIGGERED && { trigger: fromStop(report) }),
  };
}

function fromSide(side: ProtoSide): Side {
  if (side === ProtoSide.BUY) return 'BUY';
  if (side === ProtoSide.SELL) return 'SELL';
  throw new TypeError(`the broker told an unknown side: ${side}`);
}

function fromStatus(status: ProtoStatus): BrokerOrderStatus {
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
      // UNSPECIFIED, or a value of a newer broker: proto3 enums are open.
      throw new TypeError(`the broker told an unknown order status: ${status}`);
  }
}

function fromExecType(execType: ProtoExecType): BrokerExecType {
  switch (execType) {
    case ProtoExecType.NEW:
      return 'NEW';
    case ProtoExecType.TRIGGERED:
      return 'TRIGGERED';
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
      throw new TypeError(`the broker told an unknown execution type: ${execType}`);
  }
}
