import type postgres from 'postgres';
import type {
  InstrumentSession,
  TradingSessions,
} from '../../../contracts/market/trading-sessions.ts';
import { guardDatabasePort } from '../database-errors.ts';
import { toTimestamp } from '../timestamp.ts';

type Sql = postgres.Sql | postgres.TransactionSql;

interface SessionRow {
  /** As text: the driver would make a `Date` of a date. */
  date: string;
  opens_at: string | Date;
  closes_at: string | Date;
}

/** The table `trading_sessions`. Each change is one transaction with its audit event. */
export const createTradingSessionStore = (sql: postgres.Sql): TradingSessions =>
  guardDatabasePort<TradingSessions>({
    async listSessions(symbol, fromDate, toDate) {
      const rows = await sql<SessionRow[]>`
        select session_date::text as date, opens_at, closes_at from trading_sessions
        where symbol = ${symbol} and session_date between ${fromDate}::date and ${toDate}::date
        order by session_date`;
      return rows.map(toSession);
    },
    setSession: (symbol, session, by, reason) =>
      sql.begin(async (tx) => {
        if (!(await lockInstrument(tx, symbol))) return 'UNKNOWN_SYMBOL';
        const { date, opensAt, closesAt } = session;
        const before = await findSession(tx, symbol, date);
        await tx`
          insert into trading_sessions (symbol, session_date, opens_at, closes_at) values (${symbol}, ${date}, ${opensAt}, ${closesAt})
          on conflict (symbol, session_date) do update set opens_at = excluded.opens_at, closes_at = excluded.closes_at`;
        await writeAudit(tx, 'TRADING_SESSION_SET', by, {
          symbol,
          date,
          before: hours(before),
          after: { opensAt, closesAt },
          reason,
        });
        return 'WRITTEN';
      }) as Promise<'WRITTEN' | 'UNKNOWN_SYMBOL'>,
    removeSession: (symbol, date, by, reason) =>
      sql.begin(async (tx) => {
        const before = (await lockInstrument(tx, symbol))
          ? await findSession(tx, symbol, date)
          : null;
        if (!before) return false;
        await tx`delete from trading_sessions where symbol = ${symbol} and session_date = ${date}`;
        await writeAudit(tx, 'TRADING_SESSION_REMOVED', by, {
          symbol,
          date,
          before: hours(before),
          after: null,
          reason,
        });
        return true;
      }) as Promise<boolean>,
  });

/**
 * Changes of one instrument's sessions take turns, so that each knows what was before it. Reads of
 * the instrument go on.
 */
async function lockInstrument(tx: Sql, symbol: string): Promise<boolean> {
  const rows = await tx`select 1 from instruments where symbol = ${symbol} for no key update`;
  return rows.length > 0;
}

async function findSession(
  tx: Sql,
  symbol: string,
  date: string,
): Promise<InstrumentSession | null> {
  const [row] = await tx<SessionRow[]>`
    select session_date::text as date, opens_at, closes_at from trading_sessions where symbol = ${symbol} and session_date = ${date}`;
  return row ? toSession(row) : null;
}

async function writeAudit(
  tx: Sql,
  action: string,
  actor: string,
  details: Record<string, unknown>,
): Promise<void> {
  await tx`
    insert into audit_events (actor, action, details) values (${actor}, ${action}, ${JSON.stringify(details)}::text::jsonb)`;
}

const hours = (session: InstrumentSession | null) =>
  session && { opensAt: session.opensAt, closesAt: session.closesAt };

const toSession = (row: SessionRow): InstrumentSession => ({
  date: row.date,
  opensAt: toTimestamp(row.opens_at),
  closesAt: toTimestamp(row.closes_at),
});
