import type { Decimal } from '../money/decimal.ts';
import { err } from '../result.ts';

/**
 * Why an order is rejected before it goes to the broker, with the title that people read. The first
 * that holds is the reason, in this order.
 */
export const PRE_TRADE_REJECTIONS = {
  UNKNOWN_SYMBOL: 'The symbol is not known',
  INSTRUMENT_HALTED: 'The instrument is not tradable now',
  ACCOUNT_RESTRICTED: 'The account may not trade',
  MARKET_CLOSED: 'The market is closed',
  NO_QUOTE: 'The instrument has no quote now',
  QUANTITY_NOT_FRACTIONABLE: 'The instrument trades in whole shares',
  PRICE_INCREMENT_INVALID: 'The price is not a multiple of the minimum price variation',
  LIMIT_PRICE_OUTSIDE_COLLAR: 'The limit price is too far from the market',
  STOP_PRICE_INVALID: 'The stop price is on the wrong side of the market',
  ORDER_TOO_SMALL: 'The order is worth less than the smallest that is taken',
  ORDER_TOO_LARGE: 'The order is larger than the account may send',
  TOO_MANY_OPEN_ORDERS: 'The account has as many open orders as it may have',
  INSUFFICIENT_BUYING_POWER: 'The buying power does not suffice',
  INSUFFICIENT_POSITION: 'The position does not suffice',
} as const;

/** Why it is rejected later, or in the place of another: by the broker, by an operator. */
const LATER_REJECTIONS = {
  STOP_ALREADY_TRIGGERED: 'The stop was reached: it can no longer be moved',
  REPLACE_REJECTED: 'The original can no longer be replaced',
  OPERATOR_FAILED: 'An operator ended the order',
  BROKER_REJECTED: 'The broker rejected the order',
} as const;

/** Every reason that an order can keep as its `rejectCode`, with its title. */
export const REJECTIONS = { ...PRE_TRADE_REJECTIONS, ...LATER_REJECTIONS };

export type PreTradeRejectCode = keyof typeof PRE_TRADE_REJECTIONS;
export type RejectCode = keyof typeof REJECTIONS;

/** In the order in which they are checked. */
export const PRE_TRADE_REJECT_CODES = Object.keys(PRE_TRADE_REJECTIONS) as PreTradeRejectCode[];

export interface Rejection {
  code: RejectCode;
  /** For the reader, decimals as text: `{ required: '2057.50', available: '100.00' }`. */
  facts: Record<string, string>;
  /** What a notional came to in shares, once that was known. */
  quantity?: Decimal;
}

export const reject = (
  code: RejectCode,
  facts: Record<string, string> = {},
): { ok: false; error: Rejection } => err({ code, facts });
