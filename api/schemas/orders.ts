import { z } from '@hono/zod-openapi';
import type { OrderTerms } from '../../contracts/orders.ts';
import { ORDER_STATUSES, ORDER_TYPES, SIDES, TIMES_IN_FORCE } from '../../domain/order/order.ts';
import { clientOrderId, decimal, isUuid, pageOf, pageQuery, price, quantity, symbol, timestamp } from './fields.ts';

const SUPPORTED_TYPES = ['MARKET', 'LIMIT'] as const;
const SUPPORTED_TIMES_IN_FORCE = ['DAY', 'GTC', 'IOC', 'FOK'] as const;

/** An enum of the words that are taken now; a word that the domain knows beyond them is called unsupported, not wrong. */
const supported = <const T extends readonly [string, ...string[]]>(words: T, known: readonly string[]) =>
  z.enum(words, {
    error: ({ input }) =>
      typeof input === 'string' && known.includes(input) ? `${input} is not supported yet` : `must be one of ${words.join(', ')}`,
  });

/** What a client asks for: `POST /v1/orders` and `OrderService.SubmitOrder`. */
export const SubmitOrderRequest = z
  .strictObject({
    symbol,
    side: z.enum(SIDES),
    type: supported(SUPPORTED_TYPES, ORDER_TYPES),
    timeInForce: supported(SUPPORTED_TIMES_IN_FORCE, TIMES_IN_FORCE),
    quantity,
    limitPrice: price.nullish().openapi({ description: 'USD a share; LIMIT orders only, which must have it' }),
    clientOrderId: clientOrderId.nullish().openapi({ description: 'Also the idempotency key where no Idempotency-Key is sent' }),
  })
  .superRefine((order, context) => {
    const hasPrice = order.limitPrice != null;
    if (order.type === 'LIMIT' && !hasPrice) {
      context.addIssue({ code: 'custom', path: ['limitPrice'], message: 'a LIMIT order needs a limitPrice' });
    }
    if (order.type === 'MARKET' && hasPrice) {
      context.addIssue({ code: 'custom', path: ['limitPrice'], message: 'a MARKET order has no limitPrice' });
    }
  })
  .openapi('SubmitOrderRequest');

/** The parsed request as the use-case takes it. */
export const toOrderTerms = (request: z.output<typeof SubmitOrderRequest>): OrderTerms => ({
  symbol: request.symbol,
  side: request.side,
  type: request.type,
  timeInForce: request.timeInForce,
  quantity: request.quantity,
  limitPrice: request.limitPrice ?? null,
  clientOrderId: request.clientOrderId ?? null,
});

/** 1 to 255 visible ASCII characters: the header `Idempotency-Key`. */
export const IdempotencyKey = z.string().regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 visible ASCII characters');

export const ListOrdersQuery = z.strictObject({
  status: z.enum(['open', 'closed', 'all']).default('open'),
  symbol: symbol.nullable().default(null).openapi({ type: 'string' }),
  ...pageQuery,
});

export const OrderPath = z.object({ id: z.string().openapi({ format: 'uuid', example: '01981c2e-7b1a-7c3f-9d52-3f0a6f1b2c4d' }) });

/** An order's id from a path or message, `null` when it cannot be one: then there is no such order. */
export function readOrderId(text: string): string | null {
  const id = text.toLowerCase();
  return isUuid(id) ? id : null;
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
    limitPrice: decimal.nullable(),
    status: z.enum(ORDER_STATUSES),
    filledQuantity: decimal,
    leavesQuantity: decimal,
    averageFillPrice: decimal.nullable(),
    marketPriceAtSubmission: decimal.nullable(),
    marketDataTimestamp: timestamp.nullable(),
    rejectCode: z.string().nullable(),
    rejectFacts: z.record(z.string(), z.string()).nullable(),
    expiresAt: timestamp.nullable(),
    submittedAt: timestamp,
    updatedAt: timestamp,
    newAt: timestamp.nullable(),
    filledAt: timestamp.nullable(),
    canceledAt: timestamp.nullable(),
    expiredAt: timestamp.nullable(),
    rejectedAt: timestamp.nullable(),
    suspendedAt: timestamp.nullable(),
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
