import type { ExecutionReport } from '../../contracts/broker-session/broker.ts';
import type {
  AttemptRecord,
  ExecutedSteps,
  OperatorRequest,
  OrderProgress,
  Replacement,
} from '../../contracts/orders/workflow-messages.ts';
import type { Failure } from '../retry/failure.ts';
import type { LifeState } from './life-state.ts';
import type { Attempt } from './next-action.ts';

/** What can happen to an order, as far as its workflow hears of it. */
export type Occurrence =
  /** A wait is over, or a run begins. */
  | { type: 'TIMED' }
  /** An attempt that this run knows nothing of may have reached the broker. */
  | { type: 'SENT_UNSEEN' }
  /** `isWhole`: all that was sent could be read. */
  | { type: 'REPORTS_RECEIVED'; reports: readonly ExecutionReport[]; isWhole: boolean }
  | { type: 'CANCEL_REQUESTED'; actor: string }
  | { type: 'ABANDONED' }
  | { type: 'REPLACE_REQUESTED'; replacement: Replacement }
  | { type: 'RETRY_ASKED'; request: OperatorRequest }
  | { type: 'FAIL_REQUESTED'; request: OperatorRequest }
  | { type: 'STEP_BEGUN'; action: Attempt }
  | { type: 'EXECUTED'; executed: ExecutedSteps }
  /** Null: nobody has decided on the order. */
  | { type: 'DECISION_FOUND'; decision: OrderProgress | null }
  | { type: 'STEP_SUCCEEDED'; action: Attempt; progress: OrderProgress }
  | { type: 'STEP_FAILED'; action: Attempt; failure: Failure }
  | { type: 'RECORDED'; record: AttemptRecord };

export type Happened = Occurrence & { atMs: number };

/** An order's life as handlers and steps share it: they read it, and tell it what has happened. */
export interface Life {
  /** As of the last thing that was told. */
  readonly state: LifeState;
  /** As of now, for who only looks: queries and the validators of updates. */
  readonly seen: LifeState;
  /** It happened at `atMs`; now unless said. */
  tell(occurrence: Occurrence, atMs?: number): void;
}
