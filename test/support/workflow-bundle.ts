import { DefaultLogger, type WorkflowBundle } from '@temporalio/worker';
import { bundleWorkflows } from '../../workers/bundle-workflows.ts';
import { bundleWorkflows as bundleQuickWorkflows } from '../histories/quick-bundle.ts';
import { makeWorkflowBundles } from './services.ts';

/** The workflows as they are, bundled once for all files of the run. */
export async function useWorkflowBundle(): Promise<WorkflowBundle> {
  await makeWorkflowBundles();
  return bundleWorkflows(new DefaultLogger('ERROR'));
}

/** The workflows with schedules of a moment (test/histories/quick-schedules.ts), bundled once. */
export async function useQuickWorkflowBundle(): Promise<WorkflowBundle> {
  await makeWorkflowBundles();
  return bundleQuickWorkflows(new DefaultLogger('ERROR'));
}
