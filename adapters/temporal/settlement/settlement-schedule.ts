import {
  type Client,
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  type ScheduleOptions,
  ScheduleOverlapPolicy,
  WorkflowNotFoundError,
} from '@temporalio/client';
import type { SettlementRuns } from '../../../contracts/operators/backlog.ts';
import { SETTLEMENT_RUN_WORKFLOW } from '../../../contracts/orders/workflow-messages.ts';
import { SETTLEMENT_TASK_QUEUE } from '../../../contracts/task-queues.ts';
import { guardTemporal } from '../temporal-errors.ts';

/** Also the base of the runs' workflow ids: the server appends the time that a run was due at. */
const SCHEDULE_ID = 'settlement-run';

/**
 * Before the market opens, after the broker has closed its day. A run that still works or waits
 * when the next is due does that one's work too; one that was missed while the server was away is
 * made up for within a day.
 */
const SCHEDULE = {
  spec: { calendars: [{ hour: 6, minute: 0 }], timezone: 'America/New_York' },
  policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 day' },
  action: {
    type: 'startWorkflow',
    workflowType: SETTLEMENT_RUN_WORKFLOW,
    workflowId: SCHEDULE_ID,
    taskQueue: SETTLEMENT_TASK_QUEUE,
    args: [],
    staticSummary: 'settle what is due today',
  },
} satisfies Omit<ScheduleOptions, 'scheduleId'>;

/**
 * Creates the schedule of the daily settlement, or brings it up to date; whether it is paused stays
 * the operators' decision.
 */
export const ensureSettlementSchedule = (client: Client): Promise<void> =>
  guardTemporal(async () => {
    try {
      await client.schedule.create({ scheduleId: SCHEDULE_ID, ...SCHEDULE });
    } catch (error) {
      if (!(error instanceof ScheduleAlreadyRunning)) throw error;
      await client.schedule.getHandle(SCHEDULE_ID).update(({ state }) => ({ ...SCHEDULE, state }));
    }
  });

/** The schedule and its last run, by hand or in time; null when nobody has made it yet. */
export async function readSettlementRuns(client: Client): Promise<SettlementRuns | null> {
  try {
    const { state, info } = await client.schedule.getHandle(SCHEDULE_ID).describe();
    // Sorted from the oldest to the newest.
    const workflowId = info.recentActions.at(-1)?.action.workflow.workflowId;
    return {
      isPaused: state.paused,
      lastRun: workflowId === undefined ? null : await readRun(client, workflowId),
    };
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return null;
    throw error;
  }
}

/** Null for one that the server no longer remembers. */
async function readRun(client: Client, workflowId: string): Promise<SettlementRuns['lastRun']> {
  try {
    const { status, startTime, closeTime } = await client.workflow.getHandle(workflowId).describe();
    return {
      startedAt: startTime.toISOString(),
      endedAt: closeTime?.toISOString() ?? null,
      hasFailed: status.name !== 'RUNNING' && status.name !== 'COMPLETED',
    };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}
