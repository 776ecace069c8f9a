import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { settlementWorkflowId } from '../../../contracts/ids.ts';
import { SETTLEMENT_WORKFLOW } from '../../../contracts/orders/workflow-messages.ts';
import type { SettlementRepair } from '../../../contracts/settlement/settlement.ts';
import type { SettlementWorkflows } from '../../../contracts/settlement/settlement-store.ts';
import { SETTLEMENT_TASK_QUEUE } from '../../../contracts/task-queues.ts';
import { retryNow } from '../retry-now.ts';
import { guardTemporal } from '../temporal-errors.ts';

const CALL_TIMEOUT_MS = 5_000;

/** The workflows of executions under repair. */
export function createSettlementWorkflows(
  client: Client,
  taskQueue: string = SETTLEMENT_TASK_QUEUE,
): SettlementWorkflows {
  /** What the books have in repair is not done, whatever a workflow that has ended says. */
  async function startRepair(repair: SettlementRepair): Promise<void> {
    const { executionId, side, quantity, symbol, settlementDate } = repair;
    try {
      await client.workflow.start(SETTLEMENT_WORKFLOW, {
        workflowId: settlementWorkflowId(executionId),
        taskQueue,
        args: [repair],
        workflowIdConflictPolicy: 'USE_EXISTING',
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        staticSummary: `settle ${side} ${quantity} ${symbol}, due ${settlementDate}`,
      });
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
  }

  return {
    startRepair: (repair) =>
      guardTemporal(() =>
        client.withDeadline(Date.now() + CALL_TIMEOUT_MS, () => startRepair(repair)),
      ),
    retryRepair: (executionId, requestId, request) =>
      retryNow(client, settlementWorkflowId(executionId), requestId, request),
  };
}
