import { assertNever } from '../assert-never.ts';
import { type OrderType, TIMES_IN_FORCE, type TimeInForce } from './order.ts';

const RESTING: readonly TimeInForce[] = ['DAY', 'GTC'];

/** The times in force that an order of a type may have, as at Alpaca: one that waits for a price is no order of the moment or of an auction. */
export function timesInForceOf(type: OrderType): readonly TimeInForce[] {
  switch (type) {
    case 'MARKET':
    case 'LIMIT':
      return TIMES_IN_FORCE;
    case 'STOP':
    case 'STOP_LIMIT':
    case 'TRAILING_STOP':
      return RESTING;
    default:
      return assertNever(type);
  }
}

/** Whether a replacement may change the time in force so. */
export const isReplaceableTimeInForce = (from: TimeInForce, to: TimeInForce): boolean =>
  from === to || (RESTING.includes(from) && RESTING.includes(to));
