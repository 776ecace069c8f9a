import {
  type BulkCounts,
  type BulkCursor,
  type BulkFailure,
  type BulkPageResult,
  type BulkProgress,
  type BulkRequest,
  type BulkState,
  describeBulk,
  FAILURE_SAMPLES_MAX,
  NO_COUNTS,
} from '../../contracts/operators/bulk-operations.ts';
import type { OperatorRequest } from '../../contracts/orders/workflow-messages.ts';

/** What the workflow knows of its operation between one page and the next. */
export class BulkLife {
  readonly request: BulkRequest;
  matched: number | null;
  cursor: BulkCursor | null;
  stoppedBy: OperatorRequest | null = null;
  pagesHere = 0;
  private counts: BulkCounts;
  private failures: BulkFailure[];
  private readonly startedAt: string;
  private end: { status: BulkProgress['status']; at: string } | null = null;

  constructor(request: BulkRequest, carried: BulkState | null, nowMs: number) {
    this.request = request;
    this.matched = carried?.matched ?? null;
    this.cursor = carried?.cursor ?? null;
    this.failures = carried?.failures ?? [];
    this.startedAt = carried?.startedAt ?? toTimestamp(nowMs);
    const { done, pending, rejected, failed } = carried ?? NO_COUNTS;
    this.counts = { done, pending, rejected, failed };
  }

  /**
   * The first who says so counts. Operators also write these by hand: whoever forgets to say who
   * and why is obeyed all the same.
   */
  stop(by?: Partial<OperatorRequest>): void {
    this.stoppedBy ??= {
      operator: String(by?.operator ?? 'unknown'),
      reason: String(by?.reason ?? 'none given'),
    };
  }

  add(page: BulkPageResult): void {
    const { done, pending, rejected, failed } = this.counts;
    this.counts = {
      done: done + page.done,
      pending: pending + page.pending,
      rejected: rejected + page.rejected,
      failed: failed + page.failed,
    };
    this.failures = [...this.failures, ...page.failures].slice(0, FAILURE_SAMPLES_MAX);
    this.pagesHere += 1;
  }

  finish(isWhole: boolean, nowMs: number): BulkProgress {
    this.end = { status: isWhole ? 'COMPLETED' : 'CANCELED', at: toTimestamp(nowMs) };
    return this.progress;
  }

  get asked(): number {
    const { done, pending, rejected, failed } = this.counts;
    return done + pending + rejected + failed;
  }

  get progress(): BulkProgress {
    const { request, counts, matched, failures, stoppedBy, startedAt, end } = this;
    return {
      ...request,
      ...counts,
      status: end?.status ?? 'RUNNING',
      matched,
      failures,
      stoppedBy,
      startedAt,
      endedAt: end?.at ?? null,
    };
  }

  carry(): BulkState {
    const { counts, matched, failures, cursor, startedAt } = this;
    return { ...counts, matched, failures, cursor, startedAt };
  }

  /** What an operator reads at the top of the workflow's page, in Markdown. */
  describe(): string {
    const { request, counts, matched, failures, stoppedBy, end } = this;
    return [
      `**${describeBulk(request)}**`,
      '',
      `- asked for by ${request.operator} at ${request.requestedAt}: ${request.reason}`,
      `- **${end?.status ?? 'RUNNING'}**: asked ${this.asked} of ${matched ?? '?'} order(s)`,
      `- done: ${counts.done}, still at work: ${counts.pending}, rejected: ${counts.rejected}, failed: ${counts.failed}`,
      ...failures.map(({ orderId, code }) => `- \`order/${orderId}\`: ${code}`),
      ...(stoppedBy ? [`- stopped by ${stoppedBy.operator}: ${stoppedBy.reason}`] : []),
    ].join('\n');
  }
}

const toTimestamp = (ms: number): string => new Date(ms).toISOString();
