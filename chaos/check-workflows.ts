import type { Client } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { orderWorkflowId } from '../contracts/ids.ts';
import { ORDER_STATUS } from '../contracts/orders/workflow-messages.ts';
import { isOpen, type OrderStatus } from '../domain/orders/order.ts';
import type { Violation } from '../test/support/trading-violation.ts';

interface StoredOrder {
  id: string;
  status: OrderStatus;
  reject_code: string | null;
}

/**
 * Of temporal.api.enums.v1.WorkflowTaskFailedCause: the workflow's code threw, or did not do what
 * the history says.
 */
const FAULTS_OF_CODE: ReadonlySet<number> = new Set([14, 24]);

/** How the workflow says that it ended, unless its order was FILLED. */
const END = defineSearchAttributeKey(ORDER_STATUS, SearchAttributeType.KEYWORD);

/** Reasons for which an order is rejected that was accepted before. */
const AT_WORK_BEFORE: ReadonlySet<string> = new Set(['BROKER_REJECTED', 'OPERATOR_FAILED']);

/** An order that passed through in one stretch has as many events, and none of a failed task. */
const EVENTS_OF_HAPPY_PATH = 6;
const READ_AT_ONCE = 8;

/**
 * What Temporal says when all is at rest. Each accepted order has a workflow that has completed; a
 * workflow without an order has given it up. One that has given up may meet a late rejection:
 * nothing is left to do for it then, whereas an accepted order gets a new run. A rejection needs no
 * workflow.
 */
export async function checkWorkflows(
  temporal: Client,
  orders: readonly StoredOrder[],
): Promise<Violation[]> {
  const statuses = new Map<string, string>();
  const withoutOrder = new Set<string>();
  const eventful: { workflowId: string; runId: string }[] = [];
  // Newest run first.
  for await (const {
    workflowId,
    runId,
    status,
    historyLength,
    typedSearchAttributes,
  } of temporal.workflow.list({ query: "WorkflowType = 'order'" })) {
    if (!statuses.has(workflowId)) {
      statuses.set(workflowId, status.name);
      const end = typedSearchAttributes.get(END);
      if (end === 'NOT_DECIDED' || end === 'DECLINED') withoutOrder.add(workflowId);
    }
    if (historyLength > EVENTS_OF_HAPPY_PATH) eventful.push({ workflowId, runId });
  }
  const broken: Violation[] = [];
  for (const { id, status, reject_code: code } of orders) {
    const workflow = statuses.get(orderWorkflowId(id));
    statuses.delete(orderWorkflowId(id));
    const neverWorked = workflow === undefined && code !== null && !AT_WORK_BEFORE.has(code);
    const hasEnded =
      workflow === 'COMPLETED' || (status === 'REJECTED' && workflow === 'FAILED') || neverWorked;
    if (isOpen(status) ? workflow === 'RUNNING' : hasEnded) continue;
    broken.push({
      rule: 'the workflow of a closed order has completed',
      detail: `${id} ${status}: ${workflow ?? 'none'}`,
    });
  }
  for (const [workflowId, status] of statuses) {
    if (withoutOrder.has(workflowId) || status === 'FAILED' || status === 'CANCELLED') continue;
    broken.push({
      rule: 'a workflow without an order has given it up',
      detail: `${workflowId} ${status}`,
    });
  }
  for await (const { workflowId } of temporal.workflow.list({
    query: "WorkflowType = 'execution' and ExecutionStatus = 'Running'",
  })) {
    broken.push({ rule: 'no workflow of a late execution is left', detail: workflowId });
  }
  return [...broken, ...(await findFailedTasks(temporal, eventful))];
}

/** Processes died, and tasks with them; but no workflow's own code may fail, whatever it meets. */
async function findFailedTasks(
  temporal: Client,
  runs: { workflowId: string; runId: string }[],
): Promise<Violation[]> {
  const broken: Violation[] = [];
  const waiting = runs.values();
  const read = async (): Promise<void> => {
    for (const { workflowId, runId } of waiting) {
      const { events } = await temporal.workflow.getHandle(workflowId, runId).fetchHistory();
      for (const { workflowTaskFailedEventAttributes: failed } of events ?? []) {
        if (!failed || !FAULTS_OF_CODE.has(failed.cause ?? 0)) continue;
        broken.push({
          rule: 'no workflow task fails by its own code',
          detail: `${workflowId} ${runId}: ${failed.failure?.message}`,
        });
      }
    }
  };
  await Promise.all(Array.from({ length: READ_AT_ONCE }, read));
  return broken;
}
