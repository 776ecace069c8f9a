import { defineQuery, defineUpdate } from '@temporalio/workflow';
import type { ExecutionStanding, ExecutionWait } from '../../contracts/ports/execution-workflows.ts';
import { type OperatorRequest, PROGRESS_QUERY, RETRY_NOW_UPDATE } from '../../contracts/workflow-messages.ts';

/** Ends the wait before the next attempt; answers with what is waited for after it, `null` when it went through. Rejected unless it waits. */
export const retryNow = defineUpdate<ExecutionWait | null, [OperatorRequest]>(RETRY_NOW_UPDATE);

/** What is waited for now; `null` while an attempt runs and when all is done. */
export const waiting = defineQuery<ExecutionWait | null>('waiting');

/** What is to be booked, and what is waited for. */
export const progress = defineQuery<ExecutionStanding>(PROGRESS_QUERY);
