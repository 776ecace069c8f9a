import { ApplicationFailure } from '@temporalio/workflow';
import type { OperatorRequest } from '../../contracts/orders/workflow-messages.ts';

/**
 * Operators also write these by hand. Throws an ApplicationFailure that says what is missing, as an
 * update's validator has to.
 */
export function assertOperator(request: OperatorRequest | undefined): void {
  if (isText(request?.operator) && isText(request?.reason)) return;
  throw ApplicationFailure.nonRetryable(
    'Say who you are and why: {"operator": "user/…", "reason": "…"}',
    'VALIDATION_FAILED',
  );
}

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
