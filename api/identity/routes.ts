import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import type { HubUseCases } from '../../use-cases/hub-use-cases.ts';
import type { Tokens as IssuedTokens } from '../../use-cases/identity/login.ts';
import { type ApiEnv, callerOf } from '../api-env.ts';
import type { Guards } from '../auth.ts';
import {
  BEARER_SECURITY,
  jsonAnswer,
  jsonBody,
  MALFORMED_BODY,
  problems,
  signedInProblems,
} from '../rest/route-parts.ts';
import { LoginRequest, Profile, RefreshTokenRequest, RegisterRequest, Tokens } from './schema.ts';

const tags = ['Auth'];

const register = createRoute({
  method: 'post',
  path: '/v1/auth/register',
  operationId: 'register',
  tags,
  summary: 'Register a customer with an empty account',
  request: jsonBody(RegisterRequest),
  responses: {
    201: jsonAnswer(Profile, 'The user and the account'),
    ...problems(
      ...MALFORMED_BODY,
      'EMAIL_TAKEN',
      'PASSWORD_TOO_WEAK',
      'RATE_LIMITED',
      'DATABASE_UNAVAILABLE',
    ),
  },
});

const login = createRoute({
  method: 'post',
  path: '/v1/auth/login',
  operationId: 'login',
  tags,
  summary: 'Log in',
  description: 'A wrong password and an unknown e-mail get the same answer.',
  request: jsonBody(LoginRequest),
  responses: {
    200: jsonAnswer(Tokens, 'A session'),
    ...problems(...MALFORMED_BODY, 'INVALID_CREDENTIALS', 'RATE_LIMITED', 'DATABASE_UNAVAILABLE'),
  },
});

const refresh = createRoute({
  method: 'post',
  path: '/v1/auth/refresh',
  operationId: 'refresh',
  tags,
  summary: 'Spend a refresh token for a new pair of tokens',
  description: 'A refresh token that is used twice ends the whole session.',
  request: jsonBody(RefreshTokenRequest),
  responses: {
    200: jsonAnswer(Tokens, 'The new pair'),
    ...problems(...MALFORMED_BODY, 'REFRESH_TOKEN_INVALID', 'RATE_LIMITED', 'DATABASE_UNAVAILABLE'),
  },
});

const logout = createRoute({
  method: 'post',
  path: '/v1/auth/logout',
  operationId: 'logout',
  tags,
  summary: 'End the session of a refresh token, or of the access token',
  description:
    'Access tokens of the session are rejected within 5 s everywhere. Without a body the bearer token says which session.',
  security: [...BEARER_SECURITY, {}],
  request: jsonBody(RefreshTokenRequest, false),
  responses: {
    204: { description: 'The session is over' },
    ...signedInProblems(...MALFORMED_BODY, 'DATABASE_UNAVAILABLE'),
  },
});

const me = createRoute({
  method: 'get',
  path: '/v1/me',
  operationId: 'getProfile',
  tags,
  summary: 'The user and its account',
  security: BEARER_SECURITY,
  responses: { 200: jsonAnswer(Profile, 'The user and the account'), ...signedInProblems() },
});

const toAnswer = (tokens: IssuedTokens) => ({ ...tokens, tokenType: 'Bearer' as const });

export function authRoutes(
  app: OpenAPIHono<ApiEnv>,
  { identity }: HubUseCases,
  guards: Guards,
): void {
  app.openapi(register, async (c) =>
    c.json(await identity.register(c.req.valid('json'), c.get('clientAddress')), 201),
  );

  app.openapi(login, async (c) => {
    const tokens = await identity.login(c.req.valid('json'), c.get('clientAddress'));
    return c.json(toAnswer(tokens), 200);
  });

  app.openapi(refresh, async (c) => {
    return c.json(
      toAnswer(await identity.refresh(c.req.valid('json').refreshToken, c.get('clientAddress'))),
      200,
    );
  });

  app.openapi(logout, async (c) => {
    // Without a body there is nothing to validate, whatever the type says.
    const { refreshToken }: { refreshToken?: string } = c.req.valid('json');
    if (refreshToken !== undefined) {
      await identity.logout(refreshToken);
      return c.body(null, 204);
    }
    await identity.endOwnSession(await guards.authenticate(c.req.header('Authorization')));
    return c.body(null, 204);
  });

  app.openapi({ ...me, middleware: guards.signedIn }, async (c) =>
    c.json(await identity.getProfile(callerOf(c)), 200),
  );
}
