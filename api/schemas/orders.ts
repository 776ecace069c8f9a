import { z } from '@hono/zod-openapi';
import { HubError } from '../../contracts/errors.ts';
import type { OrderTerms, ReplaceTerms } from '../../contracts/orders.ts';
import { Decimal, formatCash } from '../../domain/money/decimal.ts';
import { ORDER_STATUSES, ORDER_TYPES, SIDES, TIMES_IN_FORCE } from '../../domain/order/order.ts';
import {
  clientOrderId,
  decimal,
  notional,
  pageOf,
  pageQuery,
  price,
  quantity,
  readUuid,
  symbol,
  timestamp,
  trailPercent,
} from './fields.ts';
import { termsErrors } from './order-terms.ts';

/** What a client asks for: `POST /v1/orders` and `OrderService.SubmitOrder`. */
export const SubmitOrderRequest = z
  .strictObject({
    symbol,
    side: z.enum(SIDES),
    type: z.enum(ORDER_TYPES),
    timeInForce: z.enum(TIMES_IN_FORCE).openapi({ description: 'MARKET and LIMIT take all; the others, DAY and GTC; by notional, DAY' }),
    quantity: quantity.nullish().openapi({ description: 'Shares; this or `notional`' }),
    notional: notional.nullish().openapi({ description: 'USD instead of shares; MARKET DAY orders only' }),
    limitPrice: price.nullish().openapi({ description: 'USD a share; LIMIT and STOP_LIMIT, which must have it' }),
    stopPrice: price.nullish().openapi({ description: 'USD a share; STOP and STOP_LIMIT, which must have it' }),
    trailPercent: trailPercent.nullish().openapi({ description: 'Percent of the best price; TRAILING_STOP, which must have it' }),
    clientOrderId: clientOrderId.nullish().openapi({ description: 'Also the idempotency key where no Idempotency-Key is sent' }),
  })
  .superRefine((order, context) => {
    for (const { path, message } of termsErrors(order)) context.addIssue({ code: 'custom', path: [path], message });
  })
  .openapi('SubmitOrderRequest');

/** The parsed request as the use-case takes it. */
export const toOrderTerms = (request: z.output<typeof SubmitOrderRequest>): OrderTerms => ({
  symbol: request.symbol,
  side: request.side,
  type: request.type,
  timeInForce: request.timeInForce,
  quantity: request.quantity ?? null,
  notional: request.notional == null ? null : formatCash(new Decimal(request.notional)),
  limitPrice: request.limitPrice ?? null,
  stopPrice: request.stopPrice ?? null,
  trailPercent: request.trailPercent ?? null,
  clientOrderId: request.clientOrderId ?? null,
});

/** What a replacement may change: `PATCH /v1/orders/{id}` and `OrderService.ReplaceOrder`. */
export const ReplaceOrderRequest = z
  .strictObject({
    quantity: quantity.optional().openapi({ description: 'Shares, those that are filled already included' }),
    limitPrice: price.optional().openapi({ description: 'LIMIT and STOP_LIMIT' }),
    stopPrice: price.optional().openapi({ description: 'STOP and STOP_LIMIT' }),
    trailPercent: trailPercent.optional().openapi({ description: 'TRAILING_STOP' }),
    timeInForce: z.enum(['DAY', 'GTC']).optional().openapi({ description: 'Of DAY and GTC orders' }),
    clientOrderId: clientOrderId
      .optional()
      .openapi({ description: 'Of the new order; also the idempotency key where no Idempotency-Key is sent' }),
  })
  .refine((terms) => Object.values(terms).some((value) => value !== undefined), 'must say what to change')
  .openapi('ReplaceOrderRequest');

/** The parsed request as the use-case takes it. */
export function toReplaceTerms(request: z.output<typeof ReplaceOrderRequest>): ReplaceTerms {
  return Object.fromEntries(Object.entries(request).filter(([, value]) => value !== undefined));
}

