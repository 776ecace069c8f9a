import { z } from '@hono/zod-openapi';
import { parseDecimal } from '../../domain/money/decimal.ts';
import { decimal, pageOf, pageQuery, timestamp } from './fields.ts';

/** numeric(20,2), with room to spare. */
const AMOUNT_BOUNDS = { maxIntegerDigits: 12, maxDecimals: 2 };
const AMOUNT_RULE = 'must be a decimal string above zero with at most 12 digits before and 2 after the point';

const amount = z
  .string(AMOUNT_RULE)
  .refine((text) => {
    const parsed = parseDecimal(text, AMOUNT_BOUNDS);
    return parsed.ok && parsed.value.gt(0);
  }, AMOUNT_RULE)
  .openapi({ format: 'decimal', example: '250.00', description: 'USD' });

export const WithdrawRequest = z.strictObject({ amount }).openapi('WithdrawRequest');

export const Withdrawal = z
  .object({
    id: z.string(),
    accountId: z.string(),
    currency: z.literal('USD'),
    amount: decimal,
    createdAt: timestamp,
  })
  .openapi('Withdrawal');

export const WithdrawalPage = pageOf(Withdrawal).openapi('WithdrawalPage');

export const ListWithdrawalsQuery = z.strictObject(pageQuery);
