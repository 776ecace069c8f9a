import { z } from '@hono/zod-openapi';
import { date, instant, reason, symbolInPath, symbolParameter, timestamp } from '../rest/fields.ts';

export const MarketClock = z
  .object({ timestamp, isOpen: z.boolean(), nextOpen: timestamp, nextClose: timestamp })
  .openapi('MarketClock');

/** An optional date of a query. */
const dateParameter = (description: string) =>
  date.nullable().default(null).openapi({ type: 'string', format: 'date', description });

const ofInstrument = symbolParameter('An instrument; the market unless given');

export const ClockQuery = z.strictObject({ symbol: ofInstrument });

export const CalendarQuery = z.strictObject({
  start: dateParameter('The first date; today at the market unless given'),
  end: dateParameter(
    'The last date, at most 365 days after `start`; 30 days after it unless given',
  ),
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

export const SessionPath = z.object({ symbol: symbolInPath, date });

export const ListSessionsQuery = z.strictObject({
  start: dateParameter('The first date; today at the market unless given'),
  end: dateParameter('The last date, at most 365 days after `start`, as unless given'),
});

export const InstrumentSession = z
  .object({
    date: z.string().openapi({ format: 'date', example: '2026-11-27' }),
    opensAt: timestamp,
    closesAt: timestamp,
  })
  .openapi('InstrumentSession', {
    description: 'No trading on the date when it opens as it closes',
  });

export const SessionList = z
  .object({ items: z.array(InstrumentSession) })
  .openapi('InstrumentSessionList');

export const SetSessionRequest = z
  .strictObject({ opensAt: instant, closesAt: instant, reason })
  .openapi('SetSessionRequest');

/** A DELETE has no body: the reason is a parameter. */
export const RemoveSessionQuery = z.strictObject({ reason });
