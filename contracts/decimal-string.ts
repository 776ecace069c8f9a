/**
 * A decimal number as text, never a float: `"205.75"`. Quantities in shares and prices in USD have
 * at most 8 decimals, cash has 2.
 */
export type DecimalString = string;

/** An instant as RFC 3339 in UTC with milliseconds: `"2026-11-24T14:30:00.000Z"`. */
export type Timestamp = string;
