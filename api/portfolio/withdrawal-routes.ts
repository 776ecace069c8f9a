import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { HubUseCases } from '../../use-cases/hub-use-cases.ts';
import { type ApiEnv, callerOf } from '../api-env.ts';
import type { Guards } from '../auth.ts';
import { decimal, pageOf, pageQuery, positiveDecimal, timestamp } from '../rest/fields.ts';
import {
  IDEMPOTENCY_KEY_HEADER,
  REPLAYED_HEADER,
  readIdempotencyKey,
} from '../rest/idempotency-key.ts';
import {
  BEARER_SECURITY,
  idempotencyKey,
  jsonAnswer,
  jsonBody,
  MALFORMED_BODY,
  signedInProblems,
} from '../rest/route-parts.ts';

/** numeric(20,2), with room to spare. */
const AMOUNT_BOUNDS = { maxIntegerDigits: 12, maxDecimals: 2 };
const amount = positiveDecimal(AMOUNT_BOUNDS, '250.00').openapi({ description: 'USD' });

const WithdrawRequest = z.strictObject({ amount }).openapi('WithdrawRequest');

const Withdrawal = z
  .object({
    id: z.string(),
    accountId: z.string(),
    currency: z.literal('USD'),
    amount: decimal,
    createdAt: timestamp,
  })
  .openapi('Withdrawal');

const WithdrawalPage = pageOf(Withdrawal).openapi('WithdrawalPage');

const ListWithdrawalsQuery = z.strictObject(pageQuery);

const ofWithdrawals = { path: '/v1/withdrawals', tags: ['Portfolio'], security: BEARER_SECURITY };

const withdraw = createRoute({
  ...ofWithdrawals,
  method: 'post',
  operationId: 'withdraw',
  summary: 'Take settled cash out of the account',
  description:
    'At most the `withdrawableCash` of the balance. The same key with the same amount gets the first answer again, with ' +
    '`Idempotency-Replayed: true`. A rejection keeps nothing: the same key may be sent again.',
  parameters: [idempotencyKey('1 to 255 visible ASCII characters')],
  request: jsonBody(WithdrawRequest),
  responses: {
    201: {
      ...jsonAnswer(Withdrawal, 'The cash is taken'),
      headers: {
        [REPLAYED_HEADER]: {
          description: '`true` when this is the first answer given again',
          schema: { type: 'string' },
        },
      },
    },
    ...signedInProblems(
      ...MALFORMED_BODY,
      'INSUFFICIENT_WITHDRAWABLE_CASH',
      'IDEMPOTENCY_KEY_REUSED',
      'DATABASE_UNAVAILABLE',
    ),
  },
});

const listWithdrawals = createRoute({
  ...ofWithdrawals,
  method: 'get',
  operationId: 'listWithdrawals',
  summary: 'Withdrawals of the account, newest first',
  request: { query: ListWithdrawalsQuery },
  responses: {
    200: jsonAnswer(WithdrawalPage, 'A page of withdrawals'),
    ...signedInProblems('VALIDATION_FAILED', 'DATABASE_UNAVAILABLE'),
  },
});

export function withdrawalRoutes(
  app: OpenAPIHono<ApiEnv>,
  { portfolio }: HubUseCases,
  { signedIn }: Guards,
): void {
  app.openapi({ ...withdraw, middleware: signedIn }, async (c) => {
    const key = readIdempotencyKey(c.req.header(IDEMPOTENCY_KEY_HEADER));
    const { withdrawal, replayed } = await portfolio.withdraw(
      callerOf(c),
      c.req.valid('json').amount,
      key,
    );
    if (replayed) c.header(REPLAYED_HEADER, 'true');
    return c.json(withdrawal, 201);
  });

  app.openapi({ ...listWithdrawals, middleware: signedIn }, async (c) => {
    return c.json(await portfolio.listWithdrawals(callerOf(c), c.req.valid('query')), 200);
  });
}
