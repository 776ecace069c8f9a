import type postgres from 'postgres';
import { Decimal, formatCash, formatDecimal } from '../../domain/money/decimal.ts';

export interface Books {
  settled: string;
  unsettled: string;
  held: string;
  buyingPower: string;
  openHolds: number;
  /** `securities`: what the ledger has of the shares, settled or not. */
  positions: {
    symbol: string;
    quantity: string;
    heldQuantity: string;
    averagePrice: string;
    securities: string;
  }[];
  /** Sum of all ledger balances of the account by asset; double entry makes each zero. */
  sums: Record<string, string>;
}

const plain = (value: string | null | undefined): string => formatDecimal(new Decimal(value ?? 0));

/**
 * One account's books as the tables have them. `unsettled` is the raw balance: trades and holds.
 */
export async function readBooks(sql: postgres.Sql, accountId: string): Promise<Books> {
  const ledger = await sql<{ kind: string; asset: string; balance: string }[]>`
    select kind, asset, balance from ledger_accounts where account_id = ${accountId}`;
  const balance = (kind: string, asset: string) =>
    ledger.find((row) => row.kind === kind && row.asset === asset)?.balance;
  const cash = (kind: string) => formatCash(new Decimal(balance(kind, 'USD') ?? 0));
  const [account] = await sql<
    { buying_power: string }[]
  >`select buying_power from accounts where id = ${accountId}`;
  const holds = await sql`select 1 from holds where account_id = ${accountId} and remaining > 0`;
  const positions = await sql<
    { symbol: string; quantity: string; held_quantity: string; average_price: string }[]
  >`
    select symbol, quantity, held_quantity, average_price from positions where account_id = ${accountId} order by symbol`;
  const sums = new Map<string, Decimal>();
  for (const row of ledger)
    sums.set(row.asset, (sums.get(row.asset) ?? new Decimal(0)).plus(row.balance));
  return {
    settled: cash('CASH_SETTLED'),
    unsettled: cash('CASH_UNSETTLED'),
    held: cash('CASH_HELD'),
    buyingPower: formatCash(new Decimal(account?.buying_power ?? 0)),
    openHolds: holds.length,
    positions: positions.map((row) => ({
      symbol: row.symbol,
      quantity: plain(row.quantity),
      heldQuantity: plain(row.held_quantity),
      averagePrice: plain(row.average_price),
      securities: plain(
        new Decimal(balance('SECURITIES', row.symbol) ?? 0)
          .plus(balance('SECURITIES_UNSETTLED', row.symbol) ?? 0)
          .toFixed(),
      ),
    })),
    sums: Object.fromEntries([...sums].map(([asset, sum]) => [asset, formatDecimal(sum)])),
  };
}