/** 1 to 255 visible ASCII characters: the header `Idempotency-Key`. */
export const IdempotencyKey = z.string().regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 visible ASCII characters');

export const ListOrdersQuery = z.strictObject({
  status: z.enum(['open', 'closed', 'all']).default('open'),
  symbol: symbol.nullable().default(null).openapi({ type: 'string' }),
  ...pageQuery,
});

export const OrderPath = z.object({ id: z.string().openapi({ format: 'uuid', example: '01981c2e-7b1a-7c3f-9d52-3f0a6f1b2c4d' }) });

/** The id of a path or message. What cannot be an id is no order. */
export function orderIdOf(path: { id: string }): string {
  const id = readUuid(path.id);
  if (id === null) throw new HubError('ORDER_NOT_FOUND');
  return id;
}

export const Order = z
  .object({
    id: z.string(),
    clientOrderId: z.string(),
    accountId: z.string(),
    symbol: z.string(),
    side: z.enum(SIDES),
    type: z.enum(ORDER_TYPES),
    timeInForce: z.enum(TIMES_IN_FORCE),
    quantity: decimal,
    notional: decimal.nullable(),
    limitPrice: decimal.nullable(),
    stopPrice: decimal.nullable(),
    trailPercent: decimal.nullable(),
    status: z.enum(ORDER_STATUSES),
    filledQuantity: decimal,
    leavesQuantity: decimal,
    averageFillPrice: decimal.nullable(),
    marketPriceAtSubmission: decimal.nullable(),
    marketDataTimestamp: timestamp.nullable(),
    rejectCode: z
      .string()
      .nullable()
      .openapi({
        description:
          'Why it is REJECTED: a code of the answers to `submitOrder` and `replaceOrder`; `BROKER_REJECTED` by the venue, ' +
          '`OPERATOR_FAILED` by an operator',
      }),
    rejectFacts: z.record(z.string(), z.string()).nullable(),
    releaseAt: timestamp.nullable().openapi({ description: 'When it goes to the venue; null: at once' }),
    expiresAt: timestamp.nullable(),
    replaces: z.string().nullable().openapi({ description: 'The order whose place this one takes' }),
    replacedBy: z.string().nullable().openapi({ description: 'The order that took the place of this one' }),
    submittedAt: timestamp,
    updatedAt: timestamp,
    newAt: timestamp.nullable(),
    filledAt: timestamp.nullable(),
    canceledAt: timestamp.nullable(),
    expiredAt: timestamp.nullable(),
    rejectedAt: timestamp.nullable(),
    suspendedAt: timestamp.nullable(),
    replacedAt: timestamp.nullable(),
  })
  .openapi('Order');

export const OrderPage = pageOf(Order).openapi('OrderPage');

export const OrderStatusAnswer = z
  .object({
    id: z.string(),
    status: z.enum(ORDER_STATUSES),
    filledQuantity: decimal,
    leavesQuantity: decimal,
    updatedAt: timestamp,
  })
  .openapi('OrderStatus');

const marketDate = z.string().openapi({ format: 'date', example: '2026-11-24', description: 'A date of the market' });

export const ExecutionList = z
  .object({
    items: z.array(
      z
        .object({
          id: z.string(),
          orderId: z.string(),
          brokerExecutionId: z.string(),
          symbol: z.string(),
          side: z.enum(SIDES),
          quantity: decimal,
          price: decimal,
          cash: decimal,
          executedAt: timestamp,
          tradeDate: marketDate,
          settlementDate: marketDate,
          settlementStatus: z.enum(['PENDING', 'SETTLED', 'IN_REPAIR']),
        })
        .openapi('Execution'),
    ),
  })
  .openapi('ExecutionList');

export const Timeline = z
  .object({
    items: z.array(
      z
        .object({
          sequence: z.int(),
          actor: z.string(),
          action: z.string(),
          details: z.record(z.string(), z.unknown()),
          occurredAt: timestamp,
        })
        .openapi('AuditEvent'),
    ),
  })
  .openapi('Timeline');
