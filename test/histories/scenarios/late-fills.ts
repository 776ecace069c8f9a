import type { ExecutionStanding } from '../../../contracts/executions/execution-workflows.ts';
import { executionWorkflowId, orderWorkflowId } from '../../../contracts/ids.ts';
import {
  CANCEL_UPDATE,
  PROGRESS_QUERY,
  RETRY_NOW_UPDATE,
} from '../../../contracts/orders/workflow-messages.ts';
import { waitUntil } from '../../../dev/wait-until.ts';
import type { Trader } from '../../support/e2e-stack.ts';
import {
  IBM,
  interfere,
  rest,
  waitForFailures,
  waitForStatus,
  waitForWorkflowEnd,
  workflowOf,
} from '../order-steps.ts';
import type { Played, PlayedWorkflow, Scenario } from '../scenario.ts';
import type { Stage } from '../stage.ts';

const PATIENCE_MS = 60_000;

/**
 * The venue fills an order that an operator has ended here while the venue could not be asked.
 * Returns the fill's workflow.
 */
async function fillLate(
  stage: Stage,
  trader: Trader,
): Promise<{ order: PlayedWorkflow; execution: PlayedWorkflow }> {
  const { e2e } = stage;
  const { id } = await rest(trader);
  await e2e.setFault({ mode: 'DOWN', target: 'CANCEL_ORDER' });
  await e2e.temporal.workflow
    .getHandle(orderWorkflowId(id))
    .startUpdate(CANCEL_UPDATE, { args: ['client'], waitForStage: 'ACCEPTED' });
  await waitForFailures(stage, id, 3);
  await interfere(stage, id, 'fail');
  await waitForStatus(trader, id, 'CANCELED');
  await waitForWorkflowEnd(stage, orderWorkflowId(id));
  await e2e.setFault({ mode: 'NONE' });
  await stage.move('IBM', IBM.crosses);
  let executionId: string | undefined;
  const isFilled = async (): Promise<boolean> => {
    const [report] = await e2e.venue<{ id: string }[]>`
      select 'PB-' || v.venue_id || '-' || r.sequence as id from execution_reports r, venue v
      where r.exec_type = 'TRADE' and r.client_order_id = ${id}`;
    executionId = report?.id;
    return executionId !== undefined;
  };
  await waitUntil(isFilled, {
    timeoutMs: PATIENCE_MS,
    message: 'the venue has not filled the order',
  });
  await stage.move('IBM', IBM.last);
  const workflowId = executionWorkflowId('paper-broker', executionId ?? '');
  const query = `WorkflowId = '${workflowId}'`;
  const isStarted = async () => (await e2e.temporal.workflow.count(query)).count > 0;
  await waitUntil(isStarted, { timeoutMs: PATIENCE_MS, message: 'the late fill has no workflow' });
  return { order: workflowOf(id), execution: { label: 'execution', workflowId } };
}

/** A late fill that cannot be booked waits for an operator. */
async function waitForOperator(
  stage: Stage,
  trader: Trader,
): Promise<{ execution: PlayedWorkflow; retry: () => Promise<void> }> {
  const mend = await stage.breakTable('executions', trader.account.accountId);
  const { execution } = await fillLate(stage, trader);
  const handle = stage.e2e.temporal.workflow.getHandle(execution.workflowId);
  const isWaiting = async () =>
    (await handle.query<ExecutionStanding>(PROGRESS_QUERY)).waiting?.for === 'OPERATOR';
  await waitUntil(isWaiting, {
    timeoutMs: PATIENCE_MS,
    message: 'the late fill does not wait for an operator',
  });
  const retry = async (): Promise<void> => {
    await mend();
    await handle.executeUpdate(RETRY_NOW_UPDATE, { args: [stage.request] });
    await waitForWorkflowEnd(stage, execution.workflowId);
  };
  return { execution, retry };
}

const playedBy = ({ account }: Trader, ...workflows: PlayedWorkflow[]): Played => ({
  workflows,
  accountIds: [account.accountId],
});

/** Fills that find the order's workflow ended. */
export const LATE_FILLS: readonly Scenario[] = [
  {
    name: 'late-fill',
    title: 'a fill of an order that an operator had ended: booked, with a break',
    async play(stage) {
      const trader = await stage.e2e.createTrader();
      const { order, execution } = await fillLate(stage, trader);
      await waitForWorkflowEnd(stage, execution.workflowId);
      return playedBy(trader, { ...order, label: 'ended-order', isOvertaken: true }, execution);
    },
  },
  {
    name: 'late-fill-waiting',
    title: 'a late fill that could not be booked and waits for an operator',
    needsQuickWorkers: true,
    async play(stage) {
      const trader = await stage.e2e.createTrader();
      const { execution, retry } = await waitForOperator(stage, trader);
      return { ...playedBy(trader, execution), isApart: true, end: retry };
    },
  },
  {
    name: 'late-fill-retried',
    title: 'a late fill that an operator has booked again',
    needsQuickWorkers: true,
    async play(stage) {
      const trader = await stage.e2e.createTrader();
      const { execution, retry } = await waitForOperator(stage, trader);
      await retry();
      return playedBy(trader, execution);
    },
  },
];
