import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { HubError } from '../../contracts/errors.ts';
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
import { EndedSessions, FindUsersQuery, UserList, UserPath } from './schema.ts';

const findUsers = createRoute({
  tags: ['Admin'],
  security: BEARER_SECURITY,
  method: 'get',
  path: '/v1/admin/users',
  operationId: 'findUsers',
  summary: 'The user with an e-mail, an id or an account',
  description: 'One of the three is to be given.',
  request: { query: FindUsersQuery },
  responses: {
    200: jsonAnswer(UserList, 'The user; empty when there is none'),
    ...adminProblems('VALIDATION_FAILED'),
  },
});

const unlockUser = createRoute({
  tags: ['Admin'],
  security: BEARER_SECURITY,
  method: 'post',
  path: '/v1/admin/users/{id}/unlock',
  operationId: 'unlockUser',
  summary: "End the lock of a user's logins",
  description:
    'Kept in the audit trail with the operator and the reason. A network that guesses stays locked for itself.',
  request: { params: UserPath, ...jsonBody(OperatorReason) },
  responses: {
    204: { description: 'The user may log in from everywhere' },
    ...adminProblems(...MALFORMED_BODY, 'USER_NOT_FOUND'),
  },
});

const endUserSessions = createRoute({
  tags: ['Admin'],
  security: BEARER_SECURITY,
  method: 'post',
  path: '/v1/admin/users/{id}/sessions/end',
  operationId: 'endUserSessions',
  summary: 'End all sessions of a user',
  description: 'Kept in the audit trail with the operator and the reason.',
  request: { params: UserPath, ...jsonBody(OperatorReason) },
  responses: {
    200: jsonAnswer(EndedSessions, 'They are over'),
    ...adminProblems(...MALFORMED_BODY, 'USER_NOT_FOUND'),
  },
});

/** Needs the role OPERATOR. */
export function identityOperatorRoutes(
  app: OpenAPIHono<ApiEnv>,
  { identity }: HubUseCases,
  { operator }: Guards,
): void {
  app.openapi({ ...findUsers, middleware: operator }, async (c) =>
    c.json({ items: await identity.findUsers(c.req.valid('query')) }, 200),
  );

  app.openapi({ ...unlockUser, middleware: operator }, async (c) => {
    const id = readUuid(c.req.valid('param').id);
    if (id === null) throw new HubError('USER_NOT_FOUND');
    await identity.unlockUser(callerOf(c), id, c.req.valid('json').reason);
    return c.body(null, 204);
  });

  app.openapi({ ...endUserSessions, middleware: operator }, async (c) => {
    const id = readUuid(c.req.valid('param').id);
    if (id === null) throw new HubError('USER_NOT_FOUND');
    return c.json(
      { ended: await identity.endSessionsFor(callerOf(c), id, c.req.valid('json').reason) },
      200,
    );
  });
}
