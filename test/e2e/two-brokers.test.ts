import type { WorkflowHandle } from '@temporalio/client';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { brokerSessionWorkflowId } from '../../contracts/ids.ts';
import {
  type OperatorRequest,
  PROGRESS_QUERY,
  RETRY_NOW_UPDATE,
  SETTLEMENT_RUN_WORKFLOW,
} from '../../contracts/orders/workflow-messages.ts';
import type { SettlementRunStanding } from '../../contracts/settlement/settlement.ts';
import { findFreePorts } from '../../dev/ports.ts';
import { withDatabase } from '../../dev/services/postgres.ts';
import { waitUntil } from '../../dev/wait-until.ts';
import { startVenueProcess, type VenueProcess } from '../paper-broker/support/venue-process.ts';
import { buyMarket } from '../support/e2e-client.ts';
import { type E2eStack, startE2eStack, type Trader } from '../support/e2e-stack.ts';

// A second broker is a process, two variables and a row: none of the hub's files knows of it.
const SECOND = 'second';
const SECOND_SECRET = 'the-secret-of-the-second-broker-alone';
const OURS = 'AAPL';
const THEIRS = 'GOOG';
const PATIENCE_MS = 90_000;

let e2e: E2eStack;
let port: number;
let second: VenueProcess;
let secondBooks: postgres.Sql;
let trader: Trader;

beforeAll(async () => {
  [port = 0] = await findFreePorts(1);
  vi.stubEnv('BROKERS', `${SECOND}=http://127.0.0.1:${port}`);
  vi.stubEnv('BROKER_SECRETS', `${SECOND}=${SECOND_SECRET}`);
  e2e = await startE2eStack();
  await e2e.hub`create database second_broker`;
  secondBooks = postgres(secondUrl(), { max: 2, onnotice: () => {} });
  second = await startSecond();
  await second.end('SIGTERM');
  // Both number their executions alike from here on.
  const [venue] = await e2e.venue<{ id: string }[]>`select venue_id as id from venue`;
  await secondBooks`update venue set venue_id = ${venue?.id ?? ''}`;
  second = await startSecond();
  await e2e.hub`update instruments set broker = ${SECOND} where symbol = ${THEIRS}`;
  trader = await e2e.createTrader();
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await second?.end('SIGKILL');
  await secondBooks?.end({ timeout: 1 });
  await e2e?.stop();
});

const secondUrl = () => withDatabase(e2e.stack.env.DATABASE_URL ?? '', 'second_broker');

const startSecond = () =>
  startVenueProcess({
    PAPER_BROKER_PORT: String(port),
    PAPER_BROKER_DATABASE_URL: secondUrl(),
    MARKET_DATA_URL: e2e.stack.urls.marketData,
    MARKET_DATA_SERVICE_SECRET: e2e.stack.env.MARKET_DATA_SERVICE_SECRET ?? '',
    BROKER_SERVICE_SECRET: SECOND_SECRET,
  });

/** A market order of one share, filled. */
async function trade(symbol: string) {
  const { status, body } = await trader.submit(buyMarket(symbol, '1'));
  expect(status).toBe(202);
  const order = await trader.waitForEnd(body.id, PATIENCE_MS);
  const [execution] = await trader.listExecutions(body.id);
  return { order, execution };
}

const ordersAt = async (books: postgres.Sql): Promise<string[]> =>
  (await books<{ symbol: string }[]>`select distinct symbol from orders`).map(
    ({ symbol }) => symbol,
  );

const settlementOf = async (broker: string): Promise<string[]> => {
  const rows = await e2e.hub<{ status: string }[]>`
    select distinct s.status from settlement_instructions s join executions e on e.id = s.execution_id
    where e.broker = ${broker}`;
  return rows.map(({ status }) => status);
};

