import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { HubError } from '../../contracts/errors.ts';
import type { AdminUseCases } from '../../use-cases/use-cases.ts';
import { type ApiEnv, callerOf } from '../api-env.ts';
import type { Guards } from '../auth.ts';
import { Break, BreakPage, BreakPath, ListBreaksQuery, ResolveBreakRequest } from '../schemas/admin.ts';
import { readUuid } from '../schemas/fields.ts';
import { adminProblems, BEARER_SECURITY, jsonAnswer, jsonBody, MALFORMED_BODY } from './route-parts.ts';

const ofBreaks = { tags: ['Admin'], security: BEARER_SECURITY };

const listBreaks = createRoute({
  ...ofBreaks,
  method: 'get',
  path: '/v1/admin/breaks',
  operationId: 'listBreaks',
  summary: 'Where the venue and our books differ, oldest first',
  request: { query: ListBreaksQuery },
  responses: { 200: jsonAnswer(BreakPage, 'A page of breaks'), ...adminProblems('VALIDATION_FAILED') },
});

const resolveBreak = createRoute({
  ...ofBreaks,
  method: 'post',
  path: '/v1/admin/breaks/{id}/resolve',
  operationId: 'resolveBreak',
  summary: 'Close a break with what was found',
  request: { params: BreakPath, ...jsonBody(ResolveBreakRequest) },
  responses: {
    200: jsonAnswer(Break, 'The break as it stands now'),
    ...adminProblems(...MALFORMED_BODY, 'BREAK_NOT_FOUND', 'BREAK_ALREADY_RESOLVED'),
  },
});

/** Needs the role OPERATOR. */
export function registerAdminBreakRoutes(app: OpenAPIHono<ApiEnv>, admin: AdminUseCases, { operator }: Guards): void {
  app.openapi({ ...listBreaks, middleware: operator }, async (c) => c.json(await admin.listBreaks(c.req.valid('query')), 200));

  app.openapi({ ...resolveBreak, middleware: operator }, async (c) => {
    const id = readUuid(c.req.valid('param').id);
    if (id === null) throw new HubError('BREAK_NOT_FOUND');
    return c.json(await admin.resolveBreak(callerOf(c), id, c.req.valid('json').resolution), 200);
  });
}
