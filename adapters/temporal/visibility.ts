import { type Client, isGrpcServiceError } from '@temporalio/client';
import { HubError } from '../../contracts/errors.ts';
import type { Page } from '../../contracts/list-cursor.ts';
import type { PageCursors } from './page-cursor.ts';

/** gRPC status (google.rpc.Code). */
const INVALID_ARGUMENT = 3;

/** A list of workflows by Temporal's filter, and its cursors. */
export interface WorkflowList {
  query: string;
  cursors: PageCursors;
}

/**
 * A page of workflow ids, running ones first, then those that ended last. A cursor that is not
 * ours, or no longer good, is `VALIDATION_FAILED`.
 */
export async function listWorkflowIds(
  client: Client,
  { query, cursors }: WorkflowList,
  { limit, cursor }: { limit: number; cursor: string | null },
): Promise<Page<string>> {
  const place = cursor === null ? {} : { nextPageToken: cursors.open(cursor) };
  const { namespace } = client.options;
  const list = client.workflowService.listWorkflowExecutions({
    namespace,
    query,
    pageSize: limit,
    ...place,
  });
  const { executions, nextPageToken } = await list.catch((error: unknown) => {
    const isCursorRejected =
      cursor !== null && isGrpcServiceError(error) && error.code === INVALID_ARGUMENT;
    throw isCursorRejected
      ? new HubError('VALIDATION_FAILED', { field: 'cursor' }, { cause: error })
      : error;
  });
  const ids = executions
    .map(({ execution }) => execution?.workflowId ?? '')
    .filter((id) => id !== '');
  const isLast = !nextPageToken || nextPageToken.length === 0;
  return { items: [...new Set(ids)], nextCursor: isLast ? null : cursors.seal(nextPageToken) };
}
