import type { Side } from '../../domain/orders/order.ts';
import type { DecimalString } from '../decimal-string.ts';

/** At most so many instructions a call. */
export const CLEARING_INSTRUCTIONS_MAX = 1_000;

export interface ClearingInstruction {
  /** The broker's id of the execution (FIX ExecID 17). */
  brokerExecutionId: string;
  symbol: string;
  side: Side;
  quantity: DecimalString;
  price: DecimalString;
  /** `YYYY-MM-DD` */
  settlementDate: string;
}

export type ClearingResult =
  | { brokerExecutionId: string; outcome: 'SETTLED' }
  | { brokerExecutionId: string; outcome: 'REJECTED'; reason: string };

/**
 * The clearing house, which exchanges cash against shares. Idempotent by the broker's execution id:
 * what has settled is answered as settled again. An instruction that cannot be settled is an
 * answer. Throws {@link ClearingUnavailable} when none can be had: sending again is safe.
 */
export interface Clearing {
  /** One result for each instruction, in their order; at most {@link CLEARING_INSTRUCTIONS_MAX}. */
  settle(instructions: readonly ClearingInstruction[]): Promise<ClearingResult[]>;
}

/** The clearing houses of the brokers that this process is connected to. */
export interface ClearingHouses {
  /** Throws {@link ClearingUnavailable} for a broker that is not configured. */
  of(broker: string): Clearing;
}

/** No answer from the clearing house: it may or may not have settled. */
export class ClearingUnavailable extends Error {
  override readonly name = 'ClearingUnavailable';
}
