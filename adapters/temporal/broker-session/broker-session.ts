import type { Client } from '@temporalio/client';
import { brokerSessionWorkflowId } from '../../../contracts/ids.ts';
import { BROKER_SESSION_WORKFLOW } from '../../../contracts/orders/workflow-messages.ts';
import { BROKER_SESSION_TASK_QUEUE } from '../../../contracts/task-queues.ts';

/** Starts the one session of a broker, unless it runs. */
export async function ensureBrokerSession(client: Client, broker: string): Promise<void> {
  await client.workflow.start(BROKER_SESSION_WORKFLOW, {
    workflowId: brokerSessionWorkflowId(broker),
    taskQueue: BROKER_SESSION_TASK_QUEUE,
    args: [broker],
    workflowIdConflictPolicy: 'USE_EXISTING',
    staticSummary: `execution reports of ${broker}`,
  });
}
