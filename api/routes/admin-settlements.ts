import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { HubError } from '../../contracts/errors.ts';
import { operatorName } from '../../use-cases/admin/operator-name.ts';
import type { SettlementAdmin } from '../../use-cases/use-cases.ts';
import { type ApiEnv, callerOf } from '../api-env.ts';
import type { Guards } from '../auth.ts';
import * as schemas from '../schemas/admin.ts';
import { readUuid } from '../schemas/fields.ts';
import { adminProblems, BEARER_SECURITY, jsonAnswer, jsonBody, MALFORMED_BODY } from './route-parts.ts';

const ofSettlements = { tags: ['Admin'], security: BEARER_SECURITY };

const listSettlements = createRoute({
  ...ofSettlements,
  method: 'get',
  path: '/v1/admin/settlements',
  operationId: 'listSettlementsInRepair',
  summary: 'Executions that could not be settled on their day',
  request: { query: schemas.ListSettlementsQuery },
  responses: { 200: jsonAnswer(schemas.SettlementInRepairPage, 'A page of executions'), ...adminProblems('VALIDATION_FAILED') },
});

const retrySettlement = createRoute({
  ...ofSettlements,
  method: 'post',
  path: '/v1/admin/settlements/{executionId}/retry',
  operationId: 'retrySettlement',
  summary: 'Try to settle an execution again now',
  description: 'Kept in the audit trail with the operator and the reason.',
  request: { params: schemas.SettlementPath, ...jsonBody(schemas.OperatorReason) },
  responses: {
    202: jsonAnswer(schemas.RetriedSettlement, 'What came of it so far'),
    ...adminProblems(...MALFORMED_BODY, 'SETTLEMENT_NOT_FOUND', 'SETTLEMENT_NOT_WAITING', 'TEMPORAL_UNAVAILABLE'),
  },
});

/** Needs the role OPERATOR. */
export function registerAdminSettlementRoutes(app: OpenAPIHono<ApiEnv>, settlements: SettlementAdmin, { operator }: Guards): void {
  app.openapi({ ...listSettlements, middleware: operator }, async (c) => {
    return c.json(await settlements.listInRepair(c.req.valid('query')), 200);
  });

  app.openapi({ ...retrySettlement, middleware: operator }, async (c) => {
    const executionId = readUuid(c.req.valid('param').executionId);
    if (executionId === null) throw new HubError('SETTLEMENT_NOT_FOUND');
    const request = { operator: operatorName(callerOf(c)), reason: c.req.valid('json').reason };
    return c.json(await settlements.retrySettlement(executionId, request), 202);
  });
}
