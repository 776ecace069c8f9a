import type { Decimal } from '../money/decimal.ts';
import { err } from '../result.ts';

/** Why an order can be refused: by us, by an operator (OPERATOR_FAILED) or by the venue (REPLACE_REJECTED, BROKER_REJECTED). Checked in this order. */
export const REJECT_CODES = [
  'UNKNOWN_SYMBOL',
  'INSTRUMENT_HALTED',
  'ACCOUNT_RESTRICTED',
  'MARKET_CLOSED',
  'NO_QUOTE',
  'QUANTITY_NOT_FRACTIONABLE',
  'PRICE_INCREMENT_INVALID',
  'LIMIT_PRICE_OUTSIDE_COLLAR',
  'STOP_PRICE_INVALID',
  'ORDER_TOO_LARGE',
  'INSUFFICIENT_BUYING_POWER',
  'INSUFFICIENT_POSITION',
  'REPLACE_REJECTED',
  'OPERATOR_FAILED',
  'BROKER_REJECTED',
] as const;
export type RejectCode = (typeof REJECT_CODES)[number];

export interface Refusal {
  code: RejectCode;
  /** For the reader, decimals as text: `{ required: '2057.50', available: '100.00' }`. */
  facts: Record<string, string>;
  /** What a notional came to in shares, once that was known. */
  quantity?: Decimal;
}

export const refuse = (code: RejectCode, facts: Record<string, string> = {}): { ok: false; error: Refusal } => err({ code, facts });
