import { z } from '@hono/zod-openapi';
import { AUDIT_EVENT_FIELDS } from '../../contracts/orders/order-fields.ts';
import { ORDER_STEPS } from '../../contracts/orders/workflow-messages.ts';
import { ORDER_STATUSES } from '../../domain/orders/order.ts';
import type { OperatorOrderFilter } from '../../use-cases/operators/operator-orders.ts';
import { Order } from '../orders/schema.ts';
import { objectOf } from '../rest/field-schema.ts';
import {
  accountId,
  clientOrderId,
  instant,
  pageOf,
  pageQuery,
  symbolParameter,
  timestamp,
} from '../rest/fields.ts';

/** Ours in capitals, and the names of errors. */
const CODE_FORM = /^[A-Za-z_]{1,64}$/;

export const OperatorOrder = Order.extend({
  attentionReason: z
    .object({
      step: z.string().nullable().openapi({ description: 'The step that failed' }),
      code: z.string().nullable().openapi({ description: 'The code with which it failed last' }),
      since: timestamp,
    })
    .nullable()
    .openapi({ description: 'Why it waits for an operator; null unless it is SUSPENDED' }),
  trouble: z
    .object({
      step: z.enum(ORDER_STEPS).openapi({ description: 'The step that fails' }),
      code: z.string().openapi({ description: 'The code with which it failed last' }),
      attempt: z.int().openapi({ description: 'The last attempt, counted from 1' }),
      nextAttemptAt: timestamp.nullable().openapi({ description: 'Null: an operator decides' }),
      since: timestamp.openapi({ description: 'Of the first attempt that failed' }),
    })
    .nullable()
    .openapi({
      description:
        'What has used up its quick retries and not succeeded since; null when all goes well',
    }),
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
  status: z.enum(['open', 'closed', 'all', ...ORDER_STATUSES]).default('all'),
  symbol: symbolParameter('Of all symbols unless given'),
  accountId: accountId.nullable().default(null).openapi({ type: 'string', format: 'uuid' }),
  clientOrderId: clientOrderId.nullable().default(null).openapi({ type: 'string' }),
  step: z.enum(ORDER_STEPS).nullable().default(null).openapi({
    type: 'string',
    description: 'Orders whose step fails, once its quick retries are used up',
  }),
  code: z
    .string()
    .regex(CODE_FORM, 'must be the code of a failure')
    .nullable()
    .default(null)
    .openapi({
      type: 'string',
      pattern: CODE_FORM.source,
      description: 'Orders whose step fails with it, once its quick retries are used up',
    }),
  after: instant
    .nullable()
    .default(null)
    .openapi({ type: 'string', format: 'date-time', description: 'Submitted after' }),
  until: instant
    .nullable()
    .default(null)
    .openapi({ type: 'string', format: 'date-time', description: 'Submitted until' }),
  ...pageQuery,
});

/** The query as the use-case takes it. */
export const toOrderFilter = ({
  after,
  until,
  ...filter
}: z.output<typeof ListOperatorOrdersQuery>): OperatorOrderFilter => ({
  ...filter,
  submittedAfter: after,
  submittedUntil: until,
});

export const OperatorTimeline = z
  .object({
    items: z.array(
      objectOf(AUDIT_EVENT_FIELDS)
        .extend({
          actorName: z
            .string()
            .nullable()
            .openapi({ description: 'The e-mail of the person who did it, where it is one' }),
        })
        .openapi('OperatorAuditEvent'),
    ),
  })
  .openapi('OperatorTimeline');
