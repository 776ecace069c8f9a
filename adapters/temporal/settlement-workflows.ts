import {
  type Client,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { settlementWorkflowId } from '../../contracts/ids.ts';
import type { SettlementWorkflows } from '../../contracts/ports/settlement.ts';
import type { SettlementRepair, SettlementStanding } from '../../contracts/settlement.ts';
import { SETTLEMENT_TASK_QUEUE } from '../../contracts/task-queues.ts';
import { type OperatorRequest, RETRY_NOW_UPDATE, SETTLEMENT_WORKFLOW } from '../../contracts/workflow-messages.ts';
import { guardTemporal } from './temporal-errors.ts';

const CALL_TIMEOUT_MS = 5_000;
/** A retry is the clearing house's answer and a transaction of ours. */
const RETRY_TIMEOUT_MS = 8_000;

/** The workflows of executions under repair. */
export function createSettlementWorkflows(client: Client, taskQueue: string = SETTLEMENT_TASK_QUEUE): SettlementWorkflows {
  /** One that an operator terminated may be started again; one that has completed is done. */
  async function startRepair(repair: SettlementRepair): Promise<void> {
    const { executionId, side, quantity, symbol, settlementDate } = repair;
    try {
      await client.workflow.start(SETTLEMENT_WORKFLOW, {
        workflowId: settlementWorkflowId(executionId),
        taskQueue,
        args: [repair],
        workflowIdConflictPolicy: 'USE_EXISTING',
        workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
        staticSummary: `settle ${side} ${quantity} ${symbol}, due ${settlementDate}`,
      });
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
  }

  async function retryRepair(
    executionId: string,
    requestId: string,
    request: OperatorRequest,
  ): Promise<SettlementStanding | 'PENDING' | 'NOT_RUNNING' | 'REFUSED'> {
    const handle = client.workflow.getHandle(settlementWorkflowId(executionId));
    const retryAndWait = () =>
      handle.executeUpdate<SettlementStanding, [OperatorRequest]>(RETRY_NOW_UPDATE, { args: [request], updateId: requestId });
    try {
      return await client.withDeadline(Date.now() + RETRY_TIMEOUT_MS, retryAndWait);
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return 'NOT_RUNNING';
      if (error instanceof WorkflowUpdateFailedError) return 'REFUSED';
      if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return 'PENDING';
      throw error;
    }
  }

  return {
    startRepair: (repair) => guardTemporal(() => client.withDeadline(Date.now() + CALL_TIMEOUT_MS, () => startRepair(repair))),
    retryRepair: (executionId, requestId, request) => guardTemporal(() => retryRepair(executionId, requestId, request)),
  };
}
