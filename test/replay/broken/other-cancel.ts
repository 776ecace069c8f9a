import type { WorkflowInterceptorsFactory } from '@temporalio/workflow';

/** A change that does not fit what was recorded: the step that cancels has got another name. */
export const interceptors: WorkflowInterceptorsFactory = () => ({
  outbound: [
    {
      scheduleActivity: (input, next) =>
        next({
          ...input,
          activityType:
            input.activityType === 'cancelOrder' ? 'cancelAtBroker' : input.activityType,
        }),
    },
  ],
});
