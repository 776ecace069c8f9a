import { randomUUID } from 'node:crypto';
import type { ServiceImpl } from '@connectrpc/connect';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createSettlementStore } from '../../adapters/postgres/settlement/settlement-store.ts';
import { createSettlementWorkflows } from '../../adapters/temporal/settlement/settlement-workflows.ts';
import { settlementWorkflowId } from '../../contracts/ids.ts';
import { PROGRESS_QUERY } from '../../contracts/orders/workflow-messages.ts';
import type {
  SettlementRunResult,
  SettlementStanding,
} from '../../contracts/settlement/settlement.ts';
import { migrateVenueDatabase } from '../../paper-broker/migrate.ts';
import { type ClearingService, SettlementOutcome } from '../../proto/gen/hub/v1/settlement_pb.js';
import { bind } from '../../use-cases/bind.ts';
import { settlementUseCases } from '../../use-cases/settlement/settlement-use-cases.ts';
import { startMarketDataServer } from '../paper-broker/support/market-data-server.ts';
import { startVenueProcess } from '../paper-broker/support/venue-process.ts';
import type { BookedTrade } from '../support/booked-trades.ts';
import { type ClearingHouse, startClearingHouse } from '../support/clearing-house.ts';
import { createEmptyDatabase } from '../support/services.ts';
import {
  createSettlementRig,
  SETTLEMENT_DATE,
  type SettlementRig,
  type SettlementWorkerProcess,
} from '../support/settlement-rig.ts';
import { nextExecutionIds, writeVenueTrades } from '../support/venue-trades.ts';

type Settle = ServiceImpl<typeof ClearingService>['settleInstructions'];

const settled: Settle = ({ instructions }) => ({
  results: instructions.map(({ executionId }) => ({
    executionId,
    outcome: SettlementOutcome.SETTLED,
  })),
});

const PATIENCE = { timeout: 60_000, interval: 50 };
const TIMEOUT_MS = 180_000;
const OLGA = { operator: 'user/olga', reason: 'the house says it is fixed' };

let rig: SettlementRig;
/** All tests' clearing house; what it answers is the test's to say. */
let house: ClearingHouse;
let answer: Settle = settled;
/** The one that polls now; a test that kills it starts the next one. */
let worker: SettlementWorkerProcess | null = null;

beforeAll(async () => {
  rig = await createSettlementRig();
  house = await startClearingHouse((request, context) => answer(request, context));
});

afterAll(async () => {
  await rig?.stop();
  await house?.close();
});

async function statuses(trades: readonly BookedTrade[]): Promise<Record<string, number>> {
  const rows = await rig.sql<{ status: string; count: number }[]>`
    select status, count(*)::int from settlement_instructions
    where execution_id = any(${trades.map(({ executionId }) => executionId)}) group by status`;
  return Object.fromEntries(rows.map(({ status, count }) => [status, count]));
}

/** A worker that settles at the clearing house, which answers so until the test is over. */
async function useWorker(settle: Settle = settled): Promise<void> {
  answer = settle;
  onTestFinished(() => {
    answer = settled;
  });
  worker ??= await rig.startWorker(house.url);
}

async function killWorker(): Promise<void> {
  await worker?.kill();
  worker = null;
}

/** Holds the lock of the account row, as any order of that account would; released by `release`. */
async function lockAccount(accountId: string): Promise<{ release(): Promise<void> }> {
  const holder = rig.sql;
  const held = Promise.withResolvers<void>();
  const letGo = Promise.withResolvers<void>();
  const transaction = holder.begin(async (tx) => {
    await tx`select 1 from accounts where id = ${accountId} for update`;
    held.resolve();
    await letGo.promise;
  });
  await held.promise;
  return {
    async release() {
      letGo.resolve();
      await transaction;
    },
  };
}

