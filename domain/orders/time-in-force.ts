import { RESTING_TIMES, type TimeInForce } from './order.ts';

/** Whether a replacement may change the time in force so. */
export const isReplaceableTimeInForce = (from: TimeInForce, to: TimeInForce): boolean =>
  from === to || (RESTING_TIMES.includes(from) && RESTING_TIMES.includes(to));
