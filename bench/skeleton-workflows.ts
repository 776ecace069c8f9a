import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { OrderSubmission } from '../contracts/orders/order.ts';
import type { ExecutedSteps } from '../contracts/orders/workflow-messages.ts';
import type { SkeletonActivities } from './skeleton-activities.ts';

/** The bounds of workflows/orders/steps.ts. */
const local = proxyLocalActivities<SkeletonActivities>({
  scheduleToCloseTimeout: '2 seconds',
  startToCloseTimeout: '2 seconds',
  retry: { maximumAttempts: 1 },
});
const durable = proxyActivities<SkeletonActivities>({ startToCloseTimeout: '10 seconds' });

/** The shape of our order: all steps in one local activity, one workflow task. */
export async function oneLocal(submission: OrderSubmission): Promise<ExecutedSteps['progress']> {
  return (await local.doNothing(submission)).progress;
}

/** A local activity for each step: still one workflow task, three activations. */
export async function threeLocal(submission: OrderSubmission): Promise<ExecutedSteps['progress']> {
  await local.doNothing(submission);
  await local.doNothing(submission);
  return (await local.doNothing(submission)).progress;
}

/** The step at the venue as a normal activity: two workflow tasks. */
export async function localNormalLocal(
  submission: OrderSubmission,
): Promise<ExecutedSteps['progress']> {
  await local.doNothing(submission);
  await durable.doNothing(submission);
  return (await local.doNothing(submission)).progress;
}
