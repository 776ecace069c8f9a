import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { HubError } from '../../contracts/errors.ts';
import { operatorName } from '../../contracts/identity/caller.ts';
import type { HubUseCases } from '../../use-cases/hub-use-cases.ts';
import { type ApiEnv, callerOf } from '../api-env.ts';
import type { Guards } from '../auth.ts';
import { readUuid } from '../rest/fields.ts';
import {
  adminProblems,
  BEARER_SECURITY,
  jsonAnswer,
  jsonBody,
  MALFORMED_BODY,
  OperatorReason,
} from '../rest/route-parts.ts';
import * as schemas from './schema.ts';

const ofSettlements = { tags: ['Admin'], security: BEARER_SECURITY };

const listSettlements = createRoute({
  ...ofSettlements,
  method: 'get',
  path: '/v1/admin/settlements',
  operationId: 'listSettlementsInRepair',
  summary: 'Executions that could not be settled on their day',
  request: { query: schemas.ListSettlementsQuery },
  responses: {
    200: jsonAnswer(schemas.SettlementInRepairPage, 'A page of executions'),
    ...adminProblems('VALIDATION_FAILED'),
  },
});

const retrySettlement = createRoute({
  ...ofSettlements,
  method: 'post',
  path: '/v1/admin/settlements/{executionId}/retry',
  operationId: 'retrySettlement',
  summary: 'Try to settle an execution again now',
  description: 'Kept in the audit trail with the operator and the reason.',
  request: { params: schemas.SettlementPath, ...jsonBody(OperatorReason) },
  responses: {
    202: jsonAnswer(schemas.RetriedSettlement, 'What came of it so far'),
    ...adminProblems(
      ...MALFORMED_BODY,
      'SETTLEMENT_NOT_FOUND',
      'SETTLEMENT_NOT_WAITING',
      'TEMPORAL_UNAVAILABLE',
    ),
  },
});

/** Needs the role OPERATOR. */
export function settlementOperatorRoutes(
  app: OpenAPIHono<ApiEnv>,
  { settlement }: HubUseCases,
  { operator }: Guards,
): void {
  app.openapi({ ...listSettlements, middleware: operator }, async (c) => {
    return c.json(await settlement.listInRepair(c.req.valid('query')), 200);
  });

  app.openapi({ ...retrySettlement, middleware: operator }, async (c) => {
    const executionId = readUuid(c.req.valid('param').executionId);
    if (executionId === null) throw new HubError('SETTLEMENT_NOT_FOUND');
    const request = { operator: operatorName(callerOf(c)), reason: c.req.valid('json').reason };
    return c.json(await settlement.retrySettlement(executionId, request), 202);
  });
}
