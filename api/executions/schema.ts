import { z } from '@hono/zod-openapi';
import { decimal, pageOf, pageQuery, sentence, timestamp, uuidInPath } from '../rest/fields.ts';

export const BreakPath = z.object({ id: uuidInPath });

export const Break = z
  .object({
    id: z.string(),
    kind: z.enum(['LATE_FILL', 'IMPOSSIBLE_REPORT', 'UNKNOWN_ORDER', 'REPORT_GAP']),
    broker: z.string(),
    accountId: z.string().nullable(),
    orderId: z.string().nullable(),
    brokerExecutionId: z.string().nullable(),
    details: z.record(z.string(), z.unknown()),
    raisedAt: timestamp,
    resolvedAt: timestamp.nullable(),
    resolvedBy: z.string().nullable(),
    resolution: z.string().nullable(),
  })
  .openapi('Break');

export const BreakPage = pageOf(Break).openapi('BreakPage');

export const ListBreaksQuery = z.strictObject({
  status: z.enum(['open', 'resolved', 'all']).default('open'),
  ...pageQuery,
});

export const ResolveBreakRequest = z
  .strictObject({
    resolution: sentence('must say what was found').openapi({
      example: 'booked; the client was told',
    }),
  })
  .openapi('ResolveBreakRequest');

export const ExecutionPath = z.object({ broker: z.string(), brokerExecutionId: z.string() });

export const WaitingExecutionPage = pageOf(
  z
    .object({
      broker: z.string(),
      brokerExecutionId: z.string(),
      orderId: z.string().nullable().openapi({ description: 'Null for an order that is not ours' }),
      execType: z.enum([
        'NEW',
        'TRIGGERED',
        'TRADE',
        'CANCELED',
        'REJECTED',
        'EXPIRED',
        'REPLACED',
      ]),
      quantity: decimal.nullable(),
      price: decimal.nullable(),
      time: timestamp,
      waiting: z
        .object({
          for: z.enum(['RETRY', 'OPERATOR']),
          step: z.string(),
          until: timestamp.nullable(),
          failures: z.int(),
          lastFailure: z.string(),
        })
        .nullable(),
    })
    .openapi('WaitingExecution'),
).openapi('WaitingExecutionPage');

export const ListExecutionsQuery = z.strictObject(pageQuery);

export const RetriedExecution = z
  .object({
    broker: z.string(),
    brokerExecutionId: z.string(),
    status: z.enum(['BOOKED', 'WAITING', 'PENDING']),
    lastFailure: z.string().nullable(),
  })
  .openapi('RetriedExecution');
