import type { E2eStack } from './e2e-stack.ts';

/** A row with all its columns. */
type Row = Record<string, unknown>;

/**
 * Each table's rows in the order of their keys: what is equal row by row has lost nothing and
 * doubled nothing.
 */
export type Rows = Record<string, Row[]>;

/**
 * The hub's tables, and what puts their rows in order. The audit trail is not among them: it tells
 * of every attempt.
 */
const HUB_TABLES = {
  orders: 'id',
  executions: 'id',
  ledger_transfers: 'key',
  ledger_accounts: 'account_id, kind, asset',
  positions: 'account_id, symbol',
  holds: 'order_id',
  settlement_instructions: 'execution_id',
  breaks: 'key',
  idempotency_keys: 'operation, key',
} as const;

const VENUE_TABLES = { orders: 'client_order_id', execution_reports: 'sequence' } as const;

/** Everything that the hub and the venue keep of the orders, money and shares of these accounts. */
export async function readRows(
  { hub, venue }: E2eStack,
  accountIds: readonly string[],
): Promise<Rows> {
  const rows: Rows = {};
  const accounts = [...accountIds];
  const keep = (table: string, found: readonly { row: Row }[]): void => {
    rows[table] = found.map(({ row }) => (row.status === 'SUSPENDED' ? untimed(row) : row));
  };
  for (const [table, order] of Object.entries(HUB_TABLES)) {
    const ofAccounts = hub`account_id = any(${accounts}::uuid[]) order by ${hub.unsafe(order)}`;
    keep(
      table,
      await hub<{ row: Row }[]>`select to_jsonb(t) as row from ${hub(table)} t where ${ofAccounts}`,
    );
  }
  keep(
    'accounts',
    await hub<
      { row: Row }[]
    >`select to_jsonb(t) as row from accounts t where id = any(${accounts}::uuid[]) order by id`,
  );
  const ids = (rows.orders ?? []).map(({ id }) => String(id));
  for (const [table, order] of Object.entries(VENUE_TABLES)) {
    const ofOrders = venue`client_order_id = any(${ids}) order by ${venue.unsafe(order)}`;
    keep(
      `venue ${table}`,
      await venue<
        { row: Row }[]
      >`select to_jsonb(t) as row from ${venue(table)} t where ${ofOrders}`,
    );
  }
  return rows;
}

/**
 * A run that was reset tries again before it waits for an operator: the order is taken up again,
 * and suspended anew.
 */
const untimed = ({
  version: _version,
  updated_at: _updatedAt,
  suspended_at: _suspendedAt,
  ...row
}: Row): Row => row;

/** How many rows there are of all accounts together: nothing may have come to anybody. */
export async function countAll({ hub, venue }: E2eStack): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const table of [...Object.keys(HUB_TABLES), 'accounts', 'withdrawals']) {
    const [row] = await hub<{ count: number }[]>`select count(*)::int as count from ${hub(table)}`;
    counts[table] = row?.count ?? 0;
  }
  for (const table of [...Object.keys(VENUE_TABLES), 'settled_instructions']) {
    const [row] = await venue<
      { count: number }[]
    >`select count(*)::int as count from ${venue(table)}`;
    counts[`venue ${table}`] = row?.count ?? 0;
  }
  return counts;
}
