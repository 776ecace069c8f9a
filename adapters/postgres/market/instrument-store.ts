import type postgres from 'postgres';
import type { Instrument, InstrumentStore } from '../../../contracts/market/instruments.ts';
import { guardDatabasePort } from '../database-errors.ts';

/** Before every symbol: their form is checked by the table. */
const BEFORE_ALL = '';

/**
 * What can be traded, from the table `instruments`. Symbols are ordered by their bytes, whatever
 * the database's collation.
 */
export const createInstrumentStore = (sql: postgres.Sql): InstrumentStore =>
  guardDatabasePort<InstrumentStore>({
    async listInstruments(afterSymbol, limit) {
      return await sql<Instrument[]>`
        select symbol, name, exchange, currency, tradable, fractionable from instruments
        where symbol collate "C" > ${afterSymbol ?? BEFORE_ALL}
        order by symbol collate "C"
        limit ${limit}`;
    },
    async findInstrument(symbol) {
      const rows = await sql<Instrument[]>`
        select symbol, name, exchange, currency, tradable, fractionable from instruments where symbol = ${symbol}`;
      return rows[0] ?? null;
    },
  });