/** The backends that wait for a lock within the settling of a chunk. */
const waitingBackends = () => rig.sql<{ pid: number }[]>`
  select pid from pg_stat_activity
  where datname = current_database() and wait_event_type = 'Lock' and query like '%write_settlement%'`;

const untilBlocked = () =>
  vi.waitFor(async () => expect((await waitingBackends()).length).toBeGreaterThan(0), PATIENCE);

describe('a settlement run cut off in the middle', () => {
  it('loses nothing and settles nothing twice when its worker is killed between the clearing house and the books', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const trades = await rig.bookDueTrades({ accounts: 7, perAccount: 100, cash: '10000.00' });
    const answered = Promise.withResolvers<void>();
    let calls = 0;
    await useWorker((request, context) => {
      calls += 1;
      if (calls !== 2) return settled(request, context);
      // It has settled; the answer reaches nobody.
      answered.resolve();
      return new Promise(() => {});
    });
    const run = await rig.startRun();
    await answered.promise;
    await killWorker();
    await useWorker();
    const result: SettlementRunResult = await run.result();
    expect(result).toMatchObject({ settled: trades.length, inRepair: 0 });
    expect(await statuses(trades)).toEqual({ SETTLED: trades.length });
    const sentAgain = trades.filter(
      ({ brokerExecutionId }) => (house.sent.get(brokerExecutionId) ?? 0) > 1,
    );
    expect(sentAgain.length).toBeGreaterThan(0);
    await rig.expectTrueBooks();
  });

  it('loses nothing and settles nothing twice when its worker is killed while the books are being written', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const trades = await rig.bookDueTrades({ accounts: 7, perAccount: 100, cash: '10000.00' });
    const last = [...new Set(trades.map(({ accountId }) => accountId))].sort().at(-1) ?? '';
    const lock = await lockAccount(last);
    await useWorker();
    const run = await rig.startRun();
    await untilBlocked();
    await killWorker();
    await useWorker();
    await lock.release();
    expect(await run.result()).toMatchObject({ settled: trades.length, inRepair: 0 });
    expect(await statuses(trades)).toEqual({ SETTLED: trades.length });
    await rig.expectTrueBooks();
  });

  it('starts the chunk again, whole, when the database breaks off between two of its accounts', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const trades = await rig.bookDueTrades({ accounts: 4, perAccount: 100, cash: '10000.00' });
    const accounts = [...new Set(trades.map(({ accountId }) => accountId))].sort();
    const lock = await lockAccount(accounts[2] ?? '');
    await useWorker();
    const run = await rig.startRun();
    await untilBlocked();
    for (const { pid } of await waitingBackends())
      await rig.sql`select pg_terminate_backend(${pid})`;
    expect(await statuses(trades)).toEqual({ PENDING: trades.length });
    await lock.release();
    expect(await run.result()).toMatchObject({ settled: trades.length });
    expect(await statuses(trades)).toEqual({ SETTLED: trades.length });
    await rig.expectTrueBooks();
  });
});

describe('two runs at once', () => {
  it('settle everything once between them', { timeout: TIMEOUT_MS }, async () => {
    const trades = await rig.bookDueTrades({ accounts: 15, perAccount: 80, cash: '10000.00' });
    await useWorker();
    const runs = await Promise.all([rig.startRun(), rig.startRun()]);
    const results = await Promise.all(
      runs.map((run) => run.result() as Promise<SettlementRunResult>),
    );
    expect(results.reduce((sum, result) => sum + result.settled, 0)).toBe(trades.length);
    expect(await statuses(trades)).toEqual({ SETTLED: trades.length });
    await rig.expectTrueBooks();
  });
});

