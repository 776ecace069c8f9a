import { z } from '@hono/zod-openapi';
import { SIDES } from '../../domain/orders/order.ts';
import { decimal, pageOf, pageQuery, uuidInPath } from '../rest/fields.ts';

export const SettlementPath = z.object({ executionId: uuidInPath });

export const SettlementInRepairPage = pageOf(
  z
    .object({
      executionId: z.string(),
      broker: z.string(),
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
