import type { BrokerExecution } from '../executions/execution-workflows.ts';
import type { OperatorRequest } from '../orders/workflow-messages.ts';
import type { BulkRequest } from './bulk-operations.ts';

/** What an operator asks of an order's workflow. */
export type OperatorAction = 'RETRY_REQUESTED' | 'FAIL_REQUESTED' | 'CANCEL_REQUESTED';

/**
 * The audit trail's record of what operators asked for, whatever comes of it. Throws
 * `HubError('DATABASE_UNAVAILABLE')` when there is no answer.
 */
export interface OperatorLog {
  /** What a bulk operation asks of an order is recorded once, however often it is asked. */
  recordRequest(orderId: string, action: OperatorAction, request: OperatorRequest): Promise<void>;
  /** That an execution is to be booked now; `orderId` is null for an order that is not ours. */
  recordExecutionRetry(
    of: BrokerExecution,
    orderId: string | null,
    request: OperatorRequest,
  ): Promise<void>;
  /** Recording it twice is recording it once. */
  recordBulk(request: BulkRequest): Promise<void>;
  /** That a bulk operation is to be stopped. */
  recordBulkStop(bulkId: string, request: OperatorRequest): Promise<void>;
}
