import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { waitUntil } from '../../dev/wait-until.ts';

const PATIENCE_MS = 60_000;
const RETRY_EVERY_MS = 250;

/**
 * What an operator does with the versions of a deployment by `temporal worker deployment …`
 * (docs/ROLLOUT.md).
 */
export interface WorkerDeployment {
  /** The variables of a worker's process of that version. */
  env(buildId: string): Record<string, string>;
  setCurrent(buildId: string): Promise<void>;
  setRamping(buildId: string, percentage: number): Promise<void>;
  /**
   * Takes the running orders that the build has touched back to where it took them over, in one
   * batch: `reset --type BuildId --query …`.
   */
  resetTouchedOrders(buildId: string, reason: string): Promise<void>;
}

export function operateDeployment(client: Client, deploymentName: string): WorkerDeployment {
  const { workflowService } = client;
  const { namespace } = client.options;

  /**
   * Rejected until the version polls all queues that the current one polls; the server learns of
   * them one by one.
   */
  async function untilTaken(call: () => Promise<unknown>, what: string): Promise<void> {
    let rejection = '';
    const isTaken = () =>
      call().then(
        () => true,
        (error: Error) => {
          rejection = error.message;
          return false;
        },
      );
    const deadline = Date.now() + PATIENCE_MS;
    while (!(await isTaken())) {
      if (Date.now() > deadline) throw new Error(`${what}: ${rejection}`);
      await new Promise((resolve) => setTimeout(resolve, RETRY_EVERY_MS));
    }
  }

  return {
    env: (buildId) => ({
      TEMPORAL_DEPLOYMENT_NAME: deploymentName,
      TEMPORAL_WORKER_BUILD_ID: buildId,
    }),
    setCurrent: (buildId) =>
      untilTaken(
        () =>
          workflowService.setWorkerDeploymentCurrentVersion({ namespace, deploymentName, buildId }),
        `${buildId} cannot be made current`,
      ),
    setRamping: (buildId, percentage) =>
      untilTaken(
        () =>
          workflowService.setWorkerDeploymentRampingVersion({
            namespace,
            deploymentName,
            buildId,
            percentage,
          }),
        `${buildId} cannot be ramped`,
      ),
    async resetTouchedOrders(buildId, reason) {
      const visibilityQuery = `ExecutionStatus = 'Running' and WorkflowType = 'order' and BuildIds = 'unversioned:${buildId}'`;
      const jobId = randomUUID();
      const resetOperation = { identity: 'operator', options: { buildId } };
      await workflowService.startBatchOperation({
        namespace,
        jobId,
        visibilityQuery,
        reason,
        resetOperation,
      });
      const isDone = async () =>
        (await workflowService.describeBatchOperation({ namespace, jobId })).closeTime != null;
      await waitUntil(isDone, {
        timeoutMs: PATIENCE_MS,
        everyMs: RETRY_EVERY_MS,
        message: 'the batch of resets does not end',
      });
    },
  };
}
