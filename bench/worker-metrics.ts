/** Of one worker process since its start, by the SDK's own counters. */
export interface WorkerCounts {
  /** Workflow tasks that were carried out. */
  readonly workflowTasks: number;
  /**
   * Of those, the ones whose workflow was not in the cache, and had to be replayed from its
   * history.
   */
  readonly replays: number;
  readonly cachedWorkflows: number;
}

const NAMES = {
  workflowTasks: 'temporal_workflow_task_execution_latency_count',
  replays: 'temporal_sticky_cache_miss',
  cachedWorkflows: 'temporal_sticky_cache_size',
} as const;

/** Reads a worker's `/metrics`; what it has not counted yet is 0. */
export async function readWorkerCounts(metricsUrl: string): Promise<WorkerCounts> {
  const text = await (await fetch(`${metricsUrl}/metrics`)).text();
  return {
    workflowTasks: sumOfSamples(text, NAMES.workflowTasks),
    replays: sumOfSamples(text, NAMES.replays),
    cachedWorkflows: sumOfSamples(text, NAMES.cachedWorkflows),
  };
}

/** The values of all samples of that name, whatever their labels (Prometheus text format). */
export function sumOfSamples(text: string, name: string): number {
  return [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)`, 'gm'))].reduce(
    (sum, [, value]) => sum + Number(value),
    0,
  );
}
