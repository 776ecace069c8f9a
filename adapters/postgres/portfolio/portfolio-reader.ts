import type postgres from 'postgres';
import type {
  CashBalances,
  PortfolioReader,
  StoredPosition,
} from '../../../contracts/portfolio/portfolio-reader.ts';
import { guardDatabasePort } from '../database-errors.ts';
import { toTimestampOrNull } from '../timestamp.ts';
import { cashColumns, cashOf, toCash } from './cash-columns.ts';

type Sql = postgres.Sql;

interface PositionRow {
  symbol: string;
  quantity: string;
  held_quantity: string;
  average_price: string;
  cost_basis: string;
  realized_pnl: string;
  status: 'ACTIVE' | 'CLOSED';
  position_type: 'LONG' | 'SHORT';
  last_trade_at: string | Date | null;
}

/** A left join's row of an account without active positions has no symbol. */
type PortfolioRow = CashBalances & (PositionRow | { symbol: null });

/**
 * Cash and positions of one account. Prepared once per connection; each call is one statement, so
 * it sees one instant of the books.
 */
export const createPortfolioReader = (sql: Sql): PortfolioReader =>
  guardDatabasePort<PortfolioReader>({
    readPortfolio: (accountId) => readPortfolio(sql, accountId),
    async readCash(accountId) {
      const rows = await sql<CashBalances[]>`
        select ${cashColumns(sql)} from accounts a, lateral (${cashOf(sql)}) c where a.id = ${accountId}`;
      return rows[0] ? toCash(rows[0]) : null;
    },
    async listPositions(accountId, includeClosed) {
      const rows = await sql<PositionRow[]>`
        select ${positionColumns(sql)} from positions p
        where p.account_id = ${accountId} and (p.status = 'ACTIVE' or ${includeClosed})
        order by p.symbol collate "C"`;
      return rows.map(toStoredPosition);
    },
    async findPosition(accountId, symbol) {
      const rows = await sql<PositionRow[]>`
        select ${positionColumns(sql)} from positions p where p.account_id = ${accountId} and p.symbol = ${symbol}`;
      return rows[0] ? toStoredPosition(rows[0]) : null;
    },
  });

/**
 * The cash is repeated on each row: cheaper than a second round trip, and of the same instant as
 * the positions.
 */
async function readPortfolio(
  sql: Sql,
  accountId: string,
): Promise<Awaited<ReturnType<PortfolioReader['readPortfolio']>>> {
  const rows = await sql<PortfolioRow[]>`
    select ${cashColumns(sql)}, ${positionColumns(sql)}
    from accounts a
    cross join lateral (${cashOf(sql)}) c
    left join positions p on p.account_id = a.id and p.status = 'ACTIVE'
    where a.id = ${accountId}
    order by p.symbol collate "C"`;
  const [first] = rows;
  if (!first) return null;
  return { cash: toCash(first), positions: rows.filter(hasPosition).map(toStoredPosition) };
}

const positionColumns = (sql: Sql) => sql`
  p.symbol, p.quantity, p.held_quantity, p.average_price, p.cost_basis, p.realized_pnl, p.status, p.position_type, p.last_trade_at`;

const hasPosition = (row: PortfolioRow): row is CashBalances & PositionRow => row.symbol !== null;

const toStoredPosition = (row: PositionRow): StoredPosition => ({
  symbol: row.symbol,
  quantity: row.quantity,
  heldQuantity: row.held_quantity,
  averagePrice: row.average_price,
  costBasis: row.cost_basis,
  realizedPnl: row.realized_pnl,
  status: row.status,
  positionType: row.position_type,
  lastTradeAt: toTimestampOrNull(row.last_trade_at),
});
