import { sql } from 'drizzle-orm';
import { numeric, timestamp } from 'drizzle-orm/pg-core';

/** Quantities in shares and prices in USD. */
export const quantity = (name: string) => numeric(name, { precision: 20, scale: 8 });

/** Cash in USD, to the cent. */
export const cash = (name: string) => numeric(name, { precision: 20, scale: 2 });

/** Products of quantity and price, kept exactly: 8 + 8 decimals. */
export const exactNotional = (name: string) => numeric(name, { precision: 38, scale: 16 });

export const instant = (name: string) =>
  timestamp(name, { withTimezone: true, precision: 3, mode: 'string' });

/** Words as a CHECK lists them: `'BUY','SELL'`. */
export const listOf = (words: readonly string[]) =>
  sql.raw(words.map((word) => `'${word}'`).join(','));
