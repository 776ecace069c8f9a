import { z } from '@hono/zod-openapi';
import { Order } from '../orders/schema.ts';
import { accountId, pageOf, pageQuery, symbolParameter, timestamp } from '../rest/fields.ts';

export const OperatorOrder = Order.extend({
  attentionReason: z
    .object({
      step: z.string().nullable().openapi({ description: 'The step that failed' }),
      code: z.string().nullable().openapi({ description: 'The code with which it failed last' }),
      since: timestamp,
    })
    .nullable()
    .openapi({ description: 'Why it waits for an operator; null unless it is SUSPENDED' }),
}).openapi('OperatorOrder');

export const OperatorOrderPage = pageOf(OperatorOrder).openapi('OperatorOrderPage');

export const ListOperatorOrdersQuery = z.strictObject({
  attention: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .nullable()
    .default(null)
    .openapi({
      type: 'boolean',
      description: '`true`: orders that wait for an operator; `false`: all others',
    }),
  status: z.enum(['open', 'closed', 'all']).default('all'),
  symbol: symbolParameter('Of all symbols unless given'),
  accountId: accountId.nullable().default(null).openapi({ type: 'string', format: 'uuid' }),
  ...pageQuery,
});
