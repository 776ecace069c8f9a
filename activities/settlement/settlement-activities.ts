import { activityInfo, Context, heartbeat } from '@temporalio/activity';
import type {
  ChunkResult,
  OpenedRun,
  RecordedRetry,
  SettleAttempt,
  SettlementTotals,
} from '../../contracts/settlement/settlement.ts';
import type { StepObserver } from '../../contracts/step-observer.ts';
import type { ChunkRequest } from '../../use-cases/settlement/settle-chunk.ts';
import type { SettlementSteps } from '../../use-cases/settlement/settlement-use-cases.ts';
import { createActivityRunner } from '../failures.ts';

/**
 * Often enough that a killed worker is missed within the heartbeat timeout of 10 s, and a slow
 * clearing house is not.
 */
const HEARTBEAT_EVERY_MS = 2_000;

/**
 * The steps of the daily settlement as Temporal activities. Each is idempotent by execution;
 * failures leave as ApplicationFailure with the stable code as their type. What takes long tells in
 * its heartbeats where it is.
 */
export function createSettlementActivities(steps: SettlementSteps, observer: StepObserver) {
  const run = createActivityRunner(observer);
  return {
    /**
     * What is due now, under the name of the workflow's first run: it stays the same for all
     * continuations, and for a run that was reset.
     */
    openSettlementRun: (originalRunId?: string): Promise<OpenedRun> =>
      run('openSettlementRun', () => {
        const { workflowId, runId } = activityInfo().workflowExecution ?? {};
        const firstRunId = originalRunId ?? runId;
        const isRepeated = firstRunId !== runId;
        return steps.openRun(`${workflowId}/${firstRunId}`, { isRepeated });
      }),

    settleChunk: (request: ChunkRequest): Promise<ChunkResult> =>
      run('settleChunk', () =>
        beating((tell) =>
          steps.settleChunk(request, (stage) => tell({ stage, cursor: request.cursor })),
        ),
      ),

    /** How many are in repair; each has its workflow now. */
    adoptRepairs: (): Promise<number> =>
      run('adoptRepairs', () => beating((tell) => steps.adoptRepairs((seen) => tell({ seen })))),

    readSettlementTotals: (opened: OpenedRun): Promise<SettlementTotals> =>
      run('readSettlementTotals', () => steps.readTotals(opened)),

    settleOne: (executionId: string): Promise<SettleAttempt> =>
      run('settleOne', () => steps.settleOne(executionId)),

    /** Into the audit trail: who asked for a retry of an execution, or of the whole run (null). */
    recordRetries: (executionId: string | null, retries: RecordedRetry[]): Promise<void> =>
      run('recordRetries', () => steps.recordRetries(executionId, retries)),
  };
}

export type SettlementActivities = ReturnType<typeof createSettlementActivities>;

/** Heartbeats while the body runs, with what it told last; a cancelled activity is not begun. */
async function beating<T>(body: (tell: (progress: unknown) => void) => Promise<T>): Promise<T> {
  let progress: unknown = null;
  const beat = setInterval(() => heartbeat(progress), HEARTBEAT_EVERY_MS);
  try {
    Context.current().cancellationSignal.throwIfAborted();
    return await body((told) => {
      progress = told;
      heartbeat(progress);
    });
  } finally {
    clearInterval(beat);
  }
}
