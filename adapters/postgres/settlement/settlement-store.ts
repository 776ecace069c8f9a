import type postgres from 'postgres';
import type {
  RecordedRetry,
  SettlementCursor,
  SettlementInRepair,
  SettlementTotals,
} from '../../../contracts/settlement/settlement.ts';
import type {
  SettlementContext,
  SettlementStore,
  UnsettledInstruction,
} from '../../../contracts/settlement/settlement-store.ts';
import { Decimal, formatCash, formatDecimal } from '../../../domain/money/decimal.ts';
import type { Side } from '../../../domain/orders/order.ts';
import { guardDatabasePort, unlessChanged } from '../database-errors.ts';
import { toTimestamp } from '../timestamp.ts';

type Sql = postgres.Sql;

interface InstructionRow {
  execution_id: string;
  broker: string;
  broker_execution_id: string;
  order_id: string;
  account_id: string;
  symbol: string;
  side: Side;
  quantity: string;
  price: string;
  cash: string;
  executed_at: string | Date;
  /** As text: the driver would make a `Date` of a date. */
  settlement_date: string;
}

type RepairRow = InstructionRow & { trade_date: string; reason: string | null };

/**
 * Settlement instructions in Postgres. The write is a function of the database: one round trip, one
 * transaction.
 */
export const createSettlementStore = (sql: Sql): SettlementStore =>
  guardDatabasePort<SettlementStore>({
    async readLastAuditEvent() {
      const [row] = await sql<{ id: string | null }[]>`select max(id) as id from audit_events`;
      return Number(row?.id ?? 0);
    },
    async readAuditEventBefore(runId) {
      const [row] = await sql<{ id: string }[]>`
        select coalesce(
          (select min(id) - 1 from audit_events where order_id is null and action = 'SETTLED' and details->>'runId' = ${runId}),
          (select max(id) from audit_events), 0) as id`;
      return Number(row?.id ?? 0);
    },
    listDue: (asOfDate, after, limit) => listDue(sql, asOfDate, after, limit),
    listDueOf: (group, side, limit) => listDueOf(sql, group, side, limit),
    async findUnsettled(executionId) {
      const rows = await sql<InstructionRow[]>`
        select ${instructionColumns(sql)} from settlement_instructions s join executions e on e.id = s.execution_id
        where s.execution_id = ${executionId} and s.status <> 'SETTLED'`;
      return rows[0] ? toInstruction(rows[0]) : null;
    },
    readContext: (executionIds) => readContext(sql, executionIds),
    writeSettlement: (write) =>
      unlessChanged(async () => {
        await sql`select write_settlement(${JSON.stringify(write)}::text::jsonb)`;
        return 'WRITTEN' as const;
      }),
    async listInRepair(afterExecutionId, limit) {
      const rows = await sql<RepairRow[]>`
        select ${instructionColumns(sql)}, s.trade_date::text, s.reason
        from settlement_instructions s join executions e on e.id = s.execution_id
        where s.status = 'IN_REPAIR' ${afterExecutionId === null ? sql`` : sql`and s.execution_id > ${afterExecutionId}`}
        order by s.execution_id limit ${limit}`;
      return rows.map(toRepair);
    },
    readTotals: (runId, auditAfter) => readTotals(sql, runId, auditAfter),
    recordRetries: (executionId, retries) => recordRetries(sql, executionId, retries),
  });

/** In the order of the index of what is due: read from the cursor on, never sorted. */
async function listDue(
  sql: Sql,
  asOfDate: string,
  after: SettlementCursor | null,
  limit: number,
): Promise<UnsettledInstruction[]> {
  const rows = await sql<InstructionRow[]>`
    select ${instructionColumns(sql)} from settlement_instructions s join executions e on e.id = s.execution_id
    where s.status = 'PENDING' and s.settlement_date <= ${asOfDate}::date
      ${after === null ? sql`` : sql`and (s.settlement_date, s.account_id) > (${after.settlementDate}::date, ${after.accountId}::uuid)`}
    order by s.settlement_date, s.account_id, s.execution_id
    limit ${limit}`;
  return rows.map(toInstruction);
}

