import { ApplicationFailure } from '@temporalio/workflow';
import type { OrderSubmission } from '../../contracts/orders.ts';
import type { ExecutionReport } from '../../contracts/ports/broker.ts';
import type { OperatorRequest, OrderProgress, OrderStanding, Replacement, Waiting } from '../../contracts/workflow-messages.ts';
import { isOpen } from '../../domain/order/order.ts';
import type { AttemptFailure } from './failure.ts';
import { Retries, type Retry } from './retries.ts';

/** How long after it was given up a request may still arrive at the venue. */
const ARRIVAL_MS_MAX = 5_000;

/** How much the clocks of the database and of Temporal may differ. */
const CLOCK_SKEW_MS = 2_000;
/** 400 bytes each: keeps a run's input well below the server's bound of 2 MB. */
const REPORTS_CARRIED_MAX = 3_000;

/**
 * What a run whose history has grown long hands to the next: all that an order's life depends on between two actions, as plain JSON. A
 * replacement and an operator's end are not among it: whoever asked for them waits in this run.
 */
export type CarriedLife = Pick<
  OrderLife,
  | 'progress'
  | 'wasSentTo'
  | 'givenUpAtMs'
  | 'isAbandoned'
  | 'cancelRequestedBy'
  | 'resumedBy'
  | 'attempts'
  | 'refreshes'
  | 'heardAtMs'
  | 'expiryAskedAtMs'
  | 'undecidedUntilMs'
  | 'isVenueToBeAsked'
  | 'isBehind'
  | 'isMarked'
> & { retries: Retry[]; reports: ExecutionReport[] };

interface Start {
  nowMs: number;
  /** The run repeats one that was reset, or may repeat a task that was lost. */
  isRepeated: boolean;
  carried?: CarriedLife | undefined;
}

/** What the workflow knows of its order between one action and the next. Only messages and the results of actions change it. */
export class OrderLife {
  readonly submission: OrderSubmission;
  readonly retries: Retries;
  progress: OrderProgress | null = null;
  /** Whether an attempt may have reached the venue. */
  wasSentTo = false;
  /** When the last attempt that may still arrive there was given up; null when none was. */
  givenUpAtMs: number | null = null;
  /** The API could not decide and told its client so. */
  isAbandoned = false;
  /** Who asked for the cancel that has not been carried out. */
  cancelRequestedBy: string | null = null;
  replacement: Replacement | null = null;
  failRequest: OperatorRequest | null = null;
  /** The operator who ended the last wait. */
  resumedBy: OperatorRequest | null = null;
  /** How the last replacement and the last operator's end failed, for those who asked for them. */
  refusals: { replace: AttemptFailure | null; fail: AttemptFailure | null } = { replace: null, fail: null };
  /** Attempts of actions so far, failed ones included. */
  attempts = 0;
  /** How often the venue has been asked how the order stands, and when it was last heard of. */
  refreshes = 0;
  heardAtMs: number;
  /** When it is asked again whether anybody has decided on the order that is given up; null before it was asked. */
  undecidedUntilMs: number | null = null;
  /** It has closed with reports that are not booked. */
  booksAfterClose = false;
  /** More was reported than is booked at a time. */
  isBehind = false;
  /** Something was reported that cannot be read. */
  isVenueToBeAsked = false;
  /** The venue still had the order after its time was over. */
  expiryAskedAtMs: number | null = null;
  /** What the search attribute says of it. */
  isMarked = false;
  /**
   * The time of the last thing that the history tells. What a wait watches goes by it: a rejected update runs the workflow as well, at a time that a
   * replay never sees.
   */
  nowMs: number;
  private unbooked: ExecutionReport[];

  constructor(submission: OrderSubmission, { nowMs, isRepeated, carried }: Start) {
    const { retries, reports, ...state } = carried ?? {};
    this.submission = submission;
    this.retries = new Retries(retries);
    this.unbooked = [...(reports ?? [])];
    this.heardAtMs = nowMs;
    this.nowMs = nowMs;
    Object.assign(this, state);
    // What a run that was reset, a lost task or another workflow had sent is not known to this one.
    if (!isRepeated && (carried || !submission.isTakenUp)) return;
    this.wasSentTo = true;
    this.givenUpAtMs = nowMs;
  }

  /** `null` when it is closed, or this run cannot be left: somebody waits for its answer, or there are too many reports to take along. */
  carryOver(): CarriedLife | null {
    if (this.isClosed || this.replacement || this.failRequest || this.unbooked.length > REPORTS_CARRIED_MAX) return null;
    const { progress, wasSentTo, givenUpAtMs, isAbandoned, cancelRequestedBy, resumedBy, attempts, isMarked } = this;
    const { refreshes, heardAtMs, undecidedUntilMs, isVenueToBeAsked, isBehind, expiryAskedAtMs } = this;
    return {
      ...{ progress, wasSentTo, givenUpAtMs, isAbandoned, cancelRequestedBy, resumedBy, attempts, isMarked },
      ...{ refreshes, heardAtMs, undecidedUntilMs, isVenueToBeAsked, isBehind, expiryAskedAtMs },
      ...{ retries: this.retries.open, reports: this.unbooked },
    };
  }

