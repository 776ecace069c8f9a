import { z } from '@hono/zod-openapi';
import { ERRORS } from '../../contracts/errors.ts';

/** RFC 9457 problem details, with our stable code. */
export const Problem = z
  .object({
    type: z.string().openapi({ example: 'urn:hub:error:validation-failed' }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z
      .string()
      .openapi({ description: 'The path that was called; for a rejected order, the order' }),
    code: z.string().openapi({ enum: Object.keys(ERRORS) }),
    requestId: z.string().optional().openapi({
      description:
        'As in the header X-Request-Id. Not in a rejected order, whose answer is the same each time',
    }),
    errors: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .optional()
      .openapi({ description: 'VALIDATION_FAILED: what is wrong where' }),
    facts: z.record(z.string(), z.unknown()).optional(),
    orderId: z.string().optional().openapi({ description: 'The order that was rejected' }),
  })
  .openapi('Problem');
