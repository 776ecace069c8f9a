import type postgres from 'postgres';
import type {
  Break,
  BreakKind,
  BreakReport,
  Breaks,
} from '../../../contracts/executions/breaks.ts';
import { decodeListCursor, listPage } from '../../../contracts/list-cursor.ts';
import { assertNever } from '../../../domain/assert-never.ts';
import type { Database } from '../database.ts';
import { guardDatabasePort } from '../database-errors.ts';
import { toTimestamp, toTimestampOrNull } from '../timestamp.ts';

const BREAK_COLUMNS = [
  'id',
  'kind',
  'broker',
  'account_id',
  'order_id',
  'broker_execution_id',
  'details',
  'raised_at',
  'resolved_at',
  'resolved_by',
  'resolution',
] as const;

interface BreakRow {
  id: string;
  kind: BreakKind;
  broker: string;
  account_id: string | null;
  order_id: string | null;
  broker_execution_id: string | null;
  details: Record<string, unknown>;
  raised_at: string | Date;
  resolved_at: string | Date | null;
  resolved_by: string | null;
  resolution: string | null;
}

export function createBreakStore({ sql }: Database): Breaks {
  async function raiseBreak({
    key,
    kind,
    broker,
    orderId,
    brokerExecutionId,
    details,
  }: BreakReport): Promise<boolean> {
    const raised = await sql`
      insert into breaks (id, key, kind, broker, account_id, order_id, broker_execution_id, details)
      select gen_random_uuid(), ${key}, ${kind}, ${broker}, o.account_id, o.id, ${brokerExecutionId},
        ${JSON.stringify(details)}::text::jsonb
          || case when o.id is null and r.order_id is not null then jsonb_build_object('orderId', r.order_id) else '{}' end
      from (values (${orderId}::uuid)) as r(order_id) left join orders o on o.id = r.order_id
      on conflict (key) do nothing
      returning id`;
    return raised.length > 0;
  }

  /** One more than asked for is read, to know whether there is a next page. */
  async function listBreaks({
    status,
    cursor,
    limit,
  }: Parameters<Breaks['listBreaks']>[0]): ReturnType<Breaks['listBreaks']> {
    const after = cursor === null ? null : decodeListCursor(cursor);
    const rows = await sql<BreakRow[]>`
      select ${sql(BREAK_COLUMNS)} from breaks
      where ${statusCondition(sql, status)}
        ${after === null ? sql`` : sql`and (raised_at, id) > (${after.at}::timestamptz, ${after.id}::uuid)`}
      order by raised_at, id
      limit ${limit + 1}`;
    return listPage(rows.map(toBreak), limit, ({ raisedAt, id }) => ({ at: raisedAt, id }));
  }

  async function resolveBreak(
    id: string,
    by: string,
    resolution: string,
  ): Promise<Break | 'NOT_FOUND' | 'ALREADY_RESOLVED'> {
    const [row] = await sql<BreakRow[]>`
      with resolved as (
        update breaks set resolved_at = now(), resolved_by = ${by}, resolution = ${resolution}
        where id = ${id} and resolved_at is null
        returning *
      ), audited as (
        insert into audit_events (account_id, order_id, actor, action, details)
        select account_id, order_id, resolved_by, 'BREAK_RESOLVED', jsonb_build_object('breakId', id, 'kind', kind, 'resolution', resolution)
        from resolved
      )
      select ${sql(BREAK_COLUMNS)} from resolved`;
    if (row) return toBreak(row);
    const [known] = await sql`select 1 from breaks where id = ${id}`;
    return known ? 'ALREADY_RESOLVED' : 'NOT_FOUND';
  }

  return guardDatabasePort({ raiseBreak, listBreaks, resolveBreak });
}

function statusCondition(
  sql: postgres.Sql,
  status: 'open' | 'resolved' | 'all',
): postgres.PendingQuery<postgres.Row[]> {
  switch (status) {
    case 'open':
      return sql`resolved_at is null`;
    case 'resolved':
      return sql`resolved_at is not null`;
    case 'all':
      return sql`true`;
    default:
      return assertNever(status);
  }
}

const toBreak = (row: BreakRow): Break => ({
  id: row.id,
  kind: row.kind,
  broker: row.broker,
  accountId: row.account_id,
  orderId: row.order_id,
  brokerExecutionId: row.broker_execution_id,
  details: row.details,
  raisedAt: toTimestamp(row.raised_at),
  resolvedAt: toTimestampOrNull(row.resolved_at),
  resolvedBy: row.resolved_by,
  resolution: row.resolution,
});
