import { HubError } from '../../contracts/errors.ts';
import type { ExecutionRepairs } from '../../contracts/ports/execution-workflows.ts';
import type { OperatorLog } from '../../contracts/ports/operator-log.ts';
import { operatorName } from '../admin/operator-name.ts';
import type { ExecutionAdmin } from '../use-cases.ts';

export interface ExecutionAdminDeps {
  workflows: ExecutionRepairs;
  log: Pick<OperatorLog, 'recordExecutionRetry'>;
  /** Names a request of an operator's. */
  newId: () => string;
}

/** Executions that could not be booked, for operators. Throws `DATABASE_UNAVAILABLE` and `TEMPORAL_UNAVAILABLE`. */
export const createExecutionAdmin = ({ workflows, log, newId }: ExecutionAdminDeps): ExecutionAdmin => ({
  listWaiting: (request) => workflows.listWaiting(request),

  async retryExecution(operator, brokerExecutionId, reason) {
    const execution = await workflows.findExecution(brokerExecutionId);
    if (execution === null) throw new HubError('EXECUTION_NOT_FOUND');
    const request = { operator: operatorName(operator), reason };
    await log.recordExecutionRetry(brokerExecutionId, execution.orderId, request);
    const answer = await workflows.retryExecution(brokerExecutionId, newId(), request);
    if (answer === 'NOT_RUNNING') throw new HubError('EXECUTION_NOT_FOUND');
    if (answer === 'REFUSED') throw new HubError('EXECUTION_NOT_WAITING');
    if (answer === 'PENDING') return { brokerExecutionId, status: 'PENDING', lastFailure: null };
    return answer === null
      ? { brokerExecutionId, status: 'BOOKED', lastFailure: null }
      : { brokerExecutionId, status: 'WAITING', lastFailure: answer.lastFailure };
  },
});
