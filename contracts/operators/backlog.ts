import type { Timestamp } from '../decimal-string.ts';

/** What waits in our books; for /metrics and operators, not for decisions. */
export interface Backlog {
  /** Orders that wait for an operator. */
  ordersSuspended: number;
  /** Since when the first of them waits; null when none does. */
  oldestSuspendedAt: Timestamp | null;
  /** Orders that could be at the broker and are not confirmed by it. */
  ordersUnacknowledged: number;
  /** Age in seconds of the oldest of them; 0 when there is none. */
  oldestUnacknowledgedSeconds: number;
  breaksOpen: number;
  /** When the first of them was raised; null when none is open. */
  oldestBreakAt: Timestamp | null;
  settlementsInRepair: number;
  /**
   * Executions that the morning's run should have settled or put into repair, an hour after it was
   * due.
   */
  settlementsOverdue: number;
  /** Of each broker that was ever read from. */
  sessions: SessionStanding[];
}

/** What is stored of the session with a broker. */
export interface SessionStanding {
  broker: string;
  /** Sequence up to which its execution reports are taken in. */
  lastSequence: number;
  /** When a report was last taken in; null when none was. */
  takenInAt: Timestamp | null;
  /** Seconds since it last said anything, a sign of life included. */
  heardAgeSeconds: number;
}

/** Where the server sends a task queue's workflow tasks, and who asks for them. */
export interface TaskQueueRoute {
  /** `<deployment>:<build id>`, or `unversioned`. */
  version: string;
  /** `none`: its workers poll, and get no tasks. */
  role: 'current' | 'ramping' | 'none';
  /** Workers that polled within the last two minutes. */
  pollers: number;
}

export interface TaskQueueStanding {
  taskQueue: string;
  /** Age in seconds of the oldest task that waits; 0 when none does. */
  backlogAgeSeconds: number;
  routes: TaskQueueRoute[];
}

/** The activity that reads a broker's execution reports, as the server knows it. */
export interface ReportPump {
  /** From 1; one that failed, or whose worker died, is tried again. */
  attempt: number;
  /** When this attempt began on a worker; null while it waits for its time or for a worker. */
  startedAt: Timestamp | null;
  /** When this attempt, or one before it, was last heard of; null when none was. */
  heartbeatAt: Timestamp | null;
  /** The stable code with which the attempt before failed; TIMEOUT when its worker went silent. */
  lastFailure: string | null;
}

/** The workflow `broker-session/<broker>`. */
export interface BrokerSessionStanding {
  isRunning: boolean;
  /** When it ended; null while it runs. */
  endedAt: Timestamp | null;
  /** Null between two readings. */
  pump: ReportPump | null;
}

/** The schedule of the daily settlement, and its last run. */
export interface SettlementRuns {
  isPaused: boolean;
  /** Null: it has not run yet, or no run is remembered. */
  lastRun: {
    startedAt: Timestamp;
    /** Null while it works or waits. */
    endedAt: Timestamp | null;
    /** It ended otherwise than by completing. */
    hasFailed: boolean;
  } | null;
}

/** Orders submitted lately that ended alike. */
export interface RecentOrders {
  /** Null: not rejected. */
  rejectCode: string | null;
  count: number;
}

/** Running workflows of which the same step fails in the same way. */
export interface FailingStep {
  workflowType: string;
  step: string;
  code: string;
  count: number;
}

/** Workflows that somebody or a time limit ended, and that no other run goes on for. */
export interface EndedUnfinished {
  workflowType: string;
  count: number;
}

/** What the books and their database say of how they are. Each call is one round trip. */
export interface BooksProbes {
  readBacklog(): Promise<Backlog>;
  /** Of the last ten minutes. */
  readRecentOrders(): Promise<RecentOrders[]>;
  readConnections(): Promise<{ used: number; max: number }>;
}

/** What Temporal knows of how our workflows fare. */
export interface WorkflowMonitor {
  /** Running workflows that call an operator. Throws `TEMPORAL_UNAVAILABLE`. */
  countAttention(): Promise<number>;
  /** Throws `TEMPORAL_UNAVAILABLE`. */
  readTaskQueues(): Promise<TaskQueueStanding[]>;
  /** Of a thousand workflows at most. Throws `TEMPORAL_UNAVAILABLE`. */
  readFailingSteps(): Promise<FailingStep[]>;
  /** Of those that ended in the last hour, the last hundred. Throws `TEMPORAL_UNAVAILABLE`. */
  readEndedUnfinished(): Promise<EndedUnfinished[]>;
  /** Null when there has never been one. Throws `TEMPORAL_UNAVAILABLE`. */
  readBrokerSession(broker: string): Promise<BrokerSessionStanding | null>;
  /** Null when no worker has made the schedule yet. Throws `TEMPORAL_UNAVAILABLE`. */
  readSettlementRuns(): Promise<SettlementRuns | null>;
}
