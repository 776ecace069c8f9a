import type { Client } from '@temporalio/client';
import { HubError } from '../../contracts/errors.ts';
import type { Page } from '../../contracts/portfolio.ts';

/** Marks a cursor as ours: to the server, a page token that is not its own is a failure of its own. */
const MARK = Buffer.from('page/');

/**
 * A page of workflow ids by Temporal's list filter, running ones first, then those that ended last. A cursor that is not ours is
 * `VALIDATION_FAILED`; its rest is the server's page token.
 */
export async function listWorkflowIds(
  client: Client,
  query: string,
  { limit, cursor }: { limit: number; cursor: string | null },
): Promise<Page<string>> {
  const { executions, nextPageToken } = await client.workflowService.listWorkflowExecutions({
    namespace: client.options.namespace,
    query,
    pageSize: limit,
    ...(cursor === null ? {} : { nextPageToken: tokenOf(cursor) }),
  });
  const ids = executions.map(({ execution }) => execution?.workflowId ?? '').filter((id) => id !== '');
  const isLast = !nextPageToken || nextPageToken.length === 0;
  return { items: [...new Set(ids)], nextCursor: isLast ? null : Buffer.concat([MARK, nextPageToken]).toString('base64url') };
}

function tokenOf(cursor: string): Uint8Array {
  const marked = Buffer.from(cursor, 'base64url');
  if (!marked.subarray(0, MARK.length).equals(MARK)) throw new HubError('VALIDATION_FAILED', { field: 'cursor' });
  return marked.subarray(MARK.length);
}
