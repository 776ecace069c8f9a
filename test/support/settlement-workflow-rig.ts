import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker, type WorkflowBundle } from '@temporalio/worker';
import type { SettlementActivities } from '../../activities/settlement-activities.ts';
import { settlementWorkflowId } from '../../contracts/ids.ts';
import type { SettlementRepair } from '../../contracts/settlement.ts';
import { ATTENTION_NEEDED, SETTLEMENT_RUN_WORKFLOW, SETTLEMENT_WORKFLOW } from '../../contracts/workflow-messages.ts';
import { useTimeSkipping } from './services.ts';

/** Failing activities are what these tests are about: their warnings say nothing. */
Runtime.install({ logger: new DefaultLogger('ERROR') });

/** Of temporal.api.enums.v1. */
const INDEXED_VALUE_TYPE_BOOL = 5;

const ATTENTION = defineSearchAttributeKey(ATTENTION_NEEDED, SearchAttributeType.BOOL);

export interface SettlementWorkflowRig {
  env: TestWorkflowEnvironment;
  withRepair<T>(
    activities: Partial<SettlementActivities>,
    repair: SettlementRepair,
    body: (handle: WorkflowHandle) => Promise<T>,
  ): Promise<T>;
  withRun<T>(activities: Partial<SettlementActivities>, body: (handle: WorkflowHandle) => Promise<T>): Promise<T>;
  /** Whether the workflow calls for an operator. */
  needsAttention(handle: WorkflowHandle): Promise<boolean>;
  /** The waits of the workflow's latest run, by its history: how long each timer was to last and, if it fired, lasted, in seconds. */
  timersOf(handle: WorkflowHandle): Promise<{ setTo: number; lasted: number | null }[]>;
  stop(): Promise<void>;
}

/** The settlement's workflows on Temporal's time-skipping server, with activities of the test's. */
export async function createSettlementWorkflowRig(): Promise<SettlementWorkflowRig> {
  const env = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path: await useTimeSkipping() } },
  });
  await env.connection.operatorService.addSearchAttributes({
    namespace: env.namespace ?? 'default',
    searchAttributes: { [ATTENTION_NEEDED]: INDEXED_VALUE_TYPE_BOOL },
  });
  const workflowsPath = new URL('../../workflows/index.ts', import.meta.url).pathname;
  const workflowBundle: WorkflowBundle = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });

  async function withWorkflow<T>(
    activities: Partial<SettlementActivities>,
    start: { type: string; workflowId: string; args: unknown[] },
    body: (handle: WorkflowHandle) => Promise<T>,
  ): Promise<T> {
    const taskQueue = `settlement-${randomUUID()}`;
    const worker = await Worker.create({ connection: env.nativeConnection, taskQueue, workflowBundle, activities });
    const { type, workflowId, args } = start;
    return worker.runUntil(async () => body(await env.client.workflow.start(type, { workflowId, taskQueue, args })));
  }

  return {
    env,
    withRepair: (activities, repair, body) =>
      withWorkflow(activities, { type: SETTLEMENT_WORKFLOW, workflowId: settlementWorkflowId(repair.executionId), args: [repair] }, body),
    withRun: (activities, body) =>
      withWorkflow(activities, { type: SETTLEMENT_RUN_WORKFLOW, workflowId: `settlement-run-${randomUUID()}`, args: [] }, body),
    async needsAttention(handle) {
      const { typedSearchAttributes } = await handle.describe();
      return typedSearchAttributes.get(ATTENTION) === true;
    },
    async timersOf(handle) {
      const { events } = await env.client.workflow.getHandle(handle.workflowId).fetchHistory();
      const secondsAt = (time: { seconds?: unknown; nanos?: number | null } | null | undefined) =>
        Number(time?.seconds ?? 0) + (time?.nanos ?? 0) / 1e9;
      return (events ?? []).flatMap(({ timerStartedEventAttributes: started, eventTime }) => {
        if (!started) return [];
        const fired = events?.find((event) => event.timerFiredEventAttributes?.timerId === started.timerId);
        const lasted = fired ? Math.round(secondsAt(fired.eventTime) - secondsAt(eventTime)) : null;
        return [{ setTo: secondsAt(started.startToFireTimeout), lasted }];
      });
    },
    stop: () => env.teardown(),
  };
}

export const repairOf = (over: Partial<SettlementRepair> = {}): SettlementRepair => ({
  ...{ executionId: randomUUID(), symbol: 'AAPL', side: 'BUY', quantity: '10', settlementDate: '2026-11-24', reason: 'DOES_NOT_MATCH' },
  ...over,
});
