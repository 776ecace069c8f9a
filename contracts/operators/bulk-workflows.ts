import type { Page, PageRequest } from '../list-cursor.ts';
import type { OperatorRequest } from '../orders/workflow-messages.ts';
import type { BulkProgress, BulkRequest } from './bulk-operations.ts';

/**
 * The workflows of bulk operations. Throws `HubError('TEMPORAL_UNAVAILABLE')` when the server, or
 * for a running one a worker, cannot be reached.
 */
export interface BulkWorkflows {
  /** `EXISTS`: one under this id runs or has run, and nothing was started. */
  startBulk(request: BulkRequest): Promise<'STARTED' | 'EXISTS'>;
  /** Null when there is none, or none is remembered any more. */
  findBulk(bulkId: string): Promise<BulkProgress | null>;
  /** Newest first. A cursor that is not ours is `HubError('VALIDATION_FAILED')`. */
  listBulks(request: PageRequest): Promise<Page<BulkProgress>>;
  /** Asks it to end after the page that is being asked; one that has ended stays as it is. */
  stopBulk(bulkId: string, request: OperatorRequest): Promise<void>;
}
