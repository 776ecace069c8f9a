import { HubError } from '../../contracts/errors.ts';
import type { Page, PageRequest } from '../../contracts/list-cursor.ts';
import type { Instrument, InstrumentStore } from '../../contracts/market/instruments.ts';

/** The form of a symbol, as the table of instruments checks it. */
const SYMBOL = /^[A-Z][A-Z0-9.]{0,9}$/;

/** One instrument. Throws `INSTRUMENT_NOT_FOUND` and `DATABASE_UNAVAILABLE`. */
export async function getInstrument(
  { instruments }: { instruments: Pick<InstrumentStore, 'findInstrument'> },
  symbol: string,
): Promise<Instrument> {
  const instrument = await instruments.findInstrument(symbol);
  if (!instrument) throw new HubError('INSTRUMENT_NOT_FOUND', { symbol });
  return instrument;
}

/**
 * Instruments by symbol. Throws `VALIDATION_FAILED` for a cursor that is not ours, and
 * `DATABASE_UNAVAILABLE`.
 */
export async function listInstruments(
  { instruments }: { instruments: Pick<InstrumentStore, 'listInstruments'> },
  { limit, cursor }: PageRequest,
): Promise<Page<Instrument>> {
  const afterSymbol = cursor === null ? null : decodeCursor(cursor);
  const found = await instruments.listInstruments(afterSymbol, limit + 1);
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: found.length > limit && last ? encodeCursor(last.symbol) : null };
}

const encodeCursor = (symbol: string): string => Buffer.from(symbol, 'utf8').toString('base64url');

/**
 * Decoding is lenient about what is no base64url: only what encodes to the same text again is a
 * cursor.
 */
function decodeCursor(cursor: string): string {
  const symbol = Buffer.from(cursor, 'base64url').toString('utf8');
  if (!SYMBOL.test(symbol) || encodeCursor(symbol) !== cursor)
    throw new HubError('VALIDATION_FAILED', { field: 'cursor' });
  return symbol;
}
