import { isDeepStrictEqual } from 'node:util';
import { v5 as uuidV5, v7 as uuidV7 } from 'uuid';
import type { Clock } from '../../contracts/clock.ts';
import { HubError } from '../../contracts/errors.ts';
import { type Caller, operatorName } from '../../contracts/identity/caller.ts';
import type { Page, PageRequest } from '../../contracts/list-cursor.ts';
import {
  type BulkFilter,
  type BulkProgress,
  type BulkRequest,
  NO_COUNTS,
} from '../../contracts/operators/bulk-operations.ts';
import type { BulkWorkflows } from '../../contracts/operators/bulk-workflows.ts';
import type { OperatorLog } from '../../contracts/operators/operator-log.ts';
import type { OperatorReader } from '../../contracts/operators/operator-reader.ts';

/**
 * What operators ask of many orders at once; each order is asked as by itself, and its audit trail
 * says so. Everything throws `DATABASE_UNAVAILABLE` and `TEMPORAL_UNAVAILABLE`: with a key, it can be
 * asked for again.
 */
export interface BulkDeps {
  reader: Pick<OperatorReader, 'countBulkOrders' | 'listBulkOrders'>;
  bulks: BulkWorkflows;
  log: Pick<OperatorLog, 'recordBulk' | 'recordBulkStop'>;
  clock: Clock;
}

export interface BulkPreview {
  matched: number;
  /** The first few. */
  orderIds: string[];
}

/** Name space (RFC 9562, 5.5) under which ids of bulk operations are derived; fixed for ever. */
const BULK_NAMESPACE = '0a9a7c52-6f0e-4a0b-8c3d-91d7f2f4b6e8';

const PREVIEW_ORDERS = 10;

/**
 * Answers as soon as it is started. With a key, the same operation is answered again. Failure:
 * `IDEMPOTENCY_KEY_REUSED`.
 */
export async function startBulk(
  deps: Omit<BulkDeps, 'reader'>,
  operator: Caller,
  { action, filter, reason }: Pick<BulkRequest, 'action' | 'filter' | 'reason'>,
  idempotencyKey: string | null,
): Promise<{ bulk: BulkProgress; replayed: boolean }> {
  const id =
    idempotencyKey === null
      ? uuidV7()
      : uuidV5(`${operator.userId}:${idempotencyKey}`, BULK_NAMESPACE);
  const request: BulkRequest = {
    id,
    action,
    filter,
    operator: operatorName(operator),
    reason,
    requestedAt: now(deps),
  };
  await deps.log.recordBulk(request);
  if ((await deps.bulks.startBulk(request)) === 'STARTED')
    return { bulk: justStarted(request), replayed: false };
  const bulk = await getBulk(deps, id);
  if (!isDeepStrictEqual(wishOf(bulk), wishOf(request)))
    throw new HubError('IDEMPOTENCY_KEY_REUSED');
  return { bulk, replayed: true };
}

/** What the filter finds now; nothing is asked and nothing recorded. */
export async function previewBulk(
  deps: Pick<BulkDeps, 'reader' | 'clock'>,
  filter: BulkFilter,
): Promise<BulkPreview> {
  const selection = { filter, requestedAt: now(deps) };
  const [matched, page] = await Promise.all([
    deps.reader.countBulkOrders(selection),
    deps.reader.listBulkOrders(selection, null, PREVIEW_ORDERS),
  ]);
  return { matched, orderIds: page.orderIds };
}

/** Running ones first, then those that ended last. */
export const listBulks = (
  { bulks }: Pick<BulkDeps, 'bulks'>,
  request: PageRequest,
): Promise<Page<BulkProgress>> => bulks.listBulks(request);

/** Failure: `BULK_OPERATION_NOT_FOUND`. */
export async function getBulk(
  { bulks }: Pick<BulkDeps, 'bulks'>,
  bulkId: string,
): Promise<BulkProgress> {
  const bulk = await bulks.findBulk(bulkId);
  if (bulk === null) throw new HubError('BULK_OPERATION_NOT_FOUND');
  return bulk;
}

/**
 * Ends it after the orders that are being asked; one that has ended stays as it is. Failure:
 * `BULK_OPERATION_NOT_FOUND`.
 */
export async function stopBulk(
  deps: Pick<BulkDeps, 'bulks' | 'log'>,
  operator: Caller,
  bulkId: string,
  reason: string,
): Promise<BulkProgress> {
  const bulk = await getBulk(deps, bulkId);
  if (bulk.status !== 'RUNNING') return bulk;
  const request = { operator: operatorName(operator), reason };
  await deps.log.recordBulkStop(bulkId, request);
  await deps.bulks.stopBulk(bulkId, request);
  return getBulk(deps, bulkId);
}

const now = ({ clock }: Pick<BulkDeps, 'clock'>): string => new Date(clock()).toISOString();

const wishOf = ({ action, filter, reason }: BulkRequest) => ({ action, filter, reason });

/** Its answer waits for no worker. */
const justStarted = (request: BulkRequest): BulkProgress => ({
  ...request,
  ...NO_COUNTS,
  status: 'RUNNING',
  matched: null,
  failures: [],
  stoppedBy: null,
  startedAt: request.requestedAt,
  endedAt: null,
});
