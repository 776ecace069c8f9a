/** What waits in our books; figures for /metrics, not for decisions. */
export interface Backlog {
  /** Orders that wait for an operator. */
  ordersSuspended: number;
  /**
   * Age in seconds of the oldest order that could be at the broker and is not confirmed by it; 0
   * when there is none.
   */
  oldestUnacknowledgedSeconds: number;
  breaksOpen: number;
  settlementsInRepair: number;
  /**
   * Executions that the morning's run should have settled or put into repair, an hour after it was
   * due.
   */
  settlementsOverdue: number;
  /** By broker, the sequence up to which its execution reports are taken in. */
  lastSequences: { broker: string; lastSequence: number }[];
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

/** What Temporal knows of how our workflows fare. */
export interface WorkflowMonitor {
  /** Running workflows that call an operator. Throws `TEMPORAL_UNAVAILABLE`. */
  countAttention(): Promise<number>;
  /** Throws `TEMPORAL_UNAVAILABLE`. */
  readTaskQueues(): Promise<TaskQueueStanding[]>;
}
