import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { HubError } from '../../contracts/errors.ts';
import type { HubUseCases } from '../../use-cases/hub-use-cases.ts';
import { type ApiEnv, callerOf } from '../api-env.ts';
import type { Guards } from '../auth.ts';
import { readUuid } from '../rest/fields.ts';
import {
  IDEMPOTENCY_KEY_HEADER,
  REPLAYED_HEADER,
  readIdempotencyKey,
} from '../rest/idempotency-key.ts';
import {
  acceptedHeaders,
  adminProblems,
  BEARER_SECURITY,
  idempotencyKey,
  jsonAnswer,
  jsonBody,
  MALFORMED_BODY,
  OperatorReason,
} from '../rest/route-parts.ts';
import * as schemas from './bulk-schema.ts';

const PATH = '/v1/admin/bulk-operations';
const ofBulk = { tags: ['Admin'], security: BEARER_SECURITY };

const startBulk = createRoute({
  ...ofBulk,
  method: 'post',
  path: PATH,
  operationId: 'startBulkOperation',
  summary: 'Retry, fail or cancel all open orders that a filter finds',
  description:
    'Each order is asked as by its own call, and its audit trail has the operator, the reason and the operation. Orders that were submitted ' +
    'after the request are not touched. The same key with the same body is the same operation, with `Idempotency-Replayed: true`.',
  parameters: [idempotencyKey('1 to 255 visible ASCII characters')],
  request: jsonBody(schemas.BulkOperationRequest),
  responses: {
    200: jsonAnswer(schemas.BulkPreview, 'What the filter finds; nothing was asked (`dryRun`)'),
    202: {
      ...jsonAnswer(schemas.BulkOperation, 'The operation, which has begun'),
      headers: acceptedHeaders('Where it can be read'),
    },
    ...adminProblems(...MALFORMED_BODY, 'IDEMPOTENCY_KEY_REUSED', 'TEMPORAL_UNAVAILABLE'),
  },
});

const listBulk = createRoute({
  ...ofBulk,
  method: 'get',
  path: PATH,
  operationId: 'listBulkOperations',
  summary: 'Bulk operations, running ones first, then those that ended last',
  request: { query: schemas.ListBulkQuery },
  responses: {
    200: jsonAnswer(schemas.BulkOperationPage, 'A page of operations'),
    ...adminProblems('VALIDATION_FAILED', 'TEMPORAL_UNAVAILABLE'),
  },
});

const getBulk = createRoute({
  ...ofBulk,
  method: 'get',
  path: `${PATH}/{id}`,
  operationId: 'getBulkOperation',
  summary: 'How far a bulk operation has come',
  request: { params: schemas.BulkPath },
  responses: {
    200: jsonAnswer(schemas.BulkOperation, 'The operation'),
    ...adminProblems('BULK_OPERATION_NOT_FOUND', 'TEMPORAL_UNAVAILABLE'),
  },
});

const stopBulk = createRoute({
  ...ofBulk,
  method: 'post',
  path: `${PATH}/{id}/stop`,
  operationId: 'stopBulkOperation',
  summary: 'Ask no further orders',
  description:
    'The orders that are being asked, at most a hundred, are still asked. An operation that has ended stays as it is.',
  request: { params: schemas.BulkPath, ...jsonBody(OperatorReason) },
  responses: {
    202: jsonAnswer(schemas.BulkOperation, 'The operation as it stands now'),
    ...adminProblems(...MALFORMED_BODY, 'BULK_OPERATION_NOT_FOUND', 'TEMPORAL_UNAVAILABLE'),
  },
});

/** Needs the role OPERATOR. */
export function bulkRoutes(
  app: OpenAPIHono<ApiEnv>,
  { operators }: HubUseCases,
  { operator }: Guards,
): void {
  app.openapi({ ...startBulk, middleware: operator }, async (c) => {
    const { action, filter, reason, dryRun } = c.req.valid('json');
    const key = readIdempotencyKey(c.req.header(IDEMPOTENCY_KEY_HEADER));
    const wanted = schemas.toBulkFilter(filter);
    if (dryRun) return c.json(await operators.previewBulk(wanted), 200);
    const started = await operators.startBulk(callerOf(c), { action, filter: wanted, reason }, key);
    c.header('Location', `${PATH}/${started.bulk.id}`);
    if (started.replayed) c.header(REPLAYED_HEADER, 'true');
    return c.json(started.bulk, 202);
  });

  app.openapi({ ...listBulk, middleware: operator }, async (c) =>
    c.json(await operators.listBulks(c.req.valid('query')), 200),
  );

  app.openapi({ ...getBulk, middleware: operator }, async (c) =>
    c.json(await operators.getBulk(bulkIdOf(c.req.valid('param'))), 200),
  );

  app.openapi({ ...stopBulk, middleware: operator }, async (c) => {
    return c.json(
      await operators.stopBulk(
        callerOf(c),
        bulkIdOf(c.req.valid('param')),
        c.req.valid('json').reason,
      ),
      202,
    );
  });
}

/** What cannot be an id is no operation. */
function bulkIdOf(path: { id: string }): string {
  const id = readUuid(path.id);
  if (id === null) throw new HubError('BULK_OPERATION_NOT_FOUND');
  return id;
}