  get isClosed(): boolean {
    return this.progress !== null && !isOpen(this.progress.status);
  }

  /** Where the order stands, once it has been decided on. */
  get known(): OrderProgress {
    if (this.progress === null) throw ApplicationFailure.nonRetryable('The order has not been decided on', 'ACCEPT_BY_PASSED');
    return this.progress;
  }

  get standing(): OrderStanding | null {
    return this.progress && { ...this.progress, waiting: this.waiting };
  }

  /** From then on nobody can decide on the order any more: a decision after the accept-by time is not written. */
  get isDecisionOver(): boolean {
    return Date.now() >= Date.parse(this.submission.acceptBy) + CLOCK_SKEW_MS;
  }

  /** Nobody sends an order before its time. */
  isReleased(nowMs: number): boolean {
    return !this.progress?.releaseAt || nowMs >= Date.parse(this.progress.releaseAt);
  }

  /** False only as long as the order certainly never reached the venue. The books may know of an attempt that this run does not. */
  get mayBeAtBroker(): boolean {
    return this.progress?.isAcknowledged === true || (this.wasSentTo && this.isReleased(Date.now()));
  }

  /** What the venue does not know yet, it may still come to know: a request outlives the caller who gave it up. */
  get mayBeOnItsWay(): boolean {
    return this.givenUpAtMs !== null && Date.now() < this.givenUpAtMs + ARRIVAL_MS_MAX;
  }

  get waiting(): Waiting | null {
    const retry = this.retries.next;
    if (retry) {
      const until = retry.dueAtMs === null ? null : new Date(retry.dueAtMs).toISOString();
      return { for: until === null ? 'OPERATOR' : 'RETRY', step: retry.step, until, failures: retry.failures, lastFailure: retry.code };
    }
    if (this.isClosed || this.progress?.isAcknowledged !== false || this.isReleased(Date.now())) return null;
    return { for: 'OPEN', step: null, until: this.progress.releaseAt, failures: 0, lastFailure: null };
  }

  get reportCount(): number {
    return this.unbooked.length;
  }

  get hasReports(): boolean {
    return this.unbooked.length > 0;
  }

  receive(reports: readonly ExecutionReport[]): void {
    this.unbooked.push(...reports);
    this.wasSentTo = true;
  }

  /** The first `countMax` of them. */
  takeReports(countMax: number): ExecutionReport[] {
    const reports = this.unbooked.splice(0, countMax);
    this.isBehind = this.hasReports;
    return reports;
  }

  giveBack(reports: readonly ExecutionReport[]): void {
    this.unbooked.unshift(...reports);
  }

  /** Nothing else is tried any more that would bring the order to the venue. */
  requestCancel(actor: string): void {
    if (this.isClosed) return;
    this.cancelRequestedBy ??= actor;
    this.retries.settled('EXECUTE');
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

  retryNow(request: OperatorRequest, nowMs: number): void {
    if (this.retries.exhausted) this.resumedBy = request;
    this.retries.hurry(nowMs);
  }

  /** The venue, or our books, have spoken. */
  advance(progress: OrderProgress, nowMs: number): void {
    this.progress = progress;
    this.heardAtMs = nowMs;
    if (progress.isAcknowledged) this.retries.settled('EXECUTE');
    if (!this.isClosed) return;
    for (const action of ['EXECUTE', 'BOOK', 'CANCEL', 'EXPIRE'] as const) this.retries.settled(action);
    this.cancelRequestedBy = null;
  }

  assertCancelable(): void {
    if (this.isClosed) throw ApplicationFailure.nonRetryable(`The order is ${this.progress?.status}`, 'ORDER_NOT_CANCELABLE');
  }

  /** Working at the venue, or waiting for its time to go there; or its replacement is under way by the books, and nobody sees to it here. */
  assertReplaceable(): void {
    const status = this.progress?.status;
    const isAtWork = status === 'NEW' || status === 'PARTIALLY_FILLED' || status === 'PENDING_REPLACE' || this.waiting?.for === 'OPEN';
    if (isAtWork && this.replacement === null && this.cancelRequestedBy === null) return;
    throw ApplicationFailure.nonRetryable(`The order is ${status ?? 'not decided on'} and cannot be replaced now`, 'ORDER_NOT_REPLACEABLE');
  }

  assertWaiting(): void {
    if (!this.retries.next) throw ApplicationFailure.nonRetryable('The order waits for no retry and no operator', 'ORDER_NOT_WAITING');
  }
}
