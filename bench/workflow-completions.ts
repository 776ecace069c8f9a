import type { Client } from '@temporalio/client';
import { waitUntil } from '../dev/wait-until.ts';

/**
 * Rare enough to cost nothing against the orders: the time of the last close is read from Temporal,
 * not from this clock.
 */
const POLL_EVERY_MS = 250;

export interface Closings {
  /** When the last of them closed, in milliseconds since 1970, as Temporal noted it. */
  readonly lastClosedAtMs: number;
  /** How many ended in another way than completed. */
  readonly notCompleted: number;
}

/**
 * Waits until `count` workflows of a visibility query are closed. Throws after `timeoutMs`, saying
 * how many are not.
 */
export async function waitForClosings(
  client: Client,
  query: string,
  count: number,
  timeoutMs: number,
): Promise<Closings> {
  const countOf = async (condition: string) =>
    (await client.workflow.count(`${query} AND ${condition}`)).count;
  let closed = 0;
  const areClosed = async () => {
    closed = await countOf("ExecutionStatus != 'Running'");
    return closed >= count;
  };
  try {
    await waitUntil(areClosed, { timeoutMs, everyMs: POLL_EVERY_MS, message: '' });
  } catch (error) {
    throw new Error(
      `${count - closed} of ${count} workflows have not ended after ${timeoutMs / 1000} s (${query})`,
      { cause: error },
    );
  }
  const notCompleted = await countOf(
    "ExecutionStatus != 'Running' AND ExecutionStatus != 'Completed'",
  );
  // Visibility lists the latest close first.
  for await (const { closeTime } of client.workflow.list({ query, pageSize: 1 })) {
    if (closeTime) return { lastClosedAtMs: closeTime.getTime(), notCompleted };
  }
  throw new Error(`no workflow of ${query} has a time of closing`);
}
