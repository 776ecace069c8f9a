import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import {
  ActivityFailure,
  ApplicationFailure,
  allHandlersFinished,
  CancellationScope,
  condition,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  TimeoutFailure,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { ExecutionActivities } from '../../activities/execution-activities.ts';
import type { ExecutionReport } from '../../contracts/ports/broker.ts';
import type { ExecutionOutcome, ExecutionWait } from '../../contracts/ports/execution-workflows.ts';
import { ATTENTION_NEEDED, type OperatorRequest } from '../../contracts/workflow-messages.ts';
import { assertOperator } from '../operator-request.ts';
import { describeBooking, describeReport } from './describe.ts';
import { LateBooking } from './late-booking.ts';
import { progress, retryNow, waiting } from './messages.ts';

/** One attempt each: the workflow sees every failure and decides on the wait. */
const ATTEMPT = { startToCloseTimeout: '10 seconds', retry: { maximumAttempts: 1 } } as const;

const { bookLateExecution } = proxyActivities<ExecutionActivities>(ATTEMPT);

const ATTENTION = defineSearchAttributeKey(ATTENTION_NEEDED, SearchAttributeType.BOOL);

/**
 * A report whose order has no workflow (any more) is booked, however long that takes. Id `execution/<brokerExecutionId>`. Quick retries, then
 * 2 min, 10 min, 30 min, 2 h, then it waits for an operator's `retryNow`. A Temporal cancellation changes nothing: it happened at the venue.
 */
export async function execution(orderId: string | null, report: ExecutionReport): Promise<ExecutionOutcome> {
  const booking = new LateBooking(orderId, report);
  takeMessages(booking);
  return CancellationScope.nonCancellable(() => bookUntilDone(booking));
}

function takeMessages(booking: LateBooking): void {
  setHandler(waiting, () => booking.wait, { description: 'what comes before the next attempt' });
  setHandler(progress, () => booking.standing, { description: 'what is to be booked, and what is waited for' });
  setHandler(retryNow, (request) => retryAndWait(booking, request), {
    description: 'book again now, for the operator and the reason given',
    validator: (request: OperatorRequest) => {
      assertOperator(request);
      booking.assertWaiting();
    },
  });
}

async function retryAndWait(booking: LateBooking, request: OperatorRequest): Promise<ExecutionWait | null> {
  const before = booking.attemptsEnded;
  booking.retry(request);
  await condition(() => booking.attemptsEnded > before);
  return booking.wait;
}

async function bookUntilDone(booking: LateBooking): Promise<ExecutionOutcome> {
  for (;;) {
    setCurrentDetails(describeBooking(booking));
    try {
      const outcome = await attempt(booking);
      booking.succeed();
      await condition(allHandlersFinished);
      return outcome;
    } catch (error) {
      if (!(error instanceof ActivityFailure)) throw error;
      await waitForNextAttempt(booking, booking.fail(codeOf(error), Date.now()));
    }
  }
}

function attempt(booking: LateBooking): Promise<ExecutionOutcome> {
  const { orderId, report, operator } = booking;
  const summary = `book ${describeReport(booking)}${operator ? ` for ${operator.operator}` : ''}`;
  return bookLateExecution.executeWithOptions({ ...ATTEMPT, summary }, [orderId, report, operator]);
}

/** `waitMs` is null when only a person ends the wait. */
async function waitForNextAttempt(booking: LateBooking, waitMs: number | null): Promise<void> {
  if (booking.isRetryAsked) return booking.endWait();
  setCurrentDetails(describeBooking(booking));
  if (waitMs === null) {
    upsertSearchAttributes([{ key: ATTENTION, value: true }]);
    await condition(() => booking.isRetryAsked);
    upsertSearchAttributes([{ key: ATTENTION, value: false }]);
  } else {
    const summary = `book ${describeReport(booking)} again at ${booking.wait?.until}`;
    await condition(() => booking.isRetryAsked, waitMs, { summary });
  }
  booking.endWait();
}

/** The stable code, or the name, of what failed. */
function codeOf({ cause }: ActivityFailure): string {
  if (cause instanceof ApplicationFailure) return cause.type ?? cause.name;
  return cause instanceof TimeoutFailure ? 'TIMEOUT' : (cause?.name ?? 'UNKNOWN');
}
