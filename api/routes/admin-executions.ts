import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { HubError } from '../../contracts/errors.ts';
import type { ExecutionAdmin } from '../../use-cases/use-cases.ts';
import { type ApiEnv, callerOf } from '../api-env.ts';
import type { Guards } from '../auth.ts';
import * as schemas from '../schemas/admin.ts';
import { clientOrderId } from '../schemas/fields.ts';
import { adminProblems, BEARER_SECURITY, jsonAnswer, jsonBody, MALFORMED_BODY } from './route-parts.ts';

const ofExecutions = { tags: ['Admin'], security: BEARER_SECURITY };

const listExecutions = createRoute({
  ...ofExecutions,
  method: 'get',
  path: '/v1/admin/executions',
  operationId: 'listWaitingExecutions',
  summary: 'Late executions that could not be booked and wait for an operator',
  request: { query: schemas.ListExecutionsQuery },
  responses: {
    200: jsonAnswer(schemas.WaitingExecutionPage, 'A page of executions'),
    ...adminProblems('VALIDATION_FAILED', 'TEMPORAL_UNAVAILABLE'),
  },
});

const retryExecution = createRoute({
  ...ofExecutions,
  method: 'post',
  path: '/v1/admin/executions/{brokerExecutionId}/retry',
  operationId: 'retryExecution',
  summary: 'Try to book a late execution again now',
  description: 'Kept in the audit trail with the operator and the reason.',
  request: { params: schemas.ExecutionPath, ...jsonBody(schemas.OperatorReason) },
  responses: {
    202: jsonAnswer(schemas.RetriedExecution, 'What came of it so far'),
    ...adminProblems(...MALFORMED_BODY, 'EXECUTION_NOT_FOUND', 'EXECUTION_NOT_WAITING', 'TEMPORAL_UNAVAILABLE'),
  },
});

/** Needs the role OPERATOR. */
export function registerAdminExecutionRoutes(app: OpenAPIHono<ApiEnv>, executions: ExecutionAdmin, { operator }: Guards): void {
  app.openapi({ ...listExecutions, middleware: operator }, async (c) => c.json(await executions.listWaiting(c.req.valid('query')), 200));

  app.openapi({ ...retryExecution, middleware: operator }, async (c) => {
    const { brokerExecutionId } = c.req.valid('param');
    // The venue's ids are as ours to it: visible characters.
    if (!clientOrderId.safeParse(brokerExecutionId).success) throw new HubError('EXECUTION_NOT_FOUND');
    return c.json(await executions.retryExecution(callerOf(c), brokerExecutionId, c.req.valid('json').reason), 202);
  });
}
