import { WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import { expect } from 'vitest';
import { type OrderStanding, RETRY_NOW_UPDATE } from '../../contracts/orders/workflow-messages.ts';
import { waitForWorkflowEnd } from '../histories/order-steps.ts';
import type { Played, PlayedWorkflow, Scenario } from '../histories/scenario.ts';
import type { Stage } from '../histories/stage.ts';
import type { ResetCli } from './reset-cli.ts';
import { readRows } from './reset-snapshot.ts';
import {
  currentRun,
  listPoints,
  readStanding,
  type Standing,
  waitForStanding,
} from './reset-standing.ts';

type Reset = (run: { workflowId: string; runId: string }) => Promise<void>;

interface Proof {
  scenario: string;
  workflow: string;
  resets: number;
}

export interface Prover {
  /**
   * Resets each workflow of a scenario to the end of each of its tasks, one after the other, and
   * then to the last task of the run that came of it.
   */
  proveAll(scenario: string, played: Played): Promise<void>;
  /**
   * Plays a scenario of one workflow once for each of its points, all at once, and resets each of
   * them to another point; the first then to the last task of the run that came of it.
   */
  proveTogether(scenario: Scenario): Promise<void>;
  /** Resets a workflow once, in a way of the caller's. */
  proveOne(
    played: Pick<Played, 'accountIds'>,
    workflow: PlayedWorkflow,
    reset: Reset,
  ): Promise<void>;
  /** How many resets each scenario has stood. */
  printTable(title: string): void;
}

/** After every reset the workflow must stand where it stood, and every row be what it was. */
export function createProver(stage: Stage, cli: ResetCli): Prover {
  const proofs: Proof[] = [];

  const proveOne: Prover['proveOne'] = async ({ accountIds }, workflow, reset) => {
    const before = {
      standing: await readStanding(stage, workflow.workflowId),
      rows: await readRows(stage.e2e, accountIds),
    };
    const run = await currentRun(stage, workflow);
    await reset(run);
    expect((await currentRun(stage, workflow)).runId, 'the reset made a new run').not.toBe(
      run.runId,
    );
    if (workflow.isOvertaken) await waitForWorkflowEnd(stage, workflow.workflowId);
    else {
      const nudge = (now: Standing) =>
        endLongWait(stage, workflow.workflowId, now, before.standing);
      await waitForStanding(stage, workflow.workflowId, before.standing, nudge);
    }
    expect(await readRows(stage.e2e, accountIds)).toEqual(before.rows);
  };

  async function pointsOf({ workflows: [workflow] }: Played) {
    if (!workflow) throw new Error('nothing was played');
    return { workflow, points: await listPoints(stage, await currentRun(stage, workflow)) };
  }

  return {
    proveOne,
    async proveAll(scenario, played) {
      for (const workflow of played.workflows) {
        const first = await currentRun(stage, workflow);
        const points = await listPoints(stage, first);
        expect(points.length, 'it can be reset').toBeGreaterThan(0);
        for (const point of points)
          await proveOne(played, workflow, () => cli.toEvent(first, point));
        await proveOne(played, workflow, () => cli.toType(workflow.workflowId, 'LastWorkflowTask'));
        proofs.push({ scenario, workflow: workflow.label, resets: points.length + 1 });
      }
    },
    async proveTogether({ name, play }) {
      const first = await play(stage);
      const all = [first];
      try {
        const { points } = await pointsOf(first);
        all.push(...(await Promise.all(points.slice(1).map(() => play(stage)))));
        const prove = async (played: Played, index: number): Promise<void> => {
          const { workflow, points: own } = await pointsOf(played);
          // How many tasks it takes depends on what comes together in one.
          const point = own[index] ?? own.at(-1) ?? '';
          await proveOne(played, workflow, (run) => cli.toEvent(run, point));
          if (index > 0) return;
          await proveOne(played, workflow, () =>
            cli.toType(workflow.workflowId, 'LastWorkflowTask'),
          );
        };
        await Promise.all(all.map(prove));
        proofs.push({ scenario: name, workflow: 'order', resets: all.length + 1 });
      } finally {
        await Promise.all(all.map((played) => played.end?.()));
      }
    },
    printTable(title) {
      const total = proofs.reduce((sum, { resets }) => sum + resets, 0);
      const lines = proofs.map(({ scenario, workflow, resets }) => [
        scenario.padEnd(40),
        workflow.padEnd(16),
        String(resets).padStart(3),
      ]);
      console.info(
        [`${title}: ${total} resets`, ...lines.map((line) => line.join(' '))].join('\n'),
      );
    },
  };
}

const isWaitingFor = ({ said }: Standing, what: 'RETRY' | 'OPERATOR', step?: string): boolean => {
  const waiting = (said as OrderStanding | null)?.waiting;
  return waiting?.for === what && (step === undefined || waiting.step === step);
};

/**
 * The last of the quick schedules' waits is ended for an order that waited for an operator before:
 * so the time would have ended it. And for one whose cancel waits until it cannot be on its way to
 * the venue any more (5 s): the real schedule's quick retries take longer than that.
 */
async function endLongWait(
  stage: Stage,
  workflowId: string,
  now: Standing,
  before: Standing,
): Promise<void> {
  const wasSuspended = isWaitingFor(before, 'OPERATOR') && isWaitingFor(now, 'RETRY');
  const wasCanceled = before.status === 'COMPLETED' && isWaitingFor(now, 'RETRY', 'CANCEL');
  if (!wasSuspended && !wasCanceled) return;
  const retry = stage.e2e.temporal.workflow
    .getHandle(workflowId)
    .executeUpdate(RETRY_NOW_UPDATE, { args: [stage.request] });
  await retry.catch((error: unknown) => {
    if (!(error instanceof WorkflowUpdateFailedError || error instanceof WorkflowNotFoundError))
      throw error;
  });
}
