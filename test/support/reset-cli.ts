import { runTool } from '../../dev/services/run-tool.ts';
import { resolveTemporal } from '../../dev/services/temporal.ts';
import type { Stack } from '../../dev/stack.ts';

const CLI_MS_MAX = 60_000;
const REASON = 'proof that a reset doubles and loses nothing';

/** `temporal workflow reset`, as an operator types it. */
export interface ResetCli {
  /**
   * To the end of this workflow task (its WorkflowTaskCompleted event); everything after it happens
   * anew.
   */
  toEvent(
    workflow: { workflowId: string; runId: string },
    eventId: string,
    options?: { reapplyExclude?: 'All' },
  ): Promise<void>;
  /** The current run, which a reset may have made. */
  toType(workflowId: string, type: 'FirstWorkflowTask' | 'LastWorkflowTask'): Promise<void>;
  /** Everything that the query finds, in a batch job that goes on after the answer. */
  batch(query: string, type: 'FirstWorkflowTask' | 'LastWorkflowTask'): Promise<void>;
}

/** Over the same binary that the stack's server is. */
export async function createResetCli({ env }: Pick<Stack, 'env'>): Promise<ResetCli> {
  const { TEMPORAL_ADDRESS: _external, ...rest } = process.env;
  const source = await resolveTemporal(rest, () => {});
  if (source.kind !== 'cli') throw new Error('there is no Temporal CLI');
  const { executable } = source;
  const address = [
    '--address',
    env.TEMPORAL_ADDRESS ?? '',
    '--namespace',
    env.TEMPORAL_NAMESPACE ?? 'default',
  ];
  const reset = (...args: string[]): Promise<void> =>
    runTool({
      command: executable,
      args: ['workflow', 'reset', ...args, '--reason', REASON, ...address],
      timeoutMs: CLI_MS_MAX,
      doing: 'reset',
      say: () => {},
    });
  return {
    toEvent: ({ workflowId, runId }, eventId, { reapplyExclude } = {}) =>
      reset(
        ...['--workflow-id', workflowId, '--run-id', runId, '--event-id', eventId],
        ...(reapplyExclude ? ['--reapply-exclude', reapplyExclude] : []),
      ),
    toType: (workflowId, type) => reset('--workflow-id', workflowId, '--type', type),
    batch: (query, type) => reset('--query', query, '--type', type, '--yes'),
  };
}
