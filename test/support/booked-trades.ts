import { randomUUID } from 'node:crypto';
import type postgres from 'postgres';
import { balanceChanges, postFill, postHold } from '../../domain/ledger/transfers.ts';
import { Decimal, formatCash, formatDecimal } from '../../domain/money/decimal.ts';
import { roundedCash } from '../../domain/orders/fill-cash.ts';
import type { Side } from '../../domain/orders/order.ts';
import {
  applyFill,
  averagePrice,
  EMPTY_POSITION,
  type PositionState,
  positionStatus,
  positionType,
} from '../../domain/portfolio/position.ts';
import { toTransfers } from '../../use-cases/ledger-transfers.ts';
import { executionIdFor } from '../../use-cases/orders/order-identity.ts';

/** A trade of an order of its own, which it filled. */
export interface Trade {
  accountId: string;
  symbol: string;
  side: Side;
  quantity: string;
  price: string;
  /** `YYYY-MM-DD` */
  settlementDate: string;
  tradeDate?: string;
  /** The venue's name; the one that `npm start` brings unless said. */
  broker?: string;
  /** The venue's id; a random one when it does not matter. */
  brokerExecutionId?: string;
}

export interface BookedTrade extends Trade {
  orderId: string;
  executionId: string;
  broker: string;
  brokerExecutionId: string;
  tradeDate: string;
  cash: string;
  executedAt: string;
}

type Row = Record<string, string | number | null>;

const BATCH = 5_000;

/**
 * Books trades as the order path would have, in their order: orders, holds, executions, settlement
 * instructions, positions, ledger and buying power agree. Accounts without any position or trade so
 * far; it does not ask whether they can pay.
 */
export async function bookTrades(
  sql: postgres.Sql,
  trades: readonly Trade[],
): Promise<BookedTrade[]> {
  const booked = trades.map(toBooked);
  await sql.begin(async (tx) => {
    await insertRows(tx, 'orders', booked.map(orderRow));
    await insertRows(tx, 'holds', booked.map(holdRow));
    await insertRows(tx, 'executions', booked.map(executionRow));
    await insertRows(tx, 'settlement_instructions', booked.map(instructionRow));
    await insertRows(tx, 'audit_events', booked.map(auditRow));
    await insertRows(tx, 'positions', positionRows(booked));
    await postAll(tx, booked);
  });
  return booked;
}

function toBooked(trade: Trade, index: number): BookedTrade {
  const broker = trade.broker ?? 'paper-broker';
  const brokerExecutionId = trade.brokerExecutionId ?? `test-${randomUUID()}`;
  const tradeDate =
    trade.tradeDate ??
    new Date(Date.parse(trade.settlementDate) - 86_400_000).toISOString().slice(0, 10);
  return {
    ...trade,
    broker,
    brokerExecutionId,
    tradeDate,
    orderId: randomUUID(),
    executionId: executionIdFor(broker, brokerExecutionId),
    cash: formatCash(roundedCash(trade.side, new Decimal(trade.quantity).times(trade.price))),
    executedAt: new Date(Date.parse(`${tradeDate}T15:00:00.000Z`) + index).toISOString(),
  };
}

const orderRow = (trade: BookedTrade): Row => ({
  id: trade.orderId,
  account_id: trade.accountId,
  client_order_id: trade.orderId,
  symbol: trade.symbol,
  broker: trade.broker,
  side: trade.side,
  type: 'MARKET',
  time_in_force: 'DAY',
  quantity: trade.quantity,
  status: 'FILLED',
  filled_quantity: trade.quantity,
  filled_notional: formatDecimal(new Decimal(trade.quantity).times(trade.price)),
  submitted_at: trade.executedAt,
  updated_at: trade.executedAt,
  new_at: trade.executedAt,
  filled_at: trade.executedAt,
});

const holdRow = (trade: BookedTrade): Row => ({
  order_id: trade.orderId,
  account_id: trade.accountId,
  kind: trade.side === 'BUY' ? 'CASH' : 'SHARES',
  symbol: trade.symbol,
  price: trade.side === 'BUY' ? trade.price : null,
  amount: trade.side === 'BUY' ? trade.cash : trade.quantity,
  remaining: '0',
  released_at: trade.executedAt,
});

const executionRow = (trade: BookedTrade): Row => ({
  id: trade.executionId,
  broker: trade.broker,
  broker_execution_id: trade.brokerExecutionId,
  order_id: trade.orderId,
  account_id: trade.accountId,
  symbol: trade.symbol,
  side: trade.side,
  quantity: trade.quantity,
  price: trade.price,
  cash: trade.cash,
  executed_at: trade.executedAt,
});

