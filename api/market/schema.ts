import { z } from '@hono/zod-openapi';
import { HubError } from '../../contracts/errors.ts';
import {
  decimal,
  isSymbol,
  pageOf,
  pageQuery,
  SYMBOL_FORM,
  symbol,
  symbolInPath,
  timestamp,
} from '../rest/fields.ts';

const WATCHLIST_LENGTH_MAX = 200;
const QUOTED_SYMBOLS_MAX = 100;

export const SymbolPath = z.object({ symbol: symbolInPath });

export const Instrument = z
  .object({
    symbol: z.string(),
    name: z.string(),
    exchange: z.string(),
    currency: z.literal('USD'),
    tradable: z.boolean(),
    fractionable: z.boolean(),
  })
  .openapi('Instrument');

export const InstrumentPage = pageOf(Instrument).openapi('InstrumentPage');

export const ListInstrumentsQuery = z.strictObject(pageQuery);

export const Watchlist = z
  .object({
    items: z.array(z.object({ symbol: z.string(), addedAt: timestamp }).openapi('WatchlistItem')),
  })
  .openapi('Watchlist');

export const ReplaceWatchlistRequest = z
  .strictObject({ symbols: z.array(symbol).max(WATCHLIST_LENGTH_MAX).transform(distinct) })
  .openapi('ReplaceWatchlistRequest');

const ONE_SYMBOL = SYMBOL_FORM.source.slice(1, -1);
const SYMBOLS_PATTERN = `^${ONE_SYMBOL}(,${ONE_SYMBOL}){0,${QUOTED_SYMBOLS_MAX - 1}}$`;

export const MarketDataQuery = z.strictObject({
  symbols: z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.array(symbol).max(QUOTED_SYMBOLS_MAX).transform(distinct))
    .openapi({
      type: 'string',
      pattern: SYMBOLS_PATTERN,
      description: `1 to ${QUOTED_SYMBOLS_MAX} symbols with commas between`,
      example: 'AAPL,MSFT',
    }),
});

export const Quotes = z
  .object({
    quotes: z.array(
      z
        .object({
          symbol: z.string(),
          bid: decimal,
          ask: decimal,
          last: decimal,
          bidSize: decimal,
          askSize: decimal,
          sequence: z.int(),
          time: timestamp,
        })
        .openapi('Quote'),
    ),
    unknownSymbols: z.array(z.string()),
  })
  .openapi('Quotes');

/** Which symbols an operator means; all when none is named. */
export const CacheRequest = z
  .strictObject({ symbols: z.array(symbol).max(WATCHLIST_LENGTH_MAX).default([]) })
  .openapi('CacheRequest');

function distinct(symbols: string[]): string[] {
  return [...new Set(symbols)];
}

/** The symbol of a path. What cannot be a symbol is no instrument. */
export function instrumentOf(path: { symbol: string }): string {
  if (!isSymbol(path.symbol)) throw new HubError('INSTRUMENT_NOT_FOUND', { symbol: path.symbol });
  return path.symbol;
}
