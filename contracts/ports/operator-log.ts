import type { OperatorRequest } from '../workflow-messages.ts';

/** What an operator asks of an order's workflow. */
export type OperatorAction = 'RETRY_REQUESTED' | 'FAIL_REQUESTED' | 'CANCEL_REQUESTED';

/** The audit trail's record of what operators asked for, whatever comes of it. Throws `HubError('DATABASE_UNAVAILABLE')` when there is no answer. */
export interface OperatorLog {
  recordRequest(orderId: string, action: OperatorAction, request: OperatorRequest): Promise<void>;
}
