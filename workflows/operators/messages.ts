import { defineQuery, defineSignal } from '@temporalio/workflow';
import { type BulkProgress, STOP_SIGNAL } from '../../contracts/operators/bulk-operations.ts';
import { type OperatorRequest, PROGRESS_QUERY } from '../../contracts/orders/workflow-messages.ts';

/** Ends the operation after the page that is being asked. */
export const stop = defineSignal<[OperatorRequest]>(STOP_SIGNAL);

export const progress = defineQuery<BulkProgress>(PROGRESS_QUERY);
