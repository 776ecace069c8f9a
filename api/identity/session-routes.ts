import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { HubError } from '../../contracts/errors.ts';
import type { HubUseCases } from '../../use-cases/hub-use-cases.ts';
import { type ApiEnv, callerOf } from '../api-env.ts';
import type { Guards } from '../auth.ts';
import { readUuid } from '../rest/fields.ts';
import {
  BEARER_SECURITY,
  jsonAnswer,
  jsonBody,
  MALFORMED_BODY,
  signedInProblems,
} from '../rest/route-parts.ts';
import { ChangePasswordRequest, EndedSessions, SessionList, SessionPath } from './schema.ts';

const ofAuth = { tags: ['Auth'], security: BEARER_SECURITY };

const changePassword = createRoute({
  ...ofAuth,
  method: 'post',
  path: '/v1/auth/password',
  operationId: 'changePassword',
  summary: 'Change the password',
  description:
    'Ends all other sessions of the user. A new password has at least 12 characters and is none that many people use, nor the name of ' +
    'the user or of this service (NIST SP 800-63B-4).',
  request: jsonBody(ChangePasswordRequest),
  responses: {
    204: { description: 'The new password holds' },
    ...signedInProblems(
      ...MALFORMED_BODY,
      'INVALID_CREDENTIALS',
      'PASSWORD_TOO_WEAK',
      'RATE_LIMITED',
      'DATABASE_UNAVAILABLE',
    ),
  },
});

const listSessions = createRoute({
  ...ofAuth,
  method: 'get',
  path: '/v1/auth/sessions',
  operationId: 'listSessions',
  summary: 'The sessions of the user, most recently used first',
  responses: {
    200: jsonAnswer(SessionList, 'At most 100'),
    ...signedInProblems('DATABASE_UNAVAILABLE'),
  },
});

const endSession = createRoute({
  ...ofAuth,
  method: 'delete',
  path: '/v1/auth/sessions/{id}',
  operationId: 'endSession',
  summary: 'End a session',
  description:
    'Its access tokens are rejected within 5 s everywhere. It may be the session of this token.',
  request: { params: SessionPath },
  responses: {
    204: { description: 'The session is over' },
    ...signedInProblems('SESSION_NOT_FOUND', 'DATABASE_UNAVAILABLE'),
  },
});

const endOtherSessions = createRoute({
  ...ofAuth,
  method: 'delete',
  path: '/v1/auth/sessions',
  operationId: 'endOtherSessions',
  summary: 'End all sessions but the one of this token',
  responses: {
    200: jsonAnswer(EndedSessions, 'They are over'),
    ...signedInProblems('DATABASE_UNAVAILABLE'),
  },
});

export function sessionRoutes(
  app: OpenAPIHono<ApiEnv>,
  { identity }: HubUseCases,
  { signedIn }: Guards,
): void {
  app.openapi({ ...changePassword, middleware: signedIn }, async (c) => {
    await identity.changePassword(callerOf(c), c.req.valid('json'), c.get('clientAddress'));
    return c.body(null, 204);
  });

  app.openapi({ ...listSessions, middleware: signedIn }, async (c) =>
    c.json({ items: await identity.listSessions(callerOf(c)) }, 200),
  );

  app.openapi({ ...endSession, middleware: signedIn }, async (c) => {
    const id = readUuid(c.req.valid('param').id);
    if (id === null) throw new HubError('SESSION_NOT_FOUND');
    await identity.endSession(callerOf(c), id);
    return c.body(null, 204);
  });

  app.openapi({ ...endOtherSessions, middleware: signedIn }, async (c) =>
    c.json({ ended: await identity.endOtherSessions(callerOf(c)) }, 200),
  );
}
