import type { BulkCursor, BulkPage, BulkProgress, BulkRequest } from '../bulk-operations.ts';
import type { Page } from '../portfolio.ts';
import type { OperatorRequest } from '../workflow-messages.ts';

/**
 * The open orders that a bulk operation is about: those that its filter finds and that were submitted until it was asked for. Throws
 * `HubError('DATABASE_UNAVAILABLE')` when there is no answer.
 */
export interface BulkOrders {
  countOrders(request: Pick<BulkRequest, 'filter' | 'requestedAt'>): Promise<number>;
  /** Those after the cursor, longest submitted first; at most `limit`. Every order is listed once, however many end meanwhile. */
  listOrders(request: Pick<BulkRequest, 'filter' | 'requestedAt'>, after: BulkCursor | null, limit: number): Promise<BulkPage>;
}

/** The workflows of bulk operations. Throws `HubError('TEMPORAL_UNAVAILABLE')` when the server, or for a running one a worker, cannot be reached. */
export interface BulkWorkflows {
  /** `EXISTS`: one under this id runs or has run, and nothing was started. */
  startBulk(request: BulkRequest): Promise<'STARTED' | 'EXISTS'>;
  /** Null when there is none, or none is remembered any more. */
  findBulk(bulkId: string): Promise<BulkProgress | null>;
  /** Newest first. A cursor that is not ours is `HubError('VALIDATION_FAILED')`. */
  listBulks(request: { limit: number; cursor: string | null }): Promise<Page<BulkProgress>>;
  /** Asks it to end after the page that is being asked; one that has ended stays as it is. */
  stopBulk(bulkId: string, request: OperatorRequest): Promise<void>;
}
