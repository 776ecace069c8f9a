import type { AcceptanceWrite, OrderChange, ReplacementWrite } from '../../contracts/ports/order-store.ts';

/** The document that the database's `write_acceptance` takes. Decimals are text: JSON numbers would round them. */
export function acceptanceDocument(
  { submission, order, protectionPrice, auctionAt, hold, transfers, audit }: AcceptanceWrite,
  operation: string,
): string {
  return JSON.stringify({
    acceptBy: submission.acceptBy,
    order: {
      id: order.id,
      account_id: order.accountId,
      client_order_id: order.clientOrderId,
      symbol: order.symbol,
      side: order.side,
      type: order.type,
      time_in_force: order.timeInForce,
      quantity: order.quantity,
      notional: order.notional,
      limit_price: order.limitPrice,
      stop_price: order.stopPrice,
      trail_percent: order.trailPercent,
      protection_price: protectionPrice,
      status: order.status,
      filled_quantity: '0',
      filled_notional: '0',
      market_price_at_submission: order.marketPriceAtSubmission,
      market_data_timestamp: order.marketDataTimestamp,
      reject_code: order.rejectCode,
      reject_facts: order.rejectFacts,
      revision: 1,
      version: 1,
      release_at: order.releaseAt,
      auction_at: auctionAt,
      expires_at: order.expiresAt,
      replaces: order.replaces,
      submitted_at: order.submittedAt,
      updated_at: order.updatedAt,
      rejected_at: order.rejectedAt,
    },
    hold: hold ?? undefined,
    postings: transfers,
    idempotency: submission.idempotency ? { ...submission.idempotency, operation, response: order } : undefined,
    audit,
  });
}

/** The document that the database's `write_order_change` takes. Decimals are text: JSON numbers would round them. */
export const orderChangeDocument = (change: OrderChange): string => JSON.stringify(orderChange(change));

/** The document that the database's `write_replacement` takes. */
export const replacementDocument = ({ original, replacement }: ReplacementWrite): string => {
  const { transfers, ...rest } = replacement;
  return JSON.stringify({ original: orderChange(original), replacement: { ...rest, postings: transfers } });
};

function orderChange(change: OrderChange): object {
  const { order, position, execution } = change;
  return {
    orderId: change.orderId,
    accountId: change.accountId,
    symbol: change.symbol,
    expectedVersion: change.expectedVersion,
    order: {
      status: order.status,
      restore_status: order.restoreStatus,
      filled_quantity: order.filledQuantity,
      filled_notional: order.filledNotional,
      reject_code: order.rejectCode,
      reject_facts: order.rejectFacts,
      updated_at: order.updatedAt,
      new_at: order.newAt,
      filled_at: order.filledAt,
      canceled_at: order.canceledAt,
      expired_at: order.expiredAt,
      rejected_at: order.rejectedAt,
      suspended_at: order.suspendedAt,
      replaced_at: order.replacedAt,
      replaced_by: order.replacedBy,
    },
    hold: change.holdRemaining === null ? undefined : { remaining: change.holdRemaining },
    buyingPowerChange: change.buyingPowerChange,
    heldQuantityChange: change.heldQuantityChange,
    position: position
      ? {
          account_id: change.accountId,
          symbol: change.symbol,
          expectedVersion: position.expectedVersion,
          quantity: position.quantity,
          average_price: position.averagePrice,
          cost_basis: position.costBasis,
          realized_pnl: position.realizedPnl,
          status: position.status,
          position_type: position.positionType,
          last_trade_at: position.lastTradeAt,
        }
      : undefined,
    execution: execution
      ? {
          id: execution.id,
          broker_execution_id: execution.brokerExecutionId,
          symbol: change.symbol,
          side: execution.side,
          quantity: execution.quantity,
          price: execution.price,
          cash: execution.cash,
          executed_at: execution.executedAt,
          trade_date: execution.tradeDate,
          settlement_date: execution.settlementDate,
        }
      : undefined,
    postings: change.transfers,
    audit: change.audit,
  };
}
