import { defineQuery, defineUpdate } from '@temporalio/workflow';
import type { SettlementStanding } from '../../contracts/settlement.ts';
import { type OperatorRequest, PROGRESS_QUERY, RETRY_NOW_UPDATE } from '../../contracts/workflow-messages.ts';

/** Ends the wait before the next attempt and answers with what came of it. Rejected with `SETTLEMENT_NOT_WAITING` when nothing waits. */
export const retryNow = defineUpdate<SettlementStanding, [OperatorRequest]>(RETRY_NOW_UPDATE);

export const progress = defineQuery<SettlementStanding>(PROGRESS_QUERY);
