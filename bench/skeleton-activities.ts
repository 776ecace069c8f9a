import type { OrderSubmission } from '../contracts/orders/order.ts';
import type { ExecutedSteps } from '../contracts/orders/workflow-messages.ts';

/** A step that does nothing and answers as much as our real one. */
export const skeletonActivities = {
  doNothing: async ({ orderId }: OrderSubmission): Promise<ExecutedSteps> => ({
    accept: 'ACCEPTED',
    place: 'ACKNOWLEDGED',
    booked: [`${orderId}/1`],
    progress: {
      orderId,
      status: 'FILLED',
      filledQuantity: '10',
      leavesQuantity: '0',
      averageFillPrice: '205.75',
      rejectCode: null,
      isAcknowledged: true,
      releaseAt: null,
      expiresAt: null,
    },
  }),
};

export type SkeletonActivities = typeof skeletonActivities;
