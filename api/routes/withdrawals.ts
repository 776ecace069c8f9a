import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import type { WithdrawalUseCases } from '../../use-cases/use-cases.ts';
import { type ApiEnv, callerOf } from '../api-env.ts';
import type { Guards } from '../auth.ts';
import { IDEMPOTENCY_KEY_HEADER, REPLAYED_HEADER, readIdempotencyKey } from '../idempotency-key.ts';
import { ListWithdrawalsQuery, Withdrawal, WithdrawalPage, WithdrawRequest } from '../schemas/withdrawals.ts';
import { BEARER_SECURITY, jsonAnswer, jsonBody, MALFORMED_BODY, signedInProblems } from './route-parts.ts';

const ofWithdrawals = { path: '/v1/withdrawals', tags: ['Portfolio'], security: BEARER_SECURITY };

const withdraw = createRoute({
  ...ofWithdrawals,
  method: 'post',
  operationId: 'withdraw',
  summary: 'Take settled cash out of the account',
  description:
    'At most the `withdrawableCash` of the balance. The same key with the same amount gets the first answer again, with ' +
    '`Idempotency-Replayed: true`. A refusal keeps nothing: the same key may be sent again.',
  parameters: [
    {
      name: IDEMPOTENCY_KEY_HEADER,
      in: 'header',
      required: false,
      description: '1 to 255 visible ASCII characters',
      schema: { type: 'string', maxLength: 255 },
    },
  ],
  request: jsonBody(WithdrawRequest),
  responses: {
    201: {
      ...jsonAnswer(Withdrawal, 'The cash is taken'),
      headers: { [REPLAYED_HEADER]: { description: '`true` when this is the first answer given again', schema: { type: 'string' } } },
    },
    ...signedInProblems(...MALFORMED_BODY, 'INSUFFICIENT_WITHDRAWABLE_CASH', 'IDEMPOTENCY_KEY_REUSED', 'DATABASE_UNAVAILABLE'),
  },
});

const listWithdrawals = createRoute({
  ...ofWithdrawals,
  method: 'get',
  operationId: 'listWithdrawals',
  summary: 'Withdrawals of the account, newest first',
  request: { query: ListWithdrawalsQuery },
  responses: { 200: jsonAnswer(WithdrawalPage, 'A page of withdrawals'), ...signedInProblems('VALIDATION_FAILED', 'DATABASE_UNAVAILABLE') },
});

export function registerWithdrawalRoutes(app: OpenAPIHono<ApiEnv>, withdrawals: WithdrawalUseCases, { signedIn }: Guards): void {
  app.openapi({ ...withdraw, middleware: signedIn }, async (c) => {
    const key = readIdempotencyKey(c.req.header(IDEMPOTENCY_KEY_HEADER));
    const { withdrawal, replayed } = await withdrawals.withdraw(callerOf(c), c.req.valid('json').amount, key);
    if (replayed) c.header(REPLAYED_HEADER, 'true');
    return c.json(withdrawal, 201);
  });

  app.openapi({ ...listWithdrawals, middleware: signedIn }, async (c) => {
    return c.json(await withdrawals.listWithdrawals(callerOf(c), c.req.valid('query')), 200);
  });
}