describe('what the clearing house rejects', () => {
  it('waits in a workflow of its own, is listed for operators, and settles when one of them has it retried', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const trades = await rig.bookDueTrades({ accounts: 2, perAccount: 20, cash: '10000.00' });
    const rejectedIds = new Set(
      trades
        .filter(({ side }) => side === 'SELL')
        .slice(0, 3)
        .map(({ brokerExecutionId }) => brokerExecutionId),
    );
    const rejectedTrades = trades.filter(({ brokerExecutionId }) =>
      rejectedIds.has(brokerExecutionId),
    );
    let isFixed = false;
    await useWorker(({ instructions }) => ({
      results: instructions.map(({ executionId }) =>
        !isFixed && rejectedIds.has(executionId)
          ? { executionId, outcome: SettlementOutcome.REJECTED, reason: 'DOES_NOT_MATCH' }
          : { executionId, outcome: SettlementOutcome.SETTLED },
      ),
    }));
    const run = await rig.startRun();
    expect(await run.result()).toMatchObject({ settled: trades.length - 3, inRepair: 3 });
    expect(await statuses(trades)).toEqual({ SETTLED: trades.length - 3, IN_REPAIR: 3 });
    await rig.expectTrueBooks();

    const deps = {
      settlements: createSettlementStore(rig.sql),
      workflows: createSettlementWorkflows(rig.client, rig.taskQueue),
      newId: randomUUID,
    };
    const admin = bind(deps, settlementUseCases);
    const pages = [await admin.listInRepair({ limit: 2, cursor: null })];
    pages.push(await admin.listInRepair({ limit: 2, cursor: pages[0]?.nextCursor ?? null }));
    expect(
      pages.flatMap(({ items }) => items.map(({ brokerExecutionId }) => brokerExecutionId)).sort(),
    ).toEqual([...rejectedIds].sort());
    expect(pages[1]?.nextCursor).toBeNull();
    expect(pages[0]?.items[0]).toMatchObject({
      reason: 'DOES_NOT_MATCH',
      settlementDate: SETTLEMENT_DATE,
    });

    const [first] = rejectedTrades;
    if (!first) return expect.fail('three are rejected');
    const handle = rig.client.workflow.getHandle(settlementWorkflowId(first.executionId));
    expect(await handle.query<SettlementStanding>(PROGRESS_QUERY)).toMatchObject({
      status: 'IN_REPAIR',
      waiting: { for: 'RETRY', failures: 1 },
    });
    expect(await admin.retrySettlement(first.executionId, OLGA)).toMatchObject({
      status: 'IN_REPAIR',
      reason: 'DOES_NOT_MATCH',
    });
    isFixed = true;
    for (const { executionId } of rejectedTrades) {
      expect(await admin.retrySettlement(executionId.toUpperCase(), OLGA)).toEqual({
        executionId,
        status: 'SETTLED',
        reason: null,
      });
      await expect(admin.retrySettlement(executionId, OLGA)).rejects.toMatchObject({
        code: 'SETTLEMENT_NOT_FOUND',
      });
    }
    await expect(admin.retrySettlement(randomUUID(), OLGA)).rejects.toMatchObject({
      code: 'SETTLEMENT_NOT_FOUND',
    });
    await expect(admin.listInRepair({ limit: 2, cursor: 'x' })).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
    });
    expect(await statuses(trades)).toEqual({ SETTLED: trades.length });
    const retries =
      await rig.sql`select actor, details->>'reason' as reason from audit_events where order_id = ${first.orderId} and action = 'SETTLEMENT_RETRY'`;
    expect([...retries]).toEqual([
      { actor: OLGA.operator, reason: OLGA.reason },
      { actor: OLGA.operator, reason: OLGA.reason },
    ]);
    await rig.expectTrueBooks();
  });

  it('gets a new workflow from the next run when the old one was terminated', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const trades = await rig.bookDueTrades({ accounts: 1, perAccount: 1, cash: '10000.00' });
    await useWorker(({ instructions }) => ({
      results: instructions.map(({ executionId }) => ({
        executionId,
        outcome: SettlementOutcome.REJECTED,
        reason: 'REJECTED',
      })),
    }));
    await (await rig.startRun()).result();
    const workflowId = settlementWorkflowId(trades[0]?.executionId ?? '');
    const before = await rig.client.workflow.getHandle(workflowId).describe();
    await (await rig.startRun()).result();
    expect((await rig.client.workflow.getHandle(workflowId).describe()).runId).toBe(before.runId);
    await rig.client.workflow.getHandle(workflowId).terminate();
    await (await rig.startRun()).result();
    const after = await rig.client.workflow.getHandle(workflowId).describe();
    expect(after.runId).not.toBe(before.runId);
    expect(after.status.name).toBe('RUNNING');
    await rig.client.workflow.getHandle(workflowId).terminate();
  });
});

