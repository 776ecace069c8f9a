import { z } from '@hono/zod-openapi';
import { date, symbol, timestamp } from './fields.ts';

export const MarketClock = z.object({ timestamp, isOpen: z.boolean(), nextOpen: timestamp, nextClose: timestamp }).openapi('MarketClock');

/** An optional date of a query. */
export const dateParameter = (description: string) =>
  date.nullable().default(null).openapi({ type: 'string', format: 'date', description });

const ofInstrument = symbol.nullable().default(null).openapi({ type: 'string', description: 'An instrument; the market unless given' });

export const ClockQuery = z.strictObject({ symbol: ofInstrument });

export const CalendarQuery = z.strictObject({
  start: dateParameter('The first date; today at the market unless given'),
  end: dateParameter('The last date, at most 365 days after `start`; 30 days after it unless given'),
  symbol: ofInstrument,
});

export const MarketCalendar = z
  .object({
    items: z.array(
      z
        .object({
          date: z.string().openapi({ format: 'date', example: '2026-11-27' }),
          open: timestamp,
          close: timestamp,
          isEarlyClose: z.boolean(),
        })
        .openapi('MarketDay'),
    ),
  })
  .openapi('MarketCalendar');
