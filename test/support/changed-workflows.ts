import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, type Logger, type WorkflowBundle } from '@temporalio/worker';

/** The workflows of today with a change in them: a module of workflow interceptors, which are bundled and replayed like the rest of their code. */
export function bundleChangedWorkflows(change: URL, logger: Logger): Promise<WorkflowBundle> {
  return bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('../../workflows/index.ts', import.meta.url)),
    workflowInterceptorModules: [fileURLToPath(change)],
    logger,
  });
}

/** In the place of workers/bundle-workflows.ts; the change is named by WORKFLOW_CHANGE. */
export const bundleWorkflows = (logger: Logger): Promise<WorkflowBundle> =>
  bundleChangedWorkflows(new URL(`./changes/${process.env.WORKFLOW_CHANGE}.ts`, import.meta.url), logger);
