import type { ExecutionReport } from '../../contracts/broker-session/broker.ts';
import type { Decline } from '../../contracts/failure-class.ts';
import type { OrderSubmission } from '../../contracts/orders/order.ts';
import type {
  FailedAttempt,
  OperatorRequest,
  OrderProgress,
  OrderStanding,
  Replacement,
  Waiting,
} from '../../contracts/orders/workflow-messages.ts';
import { isOpen } from '../../domain/orders/order.ts';
import { waitOf } from '../retry/retry.ts';
import { type Retries, soonestOf } from './retries.ts';

/** How long after it was given up a request may still arrive at the broker. */
const ARRIVAL_MS_MAX = 5_000;

/** 460 bytes each, with its seal: keeps a run's input well below the server's bound of 2 MB. */
const REPORTS_CARRIED_MAX = 3_000;

/**
 * What the workflow knows of its order: plain JSON, which a run whose history has grown long hands
 * to the next. Only `apply` makes a new one of it.
 */
export interface LifeState {
  readonly submission: OrderSubmission;
  /**
   * The time of the last thing that the history tells. All that depends on the time goes by it: a
   * rejected update runs the workflow as well, at a time that a replay never sees.
   */
  readonly nowMs: number;
  readonly progress: OrderProgress | null;
  /** Why the request is no order: its key or its client order id is another one's. */
  readonly declinedFor: Decline | null;
  /** What ends the workflow: nobody decided on the order, or no retry mends what failed. */
  readonly failedWith: { code: string; message: string } | null;
  /** Whether an attempt may have reached the broker. */
  readonly wasSentTo: boolean;
  /** When the last attempt that may still arrive there was given up; null when none was. */
  readonly givenUpAtMs: number | null;
  /** The API could not decide and told its client so. */
  readonly isAbandoned: boolean;
  /** Who asked for the cancel that has not been carried out. */
  readonly cancelRequestedBy: string | null;
  readonly replacement: Replacement | null;
  readonly failRequest: OperatorRequest | null;
  /** The codes with which the last replacement and the last operator's end failed, for who asked. */
  readonly rejections: { replace: string | null; fail: string | null };
  /** The operator who ended the last wait. */
  readonly resumedBy: OperatorRequest | null;
  readonly retries: Retries;
  /** Who asked last that what failed is tried again. */
  readonly retryAskedBy: string | null;
  /** Attempts of actions so far, failed ones included. */
  readonly attempts: number;
  /** Attempts that failed and are not in the books yet; of more than 100 the last. */
  readonly unrecorded: readonly FailedAttempt[];
  /** The step and code that the books say does not get on. */
  readonly recordedTrouble: string | null;
  /** How often the broker has been asked how the order stands, and when it was last heard of. */
  readonly refreshes: number;
  readonly heardAtMs: number;
  /**
   * When it is asked again whether anybody has decided on the order that is given up; null before
   * it was asked.
   */
  readonly undecidedUntilMs: number | null;
  /** Reports that are not booked, in the order in which they came. */
  readonly reports: readonly ExecutionReport[];
  /** More was reported than is booked at a time. */
  readonly isBehind: boolean;
  /** Something was reported that cannot be read. */
  readonly isBrokerToBeAsked: boolean;
  /** When the broker was asked about an order that it still had after its time was over. */
  readonly expiryAskedAtMs: number | null;
}

export const beginLife = (submission: OrderSubmission, nowMs: number): LifeState => ({
  submission,
  nowMs,
  progress: null,
  declinedFor: null,
  failedWith: null,
  wasSentTo: false,
  givenUpAtMs: null,
  isAbandoned: false,
  cancelRequestedBy: null,
  replacement: null,
  failRequest: null,
  rejections: { replace: null, fail: null },
  resumedBy: null,
  retries: {},
  retryAskedBy: null,
  attempts: 0,
  unrecorded: [],
  recordedTrouble: null,
  refreshes: 0,
  heardAtMs: nowMs,
  undecidedUntilMs: null,
  reports: [],
  isBehind: false,
  isBrokerToBeAsked: false,
  expiryAskedAtMs: null,
});

export const isClosed = ({ progress }: Pick<LifeState, 'progress'>): boolean =>
  progress !== null && !isOpen(progress.status);

/** Has ended because nobody decided on it. */
export const isUndecided = ({ failedWith }: Pick<LifeState, 'failedWith'>): boolean =>
  failedWith?.code === 'ACCEPT_BY_PASSED' || failedWith?.code === 'ABANDONED';

/** Nobody sends an order before its time. */
export const isReleased = ({ progress, nowMs }: LifeState): boolean =>
  !progress?.releaseAt || nowMs >= Date.parse(progress.releaseAt);

/**
 * False only as long as the order certainly never reached the broker. The books may know of an
 * attempt that this run does not.
 */
export const mayBeAtBroker = (state: LifeState): boolean =>
  state.progress?.isAcknowledged === true || (state.wasSentTo && isReleased(state));

/**
 * What the broker does not know yet, it may still come to know: a request outlives the caller who
 * gave it up.
 */
export const mayBeOnItsWay = ({ givenUpAtMs, nowMs }: LifeState): boolean =>
  givenUpAtMs !== null && nowMs < givenUpAtMs + ARRIVAL_MS_MAX;

export function waitingOf(state: LifeState): Waiting | null {
  const retry = soonestOf(state.retries);
  if (retry) return waitOf(retry);
  if (isClosed(state) || state.progress?.isAcknowledged !== false || isReleased(state)) return null;
  const { releaseAt } = state.progress;
  return { for: 'OPEN', step: null, until: releaseAt, failures: 0, lastFailure: null };
}

/** The cancel is the one that is to be carried out, whether or not the books were read since. */
export function standingOf(state: LifeState): OrderStanding | null {
  if (state.progress === null) return null;
  const { cancelRequestedBy: _inBooks, ...progress } = state.progress;
  const { cancelRequestedBy } = state;
  return {
    ...progress,
    ...(cancelRequestedBy !== null && { cancelRequestedBy }),
    waiting: waitingOf(state),
  };
}

/**
 * Whether a new run can go on with it: not when it has come to its end, when somebody waits for an
 * answer of this run, or with too many reports to take along.
 */
export const canContinue = (state: LifeState): boolean =>
  !isClosed(state) &&
  state.declinedFor === null &&
  state.failedWith === null &&
  state.replacement === null &&
  state.failRequest === null &&
  state.reports.length <= REPORTS_CARRIED_MAX;
