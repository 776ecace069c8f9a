import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { ExecutionReport } from '../../contracts/ports/broker.ts';
import {
  ABANDON_SIGNAL,
  CANCEL_UPDATE,
  EXECUTION_REPORTS_SIGNAL,
  type OrderProgress,
  PROGRESS_QUERY,
} from '../../contracts/workflow-messages.ts';

/** What the venue says happened to the order; repeated reports are welcome. */
export const executionReports = defineSignal<[ExecutionReport[]]>(EXECUTION_REPORTS_SIGNAL);

/** The API could not decide on the order: give it up unless somebody has. */
export const abandon = defineSignal(ABANDON_SIGNAL);

/** Cancels the order; answers when the venue has spoken. Rejected with `ORDER_NOT_CANCELABLE` when the order is closed. */
export const cancel = defineUpdate<OrderProgress, [actor: string]>(CANCEL_UPDATE);

export const progress = defineQuery<OrderProgress | null>(PROGRESS_QUERY);
