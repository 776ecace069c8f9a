import type { ExecutionReport } from './broker.ts';

/**
 * What became of a report that found no workflow of its order. BOOKED: the order was open, or the report said nothing new. LATE_FILL: booked
 * after the order had closed, with a break. IMPOSSIBLE_REPORT, UNKNOWN_ORDER: not booked, the break is the record.
 */
export type ExecutionOutcome = 'BOOKED' | 'LATE_FILL' | 'IMPOSSIBLE_REPORT' | 'UNKNOWN_ORDER';

/** The workflows of fills that found their order closed. Throws `HubError('TEMPORAL_UNAVAILABLE')` when the server cannot be reached. */
export interface ExecutionWorkflows {
  /** Starting one that runs or has completed changes nothing. `orderId` is null for an order that is not ours. */
  startExecution(orderId: string | null, report: ExecutionReport): Promise<void>;
}
