import {
  allHandlersFinished,
  CancellationScope,
  condition,
  proxyActivities,
  setCurrentDetails,
} from '@temporalio/workflow';
import type { ExecutionActivities } from '../../activities/executions/execution-activities.ts';
import type { ExecutionReport } from '../../contracts/broker-session/broker.ts';
import {
  type ExecutionOutcome,
  type ExecutionStanding,
  REPORT_UNCONFIRMED,
} from '../../contracts/executions/execution-workflows.ts';
import { BOOKING_RETRY_SCHEDULE_MS, QUICK_RETRIES_MS } from '../../domain/retry/schedules.ts';
import type { RetryPolicy } from '../retry/retry.ts';
import { RetryLoop, takeRetries } from '../retry/retry-loop.ts';
import { type BookingEnd, describeBooking, describeReport } from './describe.ts';

/** One attempt each: the workflow sees every failure and decides on the wait. */
const ATTEMPT = { startToCloseTimeout: '10 seconds', retry: { maximumAttempts: 1 } } as const;

const { bookLateExecution } = proxyActivities<ExecutionActivities>(ATTEMPT);

const QUICK_MS = QUICK_RETRIES_MS.filter((waitMs) => waitMs > 0);

/** 1 s, 5 s, 30 s, then 2 min, 10 min, 30 min, 2 h. */
const POLICY: RetryPolicy = {
  waitsMs: [...QUICK_MS, ...BOOKING_RETRY_SCHEDULE_MS],
  quickWaits: QUICK_MS.length,
  afterwards: 'OPERATOR_THEN_ANEW',
};

/**
 * A report whose order has no workflow (any more) is booked, however long that takes. Id
 * `execution/<broker>/<brokerExecutionId>`. Quick retries, then 2 min, 10 min, 30 min, 2 h, then it
 * waits for an operator's `retryNow`; a report that nobody vouches for fails it. A Temporal
 * cancellation changes nothing: it happened at the broker.
 */
export async function execution(
  orderId: string | null,
  report: ExecutionReport,
): Promise<ExecutionOutcome> {
  const loop: RetryLoop = new RetryLoop({
    policy: POLICY,
    kind: 'BOOK',
    notWaiting: 'EXECUTION_NOT_WAITING',
    final: new Set([REPORT_UNCONFIRMED]),
    onChange: () => show(null),
  });
  const standing = () => standingOf(orderId, report, loop);
  const show = (end: BookingEnd | null) =>
    setCurrentDetails(describeBooking(standing(), report, { askedBy: loop.askedBy, end }));
  takeRetries(loop, standing, () => loop.wait);
  show(null);
  const step = `book ${describeReport(report)}`;
  return CancellationScope.nonCancellable(async () => {
    const attempt = () => {
      const summary = loop.askedBy ? `${step} for ${loop.askedBy.operator}` : step;
      return bookLateExecution.executeWithOptions({ ...ATTEMPT, summary }, [
        orderId,
        report,
        loop.askedBy,
      ]);
    };
    const outcome = await loop.untilDone(step, attempt).catch((error: unknown) => {
      show('UNCONFIRMED');
      throw error;
    });
    show(outcome);
    await condition(allHandlersFinished);
    return outcome;
  });
}

function standingOf(
  orderId: string | null,
  report: ExecutionReport,
  { wait }: RetryLoop,
): ExecutionStanding {
  const {
    broker,
    brokerExecutionId,
    execType,
    lastQuantity: quantity,
    lastPrice: price,
    time,
  } = report;
  return { broker, brokerExecutionId, orderId, execType, quantity, price, time, waiting: wait };
}
