import { z } from '@hono/zod-openapi';
import { SIDES } from '../../domain/order/order.ts';
import { dateParameter } from './clock.ts';
import { accountId, date, decimal, instant, pageOf, pageQuery, plainText, reason, symbol, timestamp } from './fields.ts';
import { Order } from './orders.ts';

/** Why an operator interferes. */
export const OperatorReason = z.strictObject({ reason }).openapi('OperatorReason');

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
    .openapi({ type: 'boolean', description: '`true`: orders that wait for an operator; `false`: all others' }),
  status: z.enum(['open', 'closed', 'all']).default('all'),
  symbol: symbol.nullable().default(null).openapi({ type: 'string' }),
  accountId: accountId.nullable().default(null).openapi({ type: 'string' }),
  ...pageQuery,
});

const uuid = z.string().openapi({ format: 'uuid', example: '01981c2e-7b1a-7c3f-9d52-3f0a6f1b2c4d' });

export const BreakPath = z.object({ id: uuid });

export const Break = z
  .object({
    id: z.string(),
    kind: z.enum(['LATE_FILL', 'IMPOSSIBLE_REPORT', 'UNKNOWN_ORDER', 'REPORT_GAP']),
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

export const ListBreaksQuery = z.strictObject({ status: z.enum(['open', 'resolved', 'all']).default('open'), ...pageQuery });

export const ResolveBreakRequest = z
  .strictObject({
    resolution: z
      .string('must say what was found')
      .trim()
      .pipe(plainText(500))
      .openapi({ type: 'string', minLength: 1, maxLength: 500, example: 'booked; the client was told' }),
  })
  .openapi('ResolveBreakRequest');

export const SettlementPath = z.object({ executionId: uuid });

export const SettlementInRepairPage = pageOf(
  z
    .object({
      executionId: z.string(),
      brokerExecutionId: z.string(),
      orderId: z.string(),
      accountId: z.string(),
      symbol: z.string(),
      side: z.enum(SIDES),
      quantity: decimal,
      price: decimal,
      cash: decimal,
      tradeDate: z.string().openapi({ format: 'date' }),
      settlementDate: z.string().openapi({ format: 'date' }),
      reason: z.string(),
    })
    .openapi('SettlementInRepair'),
).openapi('SettlementInRepairPage');

export const ListSettlementsQuery = z.strictObject(pageQuery);

export const RetriedSettlement = z
  .object({
    executionId: z.string(),
    status: z.enum(['SETTLED', 'IN_REPAIR', 'PENDING']),
    reason: z.string().nullable(),
  })
  .openapi('RetriedSettlement');

export const ExecutionPath = z.object({ brokerExecutionId: z.string() });

export const WaitingExecutionPage = pageOf(
  z
    .object({
      brokerExecutionId: z.string(),
      orderId: z.string().nullable().openapi({ description: 'Null for an order that is not ours' }),
      execType: z.enum(['NEW', 'TRADE', 'CANCELED', 'REJECTED', 'EXPIRED', 'REPLACED']),
      quantity: decimal.nullable(),
      price: decimal.nullable(),
      time: timestamp,
      waiting: z
        .object({ for: z.enum(['RETRY', 'OPERATOR']), until: timestamp.nullable(), failures: z.int(), lastFailure: z.string() })
        .nullable(),
    })
    .openapi('WaitingExecution'),
).openapi('WaitingExecutionPage');

export const ListExecutionsQuery = z.strictObject(pageQuery);

export const RetriedExecution = z
  .object({
    brokerExecutionId: z.string(),
    status: z.enum(['BOOKED', 'WAITING', 'PENDING']),
    lastFailure: z.string().nullable(),
  })
  .openapi('RetriedExecution');

export const SessionPath = z.object({ symbol: z.string().openapi({ example: 'AAPL' }), date });

export const ListSessionsQuery = z.strictObject({
  start: dateParameter('The first date; today at the market unless given'),
  end: dateParameter('The last date, at most 365 days after `start`, as unless given'),
});

const InstrumentSession = z
  .object({ date: z.string().openapi({ format: 'date', example: '2026-11-27' }), opensAt: timestamp, closesAt: timestamp })
  .openapi('InstrumentSession', { description: 'No trading on the date when it opens as it closes' });

export const SessionAnswer = InstrumentSession;

export const SessionList = z.object({ items: z.array(InstrumentSession) }).openapi('InstrumentSessionList');

export const SetSessionRequest = z.strictObject({ opensAt: instant, closesAt: instant, reason }).openapi('SetSessionRequest');

/** A DELETE has no body: the reason is a parameter. */
export const RemoveSessionQuery = z.strictObject({ reason });
