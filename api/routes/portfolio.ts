import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import type { PortfolioUseCases } from '../../use-cases/use-cases.ts';
import { type ApiEnv, callerOf } from '../api-env.ts';
import type { Guards } from '../auth.ts';
import { Balance, PortfolioSummary } from '../schemas/portfolio.ts';
import { BEARER_SECURITY, jsonAnswer, signedInProblems } from './route-parts.ts';

const tags = ['Portfolio'];

const summary = createRoute({
  method: 'get',
  path: '/v1/portfolio/summary',
  operationId: 'getPortfolioSummary',
  tags,
  summary: 'Cash, positions valued live, and their sum',
  security: BEARER_SECURITY,
  responses: { 200: jsonAnswer(PortfolioSummary, 'What the account is worth'), ...signedInProblems() },
});

const balance = createRoute({
  method: 'get',
  path: '/v1/balance',
  operationId: 'getBalance',
  tags,
  summary: 'Cash of the account',
  security: BEARER_SECURITY,
  responses: { 200: jsonAnswer(Balance, 'The cash'), ...signedInProblems() },
});

export function registerPortfolioRoutes(app: OpenAPIHono<ApiEnv>, portfolio: PortfolioUseCases, { signedIn }: Guards): void {
  app.openapi({ ...summary, middleware: signedIn }, async (c) => c.json(await portfolio.summarizePortfolio(callerOf(c)), 200));
  app.openapi({ ...balance, middleware: signedIn }, async (c) => c.json(await portfolio.getBalance(callerOf(c)), 200));
}
