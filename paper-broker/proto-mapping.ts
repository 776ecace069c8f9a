import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import {
  BrokerOrderSchema,
  ExecutionReportSchema,
  type PlaceOrderRequest,
  PlaceOrderRequestSchema,
  type BrokerOrder as ProtoBrokerOrder,
  ExecType as ProtoExecType,
  OrderType as ProtoOrderType,
  type ExecutionReport as ProtoReport,
  Side as ProtoSide,
  BrokerOrderStatus as ProtoStatus,
  TimeInForce as ProtoTimeInForce,
} from '../proto/gen/hub/v1/broker_pb.js';
import {
  NUMBER_TERMS,
  type NumberTerm,
  type OrderTerms,
  type OrderView,
  type Report,
} from './order.ts';
import {
  MalformedRequest,
  readClientOrderId,
  readEnum,
  readMatching,
  readSymbol,
  readTime,
} from './proto-fields.ts';
import { currentStop } from './stops.ts';

const NUMBER_TEXT = /^[\x20-\x7e]{0,64}$/;

const eachNumber = <Value>(read: (name: NumberTerm) => Value): Record<NumberTerm, Value> =>
  Object.fromEntries(NUMBER_TERMS.map((name) => [name, read(name)])) as Record<NumberTerm, Value>;

/** As it was sent: what is no number is rejected as the order that it is. */
const readNumber = (request: PlaceOrderRequest, name: NumberTerm | 'quantity'): string =>
  readMatching(request[name], NUMBER_TEXT, PlaceOrderRequestSchema.field[name].name);

export function readTerms(request: PlaceOrderRequest | undefined): OrderTerms {
  if (!request) throw new MalformedRequest('replacement must be set');
  return {
    clientOrderId: readClientOrderId(request.clientOrderId),
    symbol: readSymbol(request.symbol),
    side: readEnum(ProtoSide, request.side, 'side'),
    type: readEnum(ProtoOrderType, request.type, 'type'),
    timeInForce: readEnum(ProtoTimeInForce, request.timeInForce, 'time_in_force'),
    quantity: readNumber(request, 'quantity'),
    ...eachNumber((name) => readNumber(request, name) || null),
    auctionAtMs: readTime(request.auctionAt, 'auction_at'),
    expiresAtMs: readTime(request.expiresAt, 'expires_at'),
  };
}

/**
 * The ids that the venue gives: FIX ExecID (17) and OrderID (37), unique across databases by the
 * venue's id.
 */
const executionId = (venueId: string, sequence: number): string => `PB-${venueId}-${sequence}`;
const brokerOrderId = (venueId: string, firstSequence: number): string =>
  `PB-${venueId}-O${firstSequence}`;

/** The sequence in an execution id; `null` when this venue never made such an id. */
export function readExecutionId(venueId: string, text: string): number | null {
  const sequence = Number(/^PB-[^-]+-([1-9]\d*)$/.exec(text)?.[1]);
  return Number.isSafeInteger(sequence) && executionId(venueId, sequence) === text
    ? sequence
    : null;
}

export function toProtoReport(venueId: string, report: Report): ProtoReport {
  return create(ExecutionReportSchema, {
    sequence: BigInt(report.sequence),
    executionId: executionId(venueId, report.sequence),
    clientOrderId: report.clientOrderId,
    execType: ProtoExecType[report.execType],
    orderStatus: ProtoStatus[report.orderStatus],
    lastQuantity: report.lastQuantity ?? '',
    lastPrice: report.lastPrice ?? '',
    cumulativeQuantity: report.cumulativeQuantity,
    leavesQuantity: report.leavesQuantity,
    stopPrice: report.stopPrice ?? '',
    waterMark: report.waterMark ?? '',
    time: timestampFromMs(report.timeMs),
    rejectCode: report.rejectCode ?? '',
    inAnswer: report.inAnswer,
  });
}

export function toProtoOrder(venueId: string, order: OrderView): ProtoBrokerOrder {
  const { terms } = order;
  return create(BrokerOrderSchema, {
    clientOrderId: terms.clientOrderId,
    originalClientOrderId: order.replaces ?? '',
    brokerOrderId: brokerOrderId(venueId, order.firstSequence),
    symbol: terms.symbol,
    side: ProtoSide[terms.side],
    type: ProtoOrderType[terms.type],
    timeInForce: ProtoTimeInForce[terms.timeInForce],
    quantity: order.quantity,
    ...(eachNumber((name) => terms[name] ?? '') satisfies Pick<ProtoBrokerOrder, NumberTerm>),
    stopPrice: currentStop(order) ?? '',
    triggered: order.triggeredAtMs !== null,
    ...(order.triggeredAtMs !== null && { triggeredAt: timestampFromMs(order.triggeredAtMs) }),
    waterMark: order.waterMark ?? '',
    ...(terms.auctionAtMs !== null && { auctionAt: timestampFromMs(terms.auctionAtMs) }),
    status: ProtoStatus[order.status],
    filledQuantity: order.filledQuantity,
    leavesQuantity: order.leavesQuantity,
    rejectCode: order.rejectCode ?? '',
    reports: order.reports.map((report) => toProtoReport(venueId, report)),
  });
}
