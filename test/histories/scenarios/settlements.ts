import { randomUUID } from 'node:crypto';
import { settlementWorkflowId } from '../../../contracts/ids.ts';
import {
  PROGRESS_QUERY,
  RETRY_NOW_UPDATE,
  SETTLEMENT_RUN_WORKFLOW,
} from '../../../contracts/orders/workflow-messages.ts';
import type { SettlementStanding } from '../../../contracts/settlement/settlement.ts';
import { SETTLEMENT_TASK_QUEUE } from '../../../contracts/task-queues.ts';
import { waitUntil } from '../../../dev/wait-until.ts';
import { buyMarket } from '../../support/e2e-client.ts';
import type { Trader } from '../../support/e2e-stack.ts';
import { submit, waitForStatus, waitForWorkflowEnd } from '../order-steps.ts';
import type { Played, PlayedWorkflow, Scenario } from '../scenario.ts';
import type { Stage } from '../stage.ts';

const PATIENCE_MS = 60_000;
/** Long past, so that it is due. */
const SETTLEMENT_DATE = '2020-01-07';

/** A purchase and a sale that are due; returns the id of the purchase's execution. */
async function tradeDue({ e2e }: Stage, trader: Trader): Promise<string> {
  for (const request of [
    buyMarket('MSFT', '10'),
    { ...buyMarket('MSFT', '4'), side: 'SELL' as const },
  ]) {
    const { id } = await submit(trader, request);
    await waitForStatus(trader, id, 'FILLED');
  }
  const { accountId } = trader.account;
  await e2e.hub`update settlement_instructions set settlement_date = ${SETTLEMENT_DATE} where account_id = ${accountId}`;
  const [purchase] = await e2e.hub<
    { id: string }[]
  >`select id from executions where account_id = ${accountId} and side = 'BUY'`;
  if (!purchase) throw new Error('nothing was bought');
  return purchase.id;
}

/** A run of its own beside the schedule's. */
async function startRun({ e2e }: Stage): Promise<PlayedWorkflow> {
  const workflowId = `settlement-run/${randomUUID()}`;
  await e2e.temporal.workflow.start(SETTLEMENT_RUN_WORKFLOW, {
    workflowId,
    taskQueue: SETTLEMENT_TASK_QUEUE,
    args: [],
  });
  return { label: 'settlement-run', workflowId };
}

async function settleAll(stage: Stage): Promise<PlayedWorkflow> {
  const run = await startRun(stage);
  await waitForWorkflowEnd(stage, run.workflowId);
  return run;
}

const playedBy = ({ account }: Trader, ...workflows: PlayedWorkflow[]): Played => ({
  workflows,
  accountIds: [account.accountId],
});

/** An execution that the clearing house rejects, until it waits for an operator. */
async function repair(stage: Stage, trader: Trader) {
  const { e2e } = stage;
  const executionId = await tradeDue(stage, trader);
  await e2e.setFault({ mode: 'REJECT', target: 'SETTLE_INSTRUCTIONS', symbol: 'MSFT' });
  const run = await settleAll(stage);
  const settlement: PlayedWorkflow = {
    label: 'settlement',
    workflowId: settlementWorkflowId(executionId),
  };
  const [sale] = await e2e.hub<{ id: string }[]>`
    select id from executions where account_id = ${trader.account.accountId} and side = 'SELL'`;
  const both = [settlement.workflowId, settlementWorkflowId(sale?.id ?? '')].map((id) =>
    e2e.temporal.workflow.getHandle(id),
  );
  const isWaiting = async () => {
    const standings = await Promise.all(
      both.map((handle) => handle.query<SettlementStanding>(PROGRESS_QUERY)),
    );
    return standings.every(({ waiting }) => waiting?.for === 'OPERATOR');
  };
  await waitUntil(isWaiting, {
    timeoutMs: PATIENCE_MS,
    message: 'the settlement does not wait for an operator',
  });
  const retry = async (): Promise<void> => {
    await e2e.setFault({ mode: 'NONE' });
    for (const handle of both) {
      await handle.executeUpdate(RETRY_NOW_UPDATE, { args: [stage.request] });
      await waitForWorkflowEnd(stage, handle.workflowId);
    }
  };
  return { run, settlement, retry };
}

/** The daily settlement and its repairs. */
export const SETTLEMENTS: readonly Scenario[] = [
  {
    name: 'settlement-run',
    title: 'what is due is settled',
    async play(stage) {
      const trader = await stage.e2e.createTrader();
      await tradeDue(stage, trader);
      return playedBy(trader, await settleAll(stage));
    },
  },
  {
    name: 'settlement-run-retried',
    title: 'a run that finds the clearing house away at first',
    needsQuickWorkers: true,
    async play(stage) {
      const trader = await stage.e2e.createTrader();
      await tradeDue(stage, trader);
      await stage.e2e.setFault({ mode: 'DOWN', target: 'SETTLE_INSTRUCTIONS' });
      const run = await startRun(stage);
      const handle = stage.e2e.temporal.workflow.getHandle(run.workflowId);
      const hasWaited = async () =>
        (await handle.fetchHistory()).events?.some((event) => event.timerStartedEventAttributes) ===
        true;
      await waitUntil(hasWaited, { timeoutMs: PATIENCE_MS, message: 'the run does not wait' });
      await stage.e2e.setFault({ mode: 'NONE' });
      await waitForWorkflowEnd(stage, run.workflowId);
      return playedBy(trader, run);
    },
  },
  {
    name: 'settlement-in-repair',
    title: 'executions that the clearing house rejects wait for an operator',
    needsQuickWorkers: true,
    async play(stage) {
      const trader = await stage.e2e.createTrader();
      const { run, settlement, retry } = await repair(stage, trader);
      return { ...playedBy(trader, run, settlement), end: retry };
    },
  },
  {
    name: 'settlement-repaired',
    title: 'executions that the clearing house rejected settle when an operator asks for it again',
    needsQuickWorkers: true,
    async play(stage) {
      const trader = await stage.e2e.createTrader();
      const { run, settlement, retry } = await repair(stage, trader);
      await retry();
      return playedBy(trader, run, settlement);
    },
  },
];
