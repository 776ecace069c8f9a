import { HubError } from '../../contracts/errors.ts';
import type {
  BrokerExecution,
  ExecutionRepairs,
  ExecutionStanding,
} from '../../contracts/executions/execution-workflows.ts';
import { type Caller, operatorName } from '../../contracts/identity/caller.ts';
import type { Page, PageRequest } from '../../contracts/list-cursor.ts';
import type { OperatorLog } from '../../contracts/operators/operator-log.ts';
import type { Bound } from '../bind.ts';
import { listBreaks, resolveBreak } from './breaks.ts';

export interface ExecutionUseCasesDeps {
  workflows: ExecutionRepairs;
  log: Pick<OperatorLog, 'recordExecutionRetry'>;
  /** Names a request of an operator's. */
  newId: () => string;
}

/** What came of an operator's retry so far. `PENDING`: it takes long. */
export interface RetriedExecution extends BrokerExecution {
  status: 'BOOKED' | 'WAITING' | 'PENDING';
  /** Stable code of the last failure; only of one that waits. */
  lastFailure: string | null;
}

/**
 * Executions that could not be booked and wait for an operator. Throws `TEMPORAL_UNAVAILABLE`, and
 * `VALIDATION_FAILED` for a cursor that is not ours.
 */
export const listWaiting = (
  { workflows }: ExecutionUseCasesDeps,
  request: PageRequest,
): Promise<Page<ExecutionStanding>> => workflows.listWaiting(request);

/**
 * Ends the wait before the next attempt to book, and waits for what comes of it unless that takes
 * long. Audited. Throws `EXECUTION_NOT_FOUND`, also for one that is booked, `EXECUTION_NOT_WAITING`,
 * `DATABASE_UNAVAILABLE` and `TEMPORAL_UNAVAILABLE`.
 */
export async function retryExecution(
  { workflows, log, newId }: ExecutionUseCasesDeps,
  operator: Caller,
  { broker, brokerExecutionId }: BrokerExecution,
  reason: string,
): Promise<RetriedExecution> {
  const of = { broker, brokerExecutionId };
  const execution = await workflows.findExecution(of);
  if (execution === null) throw new HubError('EXECUTION_NOT_FOUND');
  const request = { operator: operatorName(operator), reason };
  await log.recordExecutionRetry(of, execution.orderId, request);
  const answer = await workflows.retryExecution(of, newId(), request);
  if (answer === 'NOT_RUNNING') throw new HubError('EXECUTION_NOT_FOUND');
  if (answer === 'REJECTED') throw new HubError('EXECUTION_NOT_WAITING');
  if (answer === 'PENDING') return { ...of, status: 'PENDING', lastFailure: null };
  return answer === null
    ? { ...of, status: 'BOOKED', lastFailure: null }
    : { ...of, status: 'WAITING', lastFailure: answer.lastFailure };
}

/** What operators do about executions and breaks. */
export const executionUseCases = { listWaiting, retryExecution, listBreaks, resolveBreak };
export type ExecutionUseCases = Bound<typeof executionUseCases>;
