import { defineQuery, defineUpdate } from '@temporalio/workflow';
import type { SettlementRunStanding } from '../../contracts/settlement.ts';
import { type OperatorRequest, PROGRESS_QUERY, RETRY_NOW_UPDATE } from '../../contracts/workflow-messages.ts';

/** Ends the run's wait before the next attempt and answers when that has ended. Rejected with `SETTLEMENT_NOT_WAITING` when it does not wait. */
export const retryNow = defineUpdate<SettlementRunStanding, [OperatorRequest]>(RETRY_NOW_UPDATE);

export const progress = defineQuery<SettlementRunStanding>(PROGRESS_QUERY);
