import type { Client } from '@temporalio/client';
import type postgres from 'postgres';
import { orderWorkflowId } from '../contracts/ids.ts';
import { mean } from './statistics.ts';

export interface HistoryFigures {
  /** Filled orders whose history was read. */
  readonly sampled: number;
  readonly events: { readonly mean: number; readonly max: number };
  readonly workflowTasks: { readonly mean: number; readonly max: number };
  /** Share of the orders with one workflow task, 0 to 1. */
  readonly oneTaskShare: number;
  readonly historyBytesMean: number;
}

/** Reads the histories of filled orders, chosen evenly among those since `sinceMs`. */
export async function readHistories(
  client: Client,
  sql: postgres.Sql,
  sinceMs: number,
  sample: number,
): Promise<HistoryFigures> {
  const rows = await sql<{ id: string }[]>`
    select id from orders where submitted_at >= ${new Date(sinceMs).toISOString()} and status = 'FILLED' order by md5(id::text) limit ${sample}`;
  const histories = await Promise.all(
    rows.map(({ id }) => readHistory(client, orderWorkflowId(id))),
  );
  const figures = (values: number[]) => ({ mean: mean(values), max: Math.max(...values) });
  return {
    sampled: histories.length,
    events: figures(histories.map(({ events }) => events)),
    workflowTasks: figures(histories.map(({ workflowTasks }) => workflowTasks)),
    oneTaskShare:
      histories.filter(({ workflowTasks }) => workflowTasks === 1).length / histories.length,
    historyBytesMean: mean(histories.map(({ bytes }) => bytes)),
  };
}

async function readHistory(
  client: Client,
  workflowId: string,
): Promise<{ events: number; workflowTasks: number; bytes: number }> {
  const handle = client.workflow.getHandle(workflowId);
  const [{ events }, { raw }] = await Promise.all([handle.fetchHistory(), handle.describe()]);
  return {
    events: events?.length ?? 0,
    workflowTasks:
      events?.filter((event) => event.workflowTaskStartedEventAttributes != null).length ?? 0,
    bytes: Number(raw.workflowExecutionInfo?.historySizeBytes ?? 0),
  };
}
