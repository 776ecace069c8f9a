import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { HubError } from '../../contracts/errors.ts';
import type { HubUseCases } from '../../use-cases/hub-use-cases.ts';
import { type ApiEnv, callerOf } from '../api-env.ts';
import type { Guards } from '../auth.ts';
import { clientOrderId, readUuid } from '../rest/fields.ts';
import {
  adminProblems,
  BEARER_SECURITY,
  jsonAnswer,
  jsonBody,
  MALFORMED_BODY,
  OperatorReason,
} from '../rest/route-parts.ts';
import * as schemas from './schema.ts';

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
  path: '/v1/admin/executions/{broker}/{brokerExecutionId}/retry',
  operationId: 'retryExecution',
  summary: 'Try to book a late execution again now',
  description: 'Kept in the audit trail with the operator and the reason.',
  request: { params: schemas.ExecutionPath, ...jsonBody(OperatorReason) },
  responses: {
    202: jsonAnswer(schemas.RetriedExecution, 'What came of it so far'),
    ...adminProblems(
      ...MALFORMED_BODY,
      'EXECUTION_NOT_FOUND',
      'EXECUTION_NOT_WAITING',
      'TEMPORAL_UNAVAILABLE',
    ),
  },
});

const listBreaks = createRoute({
  ...ofExecutions,
  method: 'get',
  path: '/v1/admin/breaks',
  operationId: 'listBreaks',
  summary: 'Where a broker and our books differ, oldest first',
  request: { query: schemas.ListBreaksQuery },
  responses: {
    200: jsonAnswer(schemas.BreakPage, 'A page of breaks'),
    ...adminProblems('VALIDATION_FAILED'),
  },
});

const resolveBreak = createRoute({
  ...ofExecutions,
  method: 'post',
  path: '/v1/admin/breaks/{id}/resolve',
  operationId: 'resolveBreak',
  summary: 'Close a break with what was found',
  request: { params: schemas.BreakPath, ...jsonBody(schemas.ResolveBreakRequest) },
  responses: {
    200: jsonAnswer(schemas.Break, 'The break as it stands now'),
    ...adminProblems(...MALFORMED_BODY, 'BREAK_NOT_FOUND', 'BREAK_ALREADY_RESOLVED'),
  },
});

/** Needs the role OPERATOR. */
export function executionOperatorRoutes(
  app: OpenAPIHono<ApiEnv>,
  { executions }: HubUseCases,
  { operator }: Guards,
): void {
  app.openapi({ ...listExecutions, middleware: operator }, async (c) =>
    c.json(await executions.listWaiting(c.req.valid('query')), 200),
  );

  app.openapi({ ...retryExecution, middleware: operator }, async (c) => {
    const execution = c.req.valid('param');
    // The broker's ids are as ours to it: visible characters.
    const names = [execution.broker, execution.brokerExecutionId];
    if (!names.every((name) => clientOrderId.safeParse(name).success))
      throw new HubError('EXECUTION_NOT_FOUND');
    const { reason } = c.req.valid('json');
    return c.json(await executions.retryExecution(callerOf(c), execution, reason), 202);
  });

  app.openapi({ ...listBreaks, middleware: operator }, async (c) =>
    c.json(await executions.listBreaks(c.req.valid('query')), 200),
  );

  app.openapi({ ...resolveBreak, middleware: operator }, async (c) => {
    const id = readUuid(c.req.valid('param').id);
    if (id === null) throw new HubError('BREAK_NOT_FOUND');
    return c.json(
      await executions.resolveBreak(callerOf(c), id, c.req.valid('json').resolution),
      200,
    );
  });
}