describe('the real venue as clearing house', () => {
  it('settles 2,000 executions of 20 accounts in one run: every cent and every share moves once, in both books', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const venueUrl = (await createEmptyDatabase()).url;
    const venueSql = postgres(venueUrl, { max: 2, onnotice: () => {} });
    onTestFinished(() => venueSql.end());
    await migrateVenueDatabase(venueSql);
    const executionIds = await nextExecutionIds(venueSql, 2_000);
    const trades = await rig.bookDueTrades({
      accounts: 20,
      perAccount: 100,
      cash: '10000.00',
      executionIds,
    });
    // The venue's books miss one trade and have another with a price of its own: those two must not
    // settle.
    const [missing, differing] = [trades[100], trades[1_100]];
    if (!missing || !differing) return expect.fail('2,000 trades were booked');
    await writeVenueTrades(
      venueSql,
      trades.filter((trade) => trade !== missing),
    );
    await venueSql`update execution_reports set last_price = last_price + 1 where client_order_id = ${differing.orderId}`;

    const marketData = await startMarketDataServer();
    onTestFinished(() => marketData.close());
    // Without a quote the venue does not open.
    marketData.tell('AAPL', { bid: '100.00', ask: '100.02' });
    const venue = await startVenueProcess({
      PAPER_BROKER_DATABASE_URL: venueUrl,
      MARKET_DATA_URL: marketData.url,
    });
    onTestFinished(async () => {
      await venue.end('SIGKILL');
    });
    await killWorker();
    const atVenue = await rig.startWorker(venue.url);
    onTestFinished(atVenue.kill);
    const run = await rig.startRun();
    const result: SettlementRunResult = await run.result();
    expect(result).toMatchObject({ settled: 1_998, chunks: 4 });
    expect(await statuses(trades)).toEqual({ SETTLED: 1_998, IN_REPAIR: 2 });
    const reasons = await rig.sql`
      select execution_id, reason from settlement_instructions where execution_id in (${missing.executionId}, ${differing.executionId})`;
    expect(Object.fromEntries(reasons.map((row) => [row.execution_id, row.reason]))).toEqual({
      [missing.executionId]: 'UNKNOWN_EXECUTION',
      [differing.executionId]: 'DOES_NOT_MATCH',
    });
    const [inBooks] =
      await venueSql`select count(*)::int, min(settlement_date)::text as date from settled_instructions`;
    expect(inBooks).toEqual({ count: 1_998, date: SETTLEMENT_DATE });
    await rig.expectTrueBooks();

    // The venue finds its trade: the repairs settle by themselves when they are retried.
    await venueSql`update execution_reports set last_price = last_price - 1 where client_order_id = ${differing.orderId}`;
    const workflows = createSettlementWorkflows(rig.client, rig.taskQueue);
    expect(await workflows.retryRepair(differing.executionId, randomUUID(), OLGA)).toMatchObject({
      status: 'SETTLED',
    });
    expect(await workflows.retryRepair(missing.executionId, randomUUID(), OLGA)).toMatchObject({
      status: 'IN_REPAIR',
    });
    await rig.client.workflow.getHandle(settlementWorkflowId(missing.executionId)).terminate();
    await rig.expectTrueBooks();
  });
});
