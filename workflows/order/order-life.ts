import { ApplicationFailure } from '@temporalio/workflow';
import type { OrderSubmission } from '../../contracts/orders.ts';
import type { ExecutionReport } from '../../contracts/ports/broker.ts';
import type { OrderProgress } from '../../contracts/workflow-messages.ts';
import { isOpen } from '../../domain/order/order.ts';

/** What the workflow knows of its order between one step and the next. */
export class OrderLife {
  readonly submission: OrderSubmission;
  progress: OrderProgress | null = null;
  /** Who asked for the cancel that has not been carried out. */
  cancelRequestedBy: string | null = null;
  /** The API could not decide and told its client so. */
  isAbandoned = false;
  private unbooked: ExecutionReport[] = [];

  constructor(submission: OrderSubmission) {
    this.submission = submission;
  }

  get isClosed(): boolean {
    return this.progress !== null && !isOpen(this.progress.status);
  }

  /** Where the order stands, once it has been decided on. */
  get known(): OrderProgress {
    if (this.progress === null) throw ApplicationFailure.nonRetryable('The order has not been decided on', 'ACCEPT_BY_PASSED');
    return this.progress;
  }

  get hasReports(): boolean {
    return this.unbooked.length > 0;
  }

  receive(reports: readonly ExecutionReport[]): void {
    this.unbooked.push(...reports);
  }

  takeReports(): ExecutionReport[] {
    const reports = this.unbooked;
    this.unbooked = [];
    return reports;
  }

  requestCancel(actor: string): void {
    this.cancelRequestedBy ??= actor;
  }

  /**
   * With a key, another request may have been told that the order is accepted: then it goes on. Without one, the only client
   * there is was told to send a new order: this one must not trade.
   */
  abandon(): void {
    this.isAbandoned = true;
    if (this.submission.idempotency === null) this.requestCancel('abandoned');
  }

  get wantsOut(): boolean {
    return this.isAbandoned || this.cancelRequestedBy !== null;
  }

  assertCancelable(): void {
    if (this.isClosed) throw ApplicationFailure.nonRetryable(`The order is ${this.progress?.status}`, 'ORDER_NOT_CANCELABLE');
  }
}
