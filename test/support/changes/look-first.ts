import {
  patched,
  proxyActivities,
  type WorkflowInterceptorsFactory,
  workflowInfo,
} from '@temporalio/workflow';
import type { OrderActivities } from '../../../activities/orders/order-activities.ts';

const { findDecision } = proxyActivities<OrderActivities>({ startToCloseTimeout: '10 seconds' });

/** One patch for each of the steps: an order may pass both, at different times. */
export const LOOK_FIRST = {
  cancelOrder: 'look-first-cancel',
  executeOrder: 'look-first-execute',
} as const;

const isLookedAtFirst = (step: string): step is keyof typeof LOOK_FIRST => step in LOOK_FIRST;

/**
 * What an order does before its steps in this change; `isGuarded` false: in orders that began
 * without it, too.
 */
export const lookFirst = ({ isGuarded }: { isGuarded: boolean }): WorkflowInterceptorsFactory => {
  return () => ({
    outbound: [
      {
        async scheduleActivity(input, next) {
          const { workflowType, workflowId } = workflowInfo();
          const step = input.activityType;
          if (
            workflowType === 'order' &&
            isLookedAtFirst(step) &&
            (!isGuarded || patched(LOOK_FIRST[step]))
          ) {
            await findDecision({ orderId: workflowId.slice('order/'.length) });
          }
          return next(input);
        },
      },
    ],
  });
};
