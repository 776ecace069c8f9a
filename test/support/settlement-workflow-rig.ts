import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { SettlementActivities } from '../../activities/settlement/settlement-activities.ts';
import { settlementWorkflowId } from '../../contracts/ids.ts';
import {
  ATTENTION_NEEDED,
  SETTLEMENT_RUN_WORKFLOW,
  SETTLEMENT_WORKFLOW,
  STEP_FAILING,
} from '../../contracts/orders/workflow-messages.ts';
import type { SettlementRepair } from '../../contracts/settlement/settlement.ts';
import './quiet-runtime.ts';
import { createSharedWorker } from './shared-worker.ts';
import { useTimeSkipping } from './time-skipping.ts';
import { useWorkflowBundle } from './workflow-bundle.ts';

const ATTENTION = defineSearchAttributeKey(ATTENTION_NEEDED, SearchAttributeType.BOOL);
const STEP = defineSearchAttributeKey(STEP_FAILING, SearchAttributeType.KEYWORD);

export interface SettlementWorkflowRig {
  env: TestWorkflowEnvironment;
  withRepair<T>(
    activities: Partial<SettlementActivities>,
    repair: SettlementRepair,
    body: (handle: WorkflowHandle) => Promise<T>,
  ): Promise<T>;
  withRun<T>(
    activities: Partial<SettlementActivities>,
    body: (handle: WorkflowHandle) => Promise<T>,
  ): Promise<T>;
  /** Whether the workflow calls for an operator. */
  needsAttention(handle: WorkflowHandle): Promise<boolean>;
  /** What the workflow's `StepFailing` says. */
  failingStep(handle: WorkflowHandle): Promise<string | null>;
  /**
   * The waits of the workflow's latest run, by its history: how long each timer was to last and, if
   * it fired, lasted, in seconds.
   */
  timersOf(handle: WorkflowHandle): Promise<{ setTo: number; lasted: number | null }[]>;
  stop(): Promise<void>;
}

/** The settlement's workflows on Temporal's time-skipping server, with activities of the test's. */
export async function createSettlementWorkflowRig(): Promise<SettlementWorkflowRig> {
  const workflowBundle = await useWorkflowBundle();
  const env = await useTimeSkipping();

  const shared = await createSharedWorker(env, workflowBundle);

  return {
    env,
    withRepair: (activities, repair, body) =>
      shared.run(
        activities,
        {
          type: SETTLEMENT_WORKFLOW,
          workflowId: settlementWorkflowId(repair.executionId),
          args: [repair],
        },
        body,
      ),
    withRun: (activities, body) =>
      shared.run(
        activities,
        { type: SETTLEMENT_RUN_WORKFLOW, workflowId: `settlement-run-${randomUUID()}`, args: [] },
        body,
      ),
    async needsAttention(handle) {
      const { typedSearchAttributes } = await handle.describe();
      return typedSearchAttributes.get(ATTENTION) === true;
    },
    async failingStep(handle) {
      const { typedSearchAttributes } = await handle.describe();
      return typedSearchAttributes.get(STEP) ?? null;
    },
    async timersOf(handle) {
      const { events } = await env.client.workflow.getHandle(handle.workflowId).fetchHistory();
      const secondsAt = (time: { seconds?: unknown; nanos?: number | null } | null | undefined) =>
        Number(time?.seconds ?? 0) + (time?.nanos ?? 0) / 1e9;
      return (events ?? []).flatMap(({ timerStartedEventAttributes: started, eventTime }) => {
        if (!started) return [];
        const fired = events?.find(
          (event) => event.timerFiredEventAttributes?.timerId === started.timerId,
        );
        const lasted = fired ? Math.round(secondsAt(fired.eventTime) - secondsAt(eventTime)) : null;
        return [{ setTo: secondsAt(started.startToFireTimeout), lasted }];
      });
    },
    async stop() {
      await shared.stop();
      await env.teardown();
    },
  };
}

export const repairOf = (over: Partial<SettlementRepair> = {}): SettlementRepair => ({
  ...{
    executionId: randomUUID(),
    symbol: 'AAPL',
    side: 'BUY',
    quantity: '10',
    settlementDate: '2026-11-24',
    reason: 'DOES_NOT_MATCH',
  },
  ...over,
});
