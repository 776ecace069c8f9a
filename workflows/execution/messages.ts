import { defineQuery, defineUpdate } from '@temporalio/workflow';
import { type OperatorRequest, RETRY_NOW_UPDATE } from '../../contracts/workflow-messages.ts';
import type { BookingWait } from './late-booking.ts';

/** Ends the wait before the next attempt; answers with what is waited for after it, `null` when it went through. Rejected unless it waits. */
export const retryNow = defineUpdate<BookingWait | null, [OperatorRequest]>(RETRY_NOW_UPDATE);

/** What is waited for now; `null` while an attempt runs and when all is done. */
export const waiting = defineQuery<BookingWait | null>('waiting');