const instructionRow = (trade: BookedTrade): Row => ({
  execution_id: trade.executionId,
  account_id: trade.accountId,
  trade_date: trade.tradeDate,
  settlement_date: trade.settlementDate,
});

const auditRow = (trade: BookedTrade): Row => ({
  account_id: trade.accountId,
  order_id: trade.orderId,
  actor: 'broker',
  action: 'TRADE',
});

function positionRows(booked: readonly BookedTrade[]): Row[] {
  const positions = new Map<string, { last: BookedTrade; state: PositionState }>();
  for (const trade of booked) {
    const key = `${trade.accountId} ${trade.symbol}`;
    const fill = {
      side: trade.side,
      quantity: new Decimal(trade.quantity),
      price: new Decimal(trade.price),
    };
    positions.set(key, {
      last: trade,
      state: applyFill(positions.get(key)?.state ?? EMPTY_POSITION, fill),
    });
  }
  return [...positions.values()].map(({ last, state }) => ({
    account_id: last.accountId,
    symbol: last.symbol,
    quantity: formatDecimal(state.quantity),
    average_price: formatDecimal(averagePrice(state)),
    cost_basis: formatDecimal(state.costBasis),
    realized_pnl: formatDecimal(state.realizedPnl),
    status: positionStatus(state),
    position_type: positionType(state),
    last_trade_at: last.executedAt,
  }));
}

async function postAll(tx: postgres.TransactionSql, booked: readonly BookedTrade[]): Promise<void> {
  const posted = booked.map((trade) => {
    const cash = new Decimal(trade.cash);
    const fill = postFill({
      side: trade.side,
      symbol: trade.symbol,
      quantity: new Decimal(trade.quantity),
      cash,
    });
    return { trade, hold: trade.side === 'BUY' ? postHold(cash) : [], fill };
  });
  const balances = posted.flatMap(({ trade, hold, fill }) =>
    balanceChanges([...hold, ...fill]).map(({ kind, asset, change }) => ({
      account_id: trade.accountId,
      kind,
      asset,
      change: formatDecimal(change),
    })),
  );
  for (let from = 0; from < balances.length; from += BATCH) {
    const changes = tx`jsonb_to_recordset(${JSON.stringify(balances.slice(from, from + BATCH))}::text::jsonb)
      as t(account_id uuid, kind text, asset text, change numeric)`;
    await tx`insert into ledger_accounts (account_id, kind, asset) select distinct account_id, kind, asset from ${changes} on conflict do nothing`;
    await tx`
      update ledger_accounts a set balance = a.balance + c.change
      from (select account_id, kind, asset, sum(change) as change from ${changes} group by account_id, kind, asset) c
      where a.account_id = c.account_id and a.kind = c.kind and a.asset = c.asset`;
    await tx`
      update accounts a set buying_power = a.buying_power + c.change
      from (select account_id, sum(change) as change from ${changes} where kind = 'CASH_UNSETTLED' group by account_id) c
      where a.id = c.account_id`;
  }
  const transfers = posted.flatMap(({ trade, hold, fill }) => [
    ...transferRows(trade, `hold/${trade.orderId}`, hold, null),
    ...transferRows(trade, `fill/${trade.executionId}`, fill, trade.executionId),
  ]);
  await insertRows(tx, 'ledger_transfers', transfers);
}

const transferRows = (
  trade: BookedTrade,
  key: string,
  transfers: Parameters<typeof toTransfers>[1],
  executionId: string | null,
): Row[] =>
  toTransfers(key, transfers).map(({ debit, credit, ...transfer }) => ({
    ...transfer,
    account_id: trade.accountId,
    debit_kind: debit,
    credit_kind: credit,
    order_id: trade.orderId,
    execution_id: executionId,
  }));

async function insertRows(
  tx: postgres.TransactionSql,
  table: string,
  rows: readonly Row[],
): Promise<void> {
  for (let from = 0; from < rows.length; from += BATCH) {
    const batch = rows.slice(from, from + BATCH);
    const columns = Object.keys(batch[0] ?? {}).join(', ');
    await tx.unsafe(
      `insert into ${table} (${columns}) select ${columns} from jsonb_populate_recordset(null::${table}, $1::text::jsonb)`,
      [JSON.stringify(batch)],
    );
  }
}