/** The settlement run, once it waits for a clearing house. */
async function waitingRun(): Promise<WorkflowHandle> {
  const query = `WorkflowType = '${SETTLEMENT_RUN_WORKFLOW}' and ExecutionStatus = 'Running'`;
  const found: WorkflowHandle[] = [];
  const isWaiting = async () => {
    for await (const { workflowId } of e2e.temporal.workflow.list({ query })) {
      const run = e2e.temporal.workflow.getHandle(workflowId);
      const { waiting } = await run.query<SettlementRunStanding>(PROGRESS_QUERY);
      if (waiting?.lastFailure === 'ClearingUnavailable') found.push(run);
    }
    return found.length > 0;
  };
  await waitUntil(isWaiting, { timeoutMs: PATIENCE_MS, message: 'no run waits' });
  return found[0] ?? expect.fail('no run waits');
}

it('routes each order by its instrument, and books the same execution id of both as two executions', async () => {
  const [ours, theirs] = [await trade(OURS), await trade(THEIRS)];
  expect(ours.order).toMatchObject({ status: 'FILLED', broker: 'paper-broker' });
  expect(theirs.order).toMatchObject({ status: 'FILLED', broker: SECOND });
  expect(await ordersAt(e2e.venue)).toEqual([OURS]);
  expect(await ordersAt(secondBooks)).toEqual([THEIRS]);
  expect(theirs.execution?.brokerExecutionId).toBe(ours.execution?.brokerExecutionId);
  expect([ours, theirs].map(({ execution }) => execution?.broker)).toEqual([
    'paper-broker',
    SECOND,
  ]);
  expect(theirs.execution?.id).not.toBe(ours.execution?.id);
  for (const symbol of [OURS, THEIRS])
    expect(await trader.getPosition(symbol)).toMatchObject({ quantity: '1' });
});

it('reads the reports of each in a session of its own', async () => {
  for (const broker of ['paper-broker', SECOND]) {
    const session = e2e.temporal.workflow.getHandle(brokerSessionWorkflowId(broker));
    expect((await session.describe()).status.name).toBe('RUNNING');
    await waitUntil(
      async () => {
        const [row] = await e2e.hub<{ last: string }[]>`
          select last_sequence as last from broker_sessions where broker = ${broker}`;
        return Number(row?.last) >= 2;
      },
      { timeoutMs: PATIENCE_MS, message: `the reports of ${broker} are not taken in` },
    );
  }
  expect(await e2e.hub`select kind from breaks`).toEqual([]);
});

it('trades on and settles with the one while the other is away, whose orders wait for it', async () => {
  await second.end('SIGKILL');
  const { body: waiting } = await trader.submit(buyMarket(THEIRS, '1'));
  expect((await trade(OURS)).order).toMatchObject({ status: 'FILLED' });
  expect(await trader.getOrder(waiting.id)).toMatchObject({
    status: 'PENDING_NEW',
    broker: SECOND,
  });

  await e2e.hub`update settlement_instructions set settlement_date = '2026-01-06'`;
  await e2e.temporal.schedule.getHandle('settlement-run').trigger();
  await waitUntil(async () => (await settlementOf('paper-broker')).join() === 'SETTLED', {
    timeoutMs: PATIENCE_MS,
    message: 'what traded at our broker is not settled',
  });
  expect(await settlementOf(SECOND)).toEqual(['PENDING']);

  const run = await waitingRun();
  second = await startSecond();
  expect(await trader.waitForEnd(waiting.id, PATIENCE_MS)).toMatchObject({ status: 'FILLED' });
  const args: [OperatorRequest] = [{ operator: 'user/olga', reason: 'the broker is back' }];
  await run.executeUpdate<SettlementRunStanding, [OperatorRequest]>(RETRY_NOW_UPDATE, { args });
  await waitUntil(async () => (await settlementOf(SECOND)).includes('SETTLED'), {
    timeoutMs: PATIENCE_MS,
    message: 'what traded at the second broker is not settled',
  });
});
