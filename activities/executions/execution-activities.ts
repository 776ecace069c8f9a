import type { SealedReport } from '../../contracts/broker-session/report-seals.ts';
import type { ExecutionOutcome } from '../../contracts/executions/execution-workflows.ts';
import type { OperatorRequest } from '../../contracts/orders/workflow-messages.ts';
import type { StepObserver } from '../../contracts/step-observer.ts';
import type { Bound } from '../../use-cases/bind.ts';
import type { bookLateExecution } from '../../use-cases/executions/book-late-execution.ts';
import { createActivityRunner } from '../failures.ts';

/**
 * The one step of the workflow `execution/<broker>/<brokerExecutionId>`: idempotent by these two;
 * failures leave with the stable code as their type.
 */
export function createExecutionActivities(
  steps: Bound<{ bookLateExecution: typeof bookLateExecution }>,
  observer: StepObserver,
) {
  const run = createActivityRunner(observer);
  return {
    bookLateExecution: (
      orderId: string | null,
      report: SealedReport,
      operator: OperatorRequest | null,
    ): Promise<ExecutionOutcome> =>
      run('bookLateExecution', () => steps.bookLateExecution(orderId, report, operator)),
  };
}

export type ExecutionActivities = ReturnType<typeof createExecutionActivities>;
