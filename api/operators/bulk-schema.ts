import { z } from '@hono/zod-openapi';
import { BULK_ACTIONS, type BulkFilter } from '../../contracts/operators/bulk-operations.ts';
import { OPEN_STATUSES, SIDES } from '../../domain/orders/order.ts';
import {
  accountId,
  instant,
  pageOf,
  pageQuery,
  reason,
  symbol,
  timestamp,
  uuidInPath,
} from '../rest/fields.ts';

const NARROWING = [
  'status',
  'symbol',
  'accountId',
  'side',
  'submittedAfter',
  'submittedBefore',
] as const;

/** What the check of the filter says, for the document. */
const FILTER_FORMS = [
  { properties: { all: { const: true } }, required: ['all'], maxProperties: 1 },
  { properties: { all: { not: {} }, attention: { const: true } }, required: ['attention'] },
  ...NARROWING.map((field) => ({ properties: { all: { not: {} } }, required: [field] })),
];

/** Which orders, in so many words: nobody asks every order by leaving something out. */
const Filter = z
  .strictObject({
    all: z.literal(true).optional().openapi({ description: 'Every open order; only by itself' }),
    attention: z
      .boolean()
      .optional()
      .openapi({ description: '`true`: orders that wait for an operator; `false`: all others' }),
    status: z
      .enum(OPEN_STATUSES)
      .optional()
      .openapi({ description: '`PENDING_NEW`: not yet confirmed by the broker' }),
    symbol: symbol.optional(),
    accountId: accountId.optional(),
    side: z.enum(SIDES).optional(),
    submittedAfter: instant.optional().openapi({ description: 'Inclusive' }),
    submittedBefore: instant.optional().openapi({ description: 'Inclusive' }),
  })
  .superRefine(({ all, ...given }, context) => {
    const isNarrow =
      given.attention === true || NARROWING.some((field) => given[field] !== undefined);
    const isSaidWith = Object.values(given).some((value) => value !== undefined);
    if (all ? isSaidWith : !isNarrow) {
      const fields = ['attention: true', ...NARROWING].join(', ');
      context.addIssue({
        code: 'custom',
        message: `must have one of ${fields}; or all: true by itself`,
      });
    }
  })
  .openapi('BulkOrderFilter', { anyOf: FILTER_FORMS });

export const BulkOperationRequest = z
  .strictObject({
    action: z
      .enum(BULK_ACTIONS)
      .openapi({ description: 'RETRY and FAIL are rejected by an order that waits for nothing' }),
    filter: Filter,
    reason,
    dryRun: z.boolean().default(false).openapi({ description: 'Only tells what the filter finds' }),
  })
  .openapi('BulkOperationRequest');

/** The parsed filter as the use-case takes it. */
export const toBulkFilter = (filter: z.output<typeof Filter>): BulkFilter => ({
  attention: filter.attention ?? null,
  status: filter.status ?? null,
  symbol: filter.symbol ?? null,
  accountId: filter.accountId ?? null,
  side: filter.side ?? null,
  submittedAfter: filter.submittedAfter ?? null,
  submittedBefore: filter.submittedBefore ?? null,
});

export const BulkPreview = z
  .object({
    matched: z.int(),
    orderIds: z
      .array(z.string())
      .openapi({ description: 'The first few, longest submitted first' }),
  })
  .openapi('BulkPreview');

export const BulkOperation = z
  .object({
    id: z.string(),
    action: z.enum(BULK_ACTIONS),
    filter: z.object({
      attention: z.boolean().nullable(),
      status: z.enum(OPEN_STATUSES).nullable(),
      symbol: z.string().nullable(),
      accountId: z.string().nullable(),
      side: z.enum(SIDES).nullable(),
      submittedAfter: timestamp.nullable(),
      submittedBefore: timestamp.nullable(),
    }),
    operator: z.string().openapi({ example: 'user/01981c2e-7b1a-7c3f-9d52-3f0a6f1b2c4d' }),
    reason: z.string(),
    requestedAt: timestamp.openapi({
      description: 'Orders that were submitted later are not touched',
    }),
    status: z.enum(['RUNNING', 'COMPLETED', 'CANCELED', 'FAILED']).openapi({
      description:
        'CANCELED: stopped before all were asked. FAILED: its workflow was ended by force',
    }),
    matched: z.int().nullable().openapi({
      description:
        'What the filter found at the start; orders that closed before their turn are not asked',
    }),
    done: z.int().openapi({ description: 'Tried again, or ended' }),
    pending: z.int().openapi({ description: 'Taken up by the order, which was still at it' }),
    rejected: z.int().openapi({ description: 'Waited for nothing, or was closed first' }),
    failed: z.int().openapi({ description: 'Could not be asked' }),
    failures: z
      .array(z.object({ orderId: z.string(), code: z.string() }))
      .openapi({ description: 'At most ten' }),
    stoppedBy: z.object({ operator: z.string(), reason: z.string() }).nullable(),
    startedAt: timestamp,
    endedAt: timestamp.nullable(),
  })
  .openapi('BulkOperation');

export const BulkOperationPage = pageOf(BulkOperation).openapi('BulkOperationPage');

export const BulkPath = z.object({ id: uuidInPath });

export const ListBulkQuery = z.strictObject(pageQuery);
