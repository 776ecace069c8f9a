import type { WorkflowHandle } from '@temporalio/client';

/** What an operator reads at the top of the workflow's page in the Temporal UI: its current details. */
export async function readPage(handle: Pick<WorkflowHandle, 'query'>): Promise<string> {
  const { currentDetails = '' } = await handle.query<{ currentDetails?: string }>(
    '__temporal_workflow_metadata',
  );
  return currentDetails;
}
