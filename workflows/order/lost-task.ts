import { workflowInfo } from '@temporalio/workflow';

/**
 * Whether the task that runs now may follow one that was lost with its worker. That one leaves nothing in the history, whatever its local
 * activities have done; but the server gives the work to another worker only when the lost task's time is over. `sinceMs` is when the first
 * task for it could begin.
 */
export const mayFollowLostTask = (sinceMs: number, nowMs: number): boolean => nowMs - sinceMs >= workflowInfo().taskTimeoutMs;
