import { dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger, WorkflowBundle } from '@temporalio/worker';
import { bundleWorkflows as bundleVariant } from '../../workers/bundle-workflows.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/**
 * The workflows of today with a change in them: a module of workflow interceptors, which are
 * bundled and replayed like the rest of their code.
 */
export function bundleChangedWorkflows(change: URL, logger: Logger): Promise<WorkflowBundle> {
  const file = fileURLToPath(change);
  return bundleVariant(logger, {
    name: relative(ROOT, file),
    sources: [relative(ROOT, dirname(file))],
    options: { workflowInterceptorModules: [file] },
  });
}

/** In the place of workers/bundle-workflows.ts; the change is named by WORKFLOW_CHANGE. */
export const bundleWorkflows = (logger: Logger): Promise<WorkflowBundle> =>
  bundleChangedWorkflows(
    new URL(`./changes/${process.env.WORKFLOW_CHANGE}.ts`, import.meta.url),
    logger,
  );
