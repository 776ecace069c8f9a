import { type NativeConnection, Worker, type WorkflowBundle } from '@temporalio/worker';
import type { BrokerSessionActivities } from '../activities/broker-session-activities.ts';
import type { ExecutionActivities } from '../activities/execution-activities.ts';
import type { OrderActivities } from '../activities/order-activities.ts';
import type { SettlementActivities } from '../activities/settlement-activities.ts';
import { BROKER_SESSION_TASK_QUEUE, ORDERS_TASK_QUEUE, SETTLEMENT_TASK_QUEUE } from '../contracts/task-queues.ts';

export interface WorkerConfig {
  connection: NativeConnection;
  namespace: string;
  workflowBundle: WorkflowBundle;
  /** Workflows kept in memory between their tasks; what bounds the memory of resting orders. */
  cachedWorkflowsMax: number;
}

/** Running steps finish; what takes longer is cancelled and runs again elsewhere. */
const SHUTDOWN_GRACE = '5 seconds';
const SHUTDOWN_FORCE = '9 seconds';

const LOCAL_ACTIVITIES_MAX = 50;
const WORKFLOW_TASKS_MAX = 50;
const ACTIVITIES_MAX = 50;

/** The worker of the order path and of late executions. */
export function buildOrdersWorker(config: WorkerConfig, activities: OrderActivities & ExecutionActivities): Promise<Worker> {
  return Worker.create({
    connection: config.connection,
    namespace: config.namespace,
    taskQueue: ORDERS_TASK_QUEUE,
    workflowBundle: config.workflowBundle,
    activities,
    maxCachedWorkflows: config.cachedWorkflowsMax,
    maxConcurrentWorkflowTaskExecutions: WORKFLOW_TASKS_MAX,
    maxConcurrentLocalActivityExecutions: LOCAL_ACTIVITIES_MAX,
    maxConcurrentActivityTaskExecutions: ACTIVITIES_MAX,
    shutdownGraceTime: SHUTDOWN_GRACE,
    shutdownForceTime: SHUTDOWN_FORCE,
  });
}

/** The worker under the broker session: its long activity never takes a slot of the order path. */
export function buildBrokerSessionWorker(config: WorkerConfig, activities: BrokerSessionActivities): Promise<Worker> {
  return Worker.create({
    connection: config.connection,
    namespace: config.namespace,
    taskQueue: BROKER_SESSION_TASK_QUEUE,
    workflowBundle: config.workflowBundle,
    activities,
    maxCachedWorkflows: 10,
    maxConcurrentWorkflowTaskExecutions: 2,
    maxConcurrentActivityTaskExecutions: 2,
    shutdownGraceTime: '1 second',
    shutdownForceTime: SHUTDOWN_FORCE,
  });
}

/** The worker of the daily settlement and its repairs: a chunk is seconds of the database's time, and none of the order path's slots. */
export function buildSettlementWorker(config: WorkerConfig, activities: SettlementActivities): Promise<Worker> {
  return Worker.create({
    connection: config.connection,
    namespace: config.namespace,
    taskQueue: SETTLEMENT_TASK_QUEUE,
    workflowBundle: config.workflowBundle,
    activities,
    maxCachedWorkflows: 50,
    maxConcurrentWorkflowTaskExecutions: 5,
    maxConcurrentActivityTaskExecutions: 5,
    shutdownGraceTime: SHUTDOWN_GRACE,
    shutdownForceTime: SHUTDOWN_FORCE,
  });
}
