import type { MessageInitShape } from '@bufbuild/protobuf';
import { type Timestamp as TimestampMessage, timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { Timestamp } from '../../contracts/decimal-string.ts';
import type { Execution, Order } from '../../contracts/orders.ts';
import type { Balance, PortfolioSummary, Position } from '../../contracts/portfolio.ts';
import { OrderType, Side, TimeInForce } from '../../proto/gen/hub/v1/broker_pb.js';
import { type ExecutionSchema, type OrderSchema, OrderStatus } from '../../proto/gen/hub/v1/orders_pb.js';
import type { BalanceSchema, GetPortfolioSummaryResponseSchema, PositionSchema } from '../../proto/gen/hub/v1/portfolio_pb.js';

const toTimestamp = (time: Timestamp): TimestampMessage => timestampFromDate(new Date(time));

/** A field that is left out when there is no time. */
const timestampField = <K extends string>(name: K, time: Timestamp | null): { [key in K]?: TimestampMessage } =>
  time === null ? {} : ({ [name]: toTimestamp(time) } as { [key in K]: TimestampMessage });

export const toOrderMessage = (order: Order): MessageInitShape<typeof OrderSchema> => ({
  id: order.id,
  clientOrderId: order.clientOrderId,
  accountId: order.accountId,
  symbol: order.symbol,
  side: Side[order.side],
  type: OrderType[order.type],
  timeInForce: TimeInForce[order.timeInForce],
  quantity: order.quantity,
  notional: order.notional ?? '',
  limitPrice: order.limitPrice ?? '',
  stopPrice: order.stopPrice ?? '',
  trailPercent: order.trailPercent ?? '',
  status: OrderStatus[order.status],
  filledQuantity: order.filledQuantity,
  leavesQuantity: order.leavesQuantity,
  averageFillPrice: order.averageFillPrice ?? '',
  marketPriceAtSubmission: order.marketPriceAtSubmission ?? '',
  ...timestampField('marketDataTimestamp', order.marketDataTimestamp),
  rejectCode: order.rejectCode ?? '',
  rejectFacts: order.rejectFacts ?? {},
  ...timestampField('releaseAt', order.releaseAt),
  ...timestampField('expiresAt', order.expiresAt),
  replaces: order.replaces ?? '',
  replacedBy: order.replacedBy ?? '',
  submittedAt: toTimestamp(order.submittedAt),
  updatedAt: toTimestamp(order.updatedAt),
  ...timestampField('filledAt', order.filledAt),
  ...timestampField('canceledAt', order.canceledAt),
  ...timestampField('expiredAt', order.expiredAt),
  ...timestampField('rejectedAt', order.rejectedAt),
  ...timestampField('replacedAt', order.replacedAt),
});

export const toExecutionMessage = (execution: Execution): MessageInitShape<typeof ExecutionSchema> => ({
  id: execution.id,
  orderId: execution.orderId,
  brokerExecutionId: execution.brokerExecutionId,
  symbol: execution.symbol,
  side: Side[execution.side],
  quantity: execution.quantity,
  price: execution.price,
  executedAt: toTimestamp(execution.executedAt),
  tradeDate: execution.tradeDate,
  settlementDate: execution.settlementDate,
  settlementStatus: execution.settlementStatus,
});

export const toBalanceMessage = (balance: Balance): MessageInitShape<typeof BalanceSchema> => ({
  cash: balance.cash,
  settledCash: balance.settledCash,
  unsettledCash: balance.unsettledCash,
  heldCash: balance.heldCash,
  buyingPower: balance.buyingPower,
  withdrawableCash: balance.withdrawableCash,
});

export const toPositionMessage = (position: Position): MessageInitShape<typeof PositionSchema> => ({
  symbol: position.symbol,
  quantity: position.quantity,
  heldQuantity: position.heldQuantity,
  averagePrice: position.averagePrice,
  costBasis: position.costBasis,
  realizedPnl: position.realizedPnl,
  status: position.status,
  positionType: position.positionType,
  marketPrice: position.marketPrice ?? '',
  marketValue: position.marketValue ?? '',
  unrealizedPnl: position.unrealizedPnl ?? '',
  ...timestampField('lastTradeAt', position.lastTradeAt),
});

export const toSummaryMessage = (summary: PortfolioSummary): MessageInitShape<typeof GetPortfolioSummaryResponseSchema> => ({
  balance: toBalanceMessage(summary.balance),
  positions: summary.positions.map(toPositionMessage),
  totalMarketValue: summary.totalMarketValue,
  equity: summary.equity,
  asOf: toTimestamp(summary.asOf),
  unpricedSymbols: summary.unpricedSymbols,
});
