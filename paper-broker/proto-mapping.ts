import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { Decimal, formatDecimal } from '../domain/money/decimal.ts';
import {
  ExecutionReportSchema,
  type PlaceOrderRequest,
  type ExecutionReport as ProtoReport,
  type VenueOrder as ProtoVenueOrder,
  VenueOrderSchema,
} from '../proto/gen/hub/v1/broker_pb.js';
import type { OrderTerms, OrderView, Report } from './order.ts';
import {
  EXEC_TYPES,
  MalformedRequest,
  readClientOrderId,
  readEnum,
  readMatching,
  readSymbol,
  readTime,
  SIDES,
  STATUSES,
  TIMES_IN_FORCE,
  TYPES,
} from './proto-fields.ts';
import { stopBehindMark } from './stops.ts';

const NUMBER_TEXT = /^[\x20-\x7e]{0,64}$/;

export function readTerms(request: PlaceOrderRequest | undefined): OrderTerms {
  if (!request) throw new MalformedRequest('replacement must be set');
  return {
    clientOrderId: readClientOrderId(request.clientOrderId),
    symbol: readSymbol(request.symbol),
    side: readEnum(SIDES, request.side, 'side'),
    type: readEnum(TYPES, request.type, 'type'),
    timeInForce: readEnum(TIMES_IN_FORCE, request.timeInForce, 'time_in_force'),
    quantity: readMatching(request.quantity, NUMBER_TEXT, 'quantity'),
    limitPrice: readMatching(request.limitPrice, NUMBER_TEXT, 'limit_price') || null,
    protectionPrice: readMatching(request.protectionPrice, NUMBER_TEXT, 'protection_price') || null,
    stopPrice: readMatching(request.stopPrice, NUMBER_TEXT, 'stop_price') || null,
    trailPercent: readMatching(request.trailPercent, NUMBER_TEXT, 'trail_percent') || null,
    auctionAtMs: readTime(request.auctionAt, 'auction_at'),
    expiresAtMs: readTime(request.expiresAt, 'expires_at'),
  };
}

/** The ids that the venue gives: FIX ExecID (17) and OrderID (37), unique across databases by the venue's id. */
const executionId = (venueId: string, sequence: number): string => `PB-${venueId}-${sequence}`;
const brokerOrderId = (venueId: string, firstSequence: number): string => `PB-${venueId}-O${firstSequence}`;

/** The sequence in an execution id; `null` when this venue never made such an id. */
export function readExecutionId(venueId: string, text: string): number | null {
  const sequence = Number(/^PB-[^-]+-([1-9]\d*)$/.exec(text)?.[1]);
  return Number.isSafeInteger(sequence) && executionId(venueId, sequence) === text ? sequence : null;
}

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
    quantity: order.quantity,
    limitPrice: terms.limitPrice ?? '',
    protectionPrice: terms.protectionPrice ?? '',
    stopPrice: stopPriceOf(order),
    trailPercent: terms.trailPercent ?? '',
    triggered: order.triggered,
    waterMark: order.waterMark ?? '',
    ...(terms.auctionAtMs !== null && { auctionAt: timestampFromMs(terms.auctionAtMs) }),
    status: STATUSES[order.status],
    filledQuantity: order.filledQuantity,
    leavesQuantity: order.leavesQuantity,
    rejectCode: order.rejectCode ?? '',
    reports: order.reports.map((report) => toProtoReport(venueId, report)),
  });
}

/** The stop as it was sent; for a trailing stop where it lies now. */
function stopPriceOf({ terms, waterMark }: OrderView): string {
  if (waterMark === null || terms.trailPercent === null) return terms.stopPrice ?? '';
  return formatDecimal(stopBehindMark(terms.side, new Decimal(waterMark), new Decimal(terms.trailPercent)));
}
