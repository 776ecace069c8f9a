import type { WorkerDeploymentVersion } from '@temporalio/common';
import {
  type ActivityInterceptorsFactory,
  type NativeConnection,
  Worker,
  type WorkerOptions,
  type WorkflowBundle,
} from '@temporalio/worker';
import type { BrokerSessionActivities } from '../activities/broker-session/broker-session-activities.ts';
import type { ReconcileActivities } from '../activities/broker-session/reconcile-activities.ts';
import type { ExecutionActivities } from '../activities/executions/execution-activities.ts';
import type { BulkActivities } from '../activities/operators/bulk-activities.ts';
import type { OrderActivities } from '../activities/orders/order-activities.ts';
import type { SettlementActivities } from '../activities/settlement/settlement-activities.ts';
import {
  BROKER_SESSION_TASK_QUEUE,
  OPERATIONS_TASK_QUEUE,
  ORDERS_TASK_QUEUE,
  SETTLEMENT_TASK_QUEUE,
} from '../contracts/task-queues.ts';

export interface WorkerConfig {
  connection: NativeConnection;
  namespace: string;
  workflowBundle: WorkflowBundle;
  /** Workflows kept in memory between their tasks; what bounds the memory of resting orders. */
  cachedWorkflowsMax: number;
  /** Around each activity. */
  activityInterceptors: readonly ActivityInterceptorsFactory[];
  /** The version under which the workers are rolled out; `null`: they are not versioned. */
  deployment: WorkerDeploymentVersion | null;
}

/**
 * A running step has its whole bound (`startToCloseTimeout`, 10 s) to finish; what takes longer
 * runs again elsewhere.
 */
const SHUTDOWN_GRACE = '10 seconds';
const SHUTDOWN_FORCE = '12 seconds';

const LOCAL_ACTIVITIES_MAX = 50;
const WORKFLOW_TASKS_MAX = 50;
const ACTIVITIES_MAX = 50;

/** The worker of the order path and of late executions. */
export function buildOrdersWorker(
  config: WorkerConfig,
  activities: OrderActivities & ExecutionActivities,
): Promise<Worker> {
  return Worker.create({
    ...shared(config),
    taskQueue: ORDERS_TASK_QUEUE,
    activities,
    maxCachedWorkflows: config.cachedWorkflowsMax,
    maxConcurrentWorkflowTaskExecutions: WORKFLOW_TASKS_MAX,
    maxConcurrentLocalActivityExecutions: LOCAL_ACTIVITIES_MAX,
    maxConcurrentActivityTaskExecutions: ACTIVITIES_MAX,
    shutdownGraceTime: SHUTDOWN_GRACE,
  });
}

/**
 * The worker under the brokers' sessions: their long activities never take a slot of the order
 * path. Any worker process can run those of all `brokers`, and one more of each whose worker is
 * given up and has not ended.
 */
export function buildBrokerSessionWorker(
  config: WorkerConfig,
  activities: BrokerSessionActivities,
  { brokers }: { brokers: number },
): Promise<Worker> {
  return Worker.create({
    ...shared(config),
    taskQueue: BROKER_SESSION_TASK_QUEUE,
    activities,
    maxCachedWorkflows: 10,
    maxConcurrentWorkflowTaskExecutions: 2,
    maxConcurrentActivityTaskExecutions: 2 * brokers,
    shutdownGraceTime: '1 second',
  });
}

/**
 * The worker of the daily settlement and its repairs: a chunk is seconds of the database's time,
 * and none of the order path's slots.
 */
export function buildSettlementWorker(
  config: WorkerConfig,
  activities: SettlementActivities,
): Promise<Worker> {
  return Worker.create({
    ...shared(config),
    taskQueue: SETTLEMENT_TASK_QUEUE,
    activities,
    maxCachedWorkflows: 50,
    maxConcurrentWorkflowTaskExecutions: 5,
    maxConcurrentActivityTaskExecutions: 5,
    shutdownGraceTime: SHUTDOWN_GRACE,
  });
}

/**
 * The worker of what operators ask of many orders or of all: two operations at a time, and the second need
 * not wait for the first.
 */
export function buildOperationsWorker(
  config: WorkerConfig,
  activities: BulkActivities & ReconcileActivities,
): Promise<Worker> {
  return Worker.create({
    ...shared(config),
    taskQueue: OPERATIONS_TASK_QUEUE,
    activities,
    maxCachedWorkflows: 10,
    maxConcurrentWorkflowTaskExecutions: 2,
    maxConcurrentActivityTaskExecutions: 2,
    shutdownGraceTime: '1 second',
  });
}

const shared = (config: WorkerConfig) => ({
  connection: config.connection,
  namespace: config.namespace,
  workflowBundle: config.workflowBundle,
  shutdownForceTime: SHUTDOWN_FORCE,
  interceptors: { activity: [...config.activityInterceptors] },
  ...versioned(config),
});

/**
 * Every workflow moves to the current version with its next task: one that waits for months, or for
 * an operator, keeps no old worker alive. A change of what a workflow does is guarded by `patched`
 * (docs/adr/0016-change-without-fear.md).
 */
function versioned({ deployment }: WorkerConfig): Pick<WorkerOptions, 'workerDeploymentOptions'> {
  if (deployment === null) return {};
  return {
    workerDeploymentOptions: {
      useWorkerVersioning: true,
      version: deployment,
      defaultVersioningBehavior: 'AUTO_UPGRADE',
    },
  };
}