async function listDueOf(
  sql: Sql,
  { settlementDate, accountId }: SettlementCursor,
  side: Side,
  limit: number,
): Promise<UnsettledInstruction[]> {
  const rows = await sql<InstructionRow[]>`
    select ${instructionColumns(sql)} from settlement_instructions s join executions e on e.id = s.execution_id
    where s.status = 'PENDING' and s.settlement_date = ${settlementDate}::date
      and s.account_id = ${accountId} and e.side = ${side}
    order by e.executed_at, e.id
    limit ${limit}`;
  return rows.map(toInstruction);
}

async function readContext(sql: Sql, executionIds: readonly string[]): Promise<SettlementContext> {
  const rows = await sql<{ account_id: string; settled: string[] | null; cash: string }[]>`
    select s.account_id, array_agg(s.execution_id) filter (where s.status = 'SETTLED') as settled,
      coalesce(max(l.balance), 0) as cash
    from settlement_instructions s
    left join ledger_accounts l
      on l.account_id = s.account_id and l.kind = 'CASH_SETTLED' and l.asset = 'USD'
    where s.execution_id = any(${[...executionIds]})
    group by s.account_id`;
  return {
    settled: new Set(rows.flatMap(({ settled }) => settled ?? [])),
    settledCash: Object.fromEntries(
      rows.map(({ account_id, cash }) => [account_id, formatCash(new Decimal(cash))]),
    ),
  };
}

async function readTotals(sql: Sql, runId: string, auditAfter: number): Promise<SettlementTotals> {
  const [row] = await sql<{ settled: string; in_repair: string; paid: string; received: string }[]>`
    select coalesce(sum((details->>'instructions')::int), 0) as settled,
      coalesce(sum((details->>'cashPaid')::numeric), 0) as paid,
      coalesce(sum((details->>'cashReceived')::numeric), 0) as received,
      (select count(*) from settlement_instructions where status = 'IN_REPAIR') as in_repair
    from audit_events
    where order_id is null and id > ${auditAfter} and action = 'SETTLED' and details->>'runId' = ${runId}`;
  if (!row) throw new Error('the totals are one row');
  return {
    settled: Number(row.settled),
    inRepair: Number(row.in_repair),
    cashPaid: formatCash(new Decimal(row.paid)),
    cashReceived: formatCash(new Decimal(row.received)),
  };
}

/**
 * Of an execution into its order's trail, of a run into the house's. The id of the request makes
 * twice the same as once.
 */
async function recordRetries(
  sql: Sql,
  executionId: string | null,
  retries: readonly RecordedRetry[],
): Promise<void> {
  if (retries.length === 0) return;
  await sql`
    insert into audit_events (account_id, order_id, actor, action, details)
    select e.account_id, e.order_id, r.operator, 'SETTLEMENT_RETRY',
      jsonb_strip_nulls(jsonb_build_object('executionId', e.id, 'reason', r.reason, 'requestId', r."requestId"))
    from jsonb_to_recordset(${JSON.stringify(retries)}::text::jsonb) as r(operator text, reason text, "requestId" text)
    left join executions e on e.id = ${executionId}::uuid
    where not exists (
      select 1 from audit_events a
      where a.order_id is not distinct from e.order_id and a.action = 'SETTLEMENT_RETRY' and a.details->>'requestId' = r."requestId")`;
}

const instructionColumns = (sql: Sql) => sql`
  s.execution_id, e.broker, e.broker_execution_id, e.order_id, s.account_id, e.symbol, e.side, e.quantity, e.price, e.cash,
  e.executed_at, s.settlement_date::text`;

const toInstruction = (row: InstructionRow): UnsettledInstruction => ({
  executionId: row.execution_id,
  broker: row.broker,
  brokerExecutionId: row.broker_execution_id,
  orderId: row.order_id,
  accountId: row.account_id,
  symbol: row.symbol,
  side: row.side,
  quantity: formatDecimal(new Decimal(row.quantity)),
  price: formatDecimal(new Decimal(row.price)),
  cash: formatCash(new Decimal(row.cash)),
  executedAt: toTimestamp(row.executed_at),
  settlementDate: row.settlement_date,
});

const toRepair = (row: RepairRow): SettlementInRepair => ({
  ...toInstruction(row),
  tradeDate: row.trade_date,
  reason: row.reason ?? '',
});
