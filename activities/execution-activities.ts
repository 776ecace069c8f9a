import type { ExecutionReport } from '../contracts/ports/broker.ts';
import type { ExecutionOutcome } from '../contracts/ports/execution-workflows.ts';
import type { StepObserver } from '../contracts/ports/step-observer.ts';
import type { OperatorRequest } from '../contracts/workflow-messages.ts';
import type { BookLateExecution } from '../use-cases/executions/book-late-execution.ts';
import { createActivityRunner } from './failures.ts';

/** The one step of the workflow `execution/<brokerExecutionId>`: idempotent by broker execution id; failures leave with the stable code as their type. */
export function createExecutionActivities({ bookLateExecution }: { bookLateExecution: BookLateExecution }, observer: StepObserver) {
  const run = createActivityRunner(observer);
  return {
    bookLateExecution: (orderId: string | null, report: ExecutionReport, operator: OperatorRequest | null): Promise<ExecutionOutcome> =>
      run('bookLateExecution', () => bookLateExecution(orderId, report, operator)),
  };
}

export type ExecutionActivities = ReturnType<typeof createExecutionActivities>;
