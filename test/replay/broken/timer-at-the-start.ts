import { sleep, type WorkflowInterceptorsFactory, workflowInfo } from '@temporalio/workflow';

/** A change that does not fit what was recorded: an order waits a moment before its first step. */
export const interceptors: WorkflowInterceptorsFactory = () => ({
  inbound: [
    {
      async execute(input, next) {
        if (workflowInfo().workflowType === 'order') await sleep('1 second');
        return next(input);
      },
    },
  ],
});
