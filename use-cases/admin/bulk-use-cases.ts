import { isDeepStrictEqual } from 'node:util';
import { v5 as uuidV5, v7 as uuidV7 } from 'uuid';
import { type BulkProgress, type BulkRequest, NO_COUNTS } from '../../contracts/bulk-operations.ts';
import type { Clock } from '../../contracts/clock.ts';
import { HubError } from '../../contracts/errors.ts';
import type { BulkOrders, BulkWorkflows } from '../../contracts/ports/bulk-operations.ts';
import type { OperatorLog } from '../../contracts/ports/operator-log.ts';
import type { BulkUseCases } from '../use-cases.ts';
import { operatorName } from './operator-name.ts';

export interface BulkDeps {
  orders: BulkOrders;
  workflows: BulkWorkflows;
  log: Pick<OperatorLog, 'recordBulk' | 'recordBulkStop'>;
  clock: Clock;
}

/** Name space (RFC 9562, 5.5) under which ids of bulk operations are derived; fixed for ever. */
const BULK_NAMESPACE = '0a9a7c52-6f0e-4a0b-8c3d-91d7f2f4b6e8';

const PREVIEW_ORDERS = 10;

/** Bulk operations, for operators. Throws `DATABASE_UNAVAILABLE` and `TEMPORAL_UNAVAILABLE`: with a key, it can be asked for again. */
export function createBulkUseCases({ orders, workflows, log, clock }: BulkDeps): BulkUseCases {
  const now = (): string => new Date(clock()).toISOString();

  async function getBulk(bulkId: string): Promise<BulkProgress> {
    const bulk = await workflows.findBulk(bulkId);
    if (bulk === null) throw new HubError('BULK_OPERATION_NOT_FOUND');
    return bulk;
  }

  return {
    getBulk,
    listBulks: (request) => workflows.listBulks(request),

    async startBulk(operator, { action, filter, reason }, key) {
      const id = key === null ? uuidV7() : uuidV5(`${operator.userId}:${key}`, BULK_NAMESPACE);
      const request: BulkRequest = { id, action, filter, operator: operatorName(operator), reason, requestedAt: now() };
      await log.recordBulk(request);
      if ((await workflows.startBulk(request)) === 'STARTED') return { bulk: justStarted(request), replayed: false };
      const bulk = await getBulk(id);
      if (!isDeepStrictEqual(wishOf(bulk), wishOf(request))) throw new HubError('IDEMPOTENCY_KEY_REUSED');
      return { bulk, replayed: true };
    },

    async previewBulk(filter) {
      const request = { filter, requestedAt: now() };
      const [matched, page] = await Promise.all([orders.countOrders(request), orders.listOrders(request, null, PREVIEW_ORDERS)]);
      return { matched, orderIds: page.orderIds };
    },

    async stopBulk(operator, bulkId, reason) {
      const bulk = await getBulk(bulkId);
      if (bulk.status !== 'RUNNING') return bulk;
      const request = { operator: operatorName(operator), reason };
      await log.recordBulkStop(bulkId, request);
      await workflows.stopBulk(bulkId, request);
      return getBulk(bulkId);
    },
  };
}

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
