import type { ExecutionReport } from './broker.ts';

/**
 * A report on its way from the broker session to the order's books: through a signal, a workflow's
 * arguments and state. Whoever may signal workflows can send one; the seal says that the session
 * itself read it from the broker. What was sent before there were seals has none.
 */
export interface SealedReport extends ExecutionReport {
  seal?: string;
}

/** Seals what the broker session reads. Only the workers have the key. */
export interface ReportSeals {
  /** `orderId`: the order whose workflow gets it; null for one that is not ours. */
  seal(orderId: string | null, report: ExecutionReport): SealedReport;
  /** Whether the session sealed this report for this order. */
  isIntact(orderId: string | null, report: SealedReport): boolean;
}

/** The report alone, as it is booked and kept. */
export function withoutSeal({ seal: _, ...report }: SealedReport): ExecutionReport {
  return report;
}
