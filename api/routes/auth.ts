import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import type { AuthUseCases, Tokens as IssuedTokens } from '../../use-cases/use-cases.ts';
import { type ApiEnv, callerOf } from '../api-env.ts';
import type { Guards } from '../auth.ts';
import { LoginRequest, Profile, RefreshTokenRequest, RegisterRequest, Tokens } from '../schemas/auth.ts';
import { BEARER_SECURITY, jsonAnswer, jsonBody, problems, signedInProblems } from './route-parts.ts';

const tags = ['Auth'];

const register = createRoute({
  method: 'post',
  path: '/v1/auth/register',
  operationId: 'register',
  tags,
  summary: 'Register a customer with an empty account',
  request: jsonBody(RegisterRequest),
  responses: { 201: jsonAnswer(Profile, 'The user and the account'), ...problems('VALIDATION_FAILED', 'EMAIL_TAKEN', 'RATE_LIMITED') },
});

const login = createRoute({
  method: 'post',
  path: '/v1/auth/login',
  operationId: 'login',
  tags,
  summary: 'Log in',
  description: 'A wrong password and an unknown e-mail get the same answer.',
  request: jsonBody(LoginRequest),
  responses: { 200: jsonAnswer(Tokens, 'A session'), ...problems('VALIDATION_FAILED', 'INVALID_CREDENTIALS', 'RATE_LIMITED') },
});

const refresh = createRoute({
  method: 'post',
  path: '/v1/auth/refresh',
  operationId: 'refresh',
  tags,
  summary: 'Spend a refresh token for a new pair of tokens',
  description: 'A refresh token that is used twice ends the whole session.',
  request: jsonBody(RefreshTokenRequest),
  responses: { 200: jsonAnswer(Tokens, 'The new pair'), ...problems('VALIDATION_FAILED', 'REFRESH_TOKEN_INVALID') },
});

const logout = createRoute({
  method: 'post',
  path: '/v1/auth/logout',
  operationId: 'logout',
  tags,
  summary: 'End the session of a refresh token',
  request: jsonBody(RefreshTokenRequest),
  responses: { 204: { description: 'The session is over' }, ...problems('VALIDATION_FAILED') },
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

export function registerAuthRoutes(app: OpenAPIHono<ApiEnv>, auth: AuthUseCases, guards: Guards): void {
  app.openapi(register, async (c) => c.json(await auth.register(c.req.valid('json')), 201));

  app.openapi(login, async (c) => {
    const { email, password } = c.req.valid('json');
    return c.json(toAnswer(await auth.login(email, password)), 200);
  });

  app.openapi(refresh, async (c) => c.json(toAnswer(await auth.refresh(c.req.valid('json').refreshToken)), 200));

  app.openapi(logout, async (c) => {
    await auth.logout(c.req.valid('json').refreshToken);
    return c.body(null, 204);
  });

  app.openapi({ ...me, middleware: guards.signedIn }, async (c) => c.json(await auth.getProfile(callerOf(c)), 200));
}
