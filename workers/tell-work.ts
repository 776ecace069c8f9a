import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import type { WorkContext, WorkFacts } from '../contracts/work-context.ts';

/**
 * What an activity logs, and what the SDK logs of it, tells the order and the request that it is
 * for: activities of orders carry both in their first argument.
 */
export function tellWork(work: WorkContext): ActivityInterceptorsFactory {
  return () => {
    let facts: WorkFacts = {};
    return {
      inbound: {
        execute: (input, next) => {
          facts = factsOf(input.args[0]);
          return work.run(facts, () => next(input));
        },
      },
      outbound: {
        getLogAttributes: (input, next) => next({ ...input, ...facts }),
      },
    };
  };
}

function factsOf(argument: unknown): WorkFacts {
  if (typeof argument !== 'object' || argument === null) return {};
  const { submission = argument } = argument as { submission?: WorkFacts };
  const { orderId, requestId } = submission as WorkFacts;
  return {
    ...(orderId !== undefined && { orderId }),
    ...(requestId !== undefined && { requestId }),
  };
}
