import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import postgres from 'postgres';
import { expect } from 'vitest';
import { SETTLEMENT_RUN_WORKFLOW } from '../../contracts/orders/workflow-messages.ts';
import { systemEnv } from '../../dev/system-env.ts';
import { createFundedAccounts } from './accounts.ts';
import { type BookedTrade, bookTrades, type Trade } from './booked-trades.ts';
import { createTestDatabase, useTemporal } from './services.ts';
import { HUB_RULES } from './trading-hub-rules.ts';

const WORKER = fileURLToPath(new URL('./settlement-worker.ts', import.meta.url));
const START_TIMEOUT_MS = 120_000;

export interface SettlementWorkerProcess {
  /** As `kill -9` does; resolves when it is gone. */
  kill(): Promise<void>;
}

export interface SettlementRig {
  sql: postgres.Sql;
  client: Client;
  taskQueue: string;
  startWorker(clearingUrl: string): Promise<SettlementWorkerProcess>;
  startRun(): Promise<WorkflowHandle>;
  /**
   * Accounts with so much settled cash each, whose trades of `perAccount` a head settle on a day
   * that has passed.
   */
  bookDueTrades(options: DueTrades): Promise<BookedTrade[]>;
  expectTrueBooks(): Promise<void>;
  stop(): Promise<void>;
}

export interface DueTrades {
  accounts: number;
  perAccount: number;
  cash: string;
  /** The venue's ids of the executions, one for each trade. */
  executionIds?: readonly string[];
}

export const SETTLEMENT_DATE = '2020-01-07';

/**
 * A database and a queue of the test's own on the shared Temporal server, and workers that can be
 * killed.
 */
export async function createSettlementRig(): Promise<SettlementRig> {
  const { url } = await createTestDatabase();
  const { address, namespace } = await useTemporal();
  const sql = postgres(url, { max: 4, onnotice: () => {} });
  const connection = await Connection.connect({ address });
  const client = new Client({ connection, namespace });
  const taskQueue = `settlement-${randomUUID()}`;
  const children = new Set<ChildProcess>();
  const env = {
    DATABASE_URL: url,
    TEMPORAL_ADDRESS: address,
    TEMPORAL_NAMESPACE: namespace,
    TASK_QUEUE: taskQueue,
  };

  async function startWorker(clearingUrl: string): Promise<SettlementWorkerProcess> {
    const child = spawn(process.execPath, [WORKER], {
      env: { ...systemEnv(process.env), ...env, CLEARING_URL: clearingUrl },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.add(child);
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    await ready(child);
    return {
      async kill() {
        child.kill('SIGKILL');
        await gone;
      },
    };
  }

  return {
    sql,
    client,
    taskQueue,
    startWorker,
    startRun: () =>
      client.workflow.start(SETTLEMENT_RUN_WORKFLOW, {
        workflowId: `settlement-run-${randomUUID()}`,
        taskQueue,
        args: [],
      }),
    bookDueTrades: (options) => bookDueTrades(sql, options),
    async expectTrueBooks() {
      for (const [rule, select] of Object.entries(HUB_RULES)) {
        expect({ rule, broken: await sql.unsafe(select) }).toEqual({ rule, broken: [] });
      }
    },
    async stop() {
      for (const child of children) child.kill('SIGKILL');
      await Promise.all([sql.end(), connection.close()]);
    },
  };
}

async function bookDueTrades(
  sql: postgres.Sql,
  { accounts, perAccount, cash, executionIds }: DueTrades,
): Promise<BookedTrade[]> {
  const funded = await createFundedAccounts(sql, accounts, { cash });
  const trades = Array.from({ length: accounts * perAccount }, (_, index): Trade => {
    const brokerExecutionId = executionIds?.[index];
    return {
      accountId: funded[index % accounts]?.accountId ?? '',
      symbol: index % 3 === 0 ? 'IBM' : 'AAPL',
      // Three purchases for two sales, of amounts that differ from one another.
      side: index % 5 < 3 ? 'BUY' : 'SELL',
      quantity: String(1 + (index % 7)),
      price: `${10 + (index % 11)}.${index % 10}5`,
      settlementDate: SETTLEMENT_DATE,
      ...(brokerExecutionId !== undefined && { brokerExecutionId }),
    };
  });
  return bookTrades(sql, trades);
}

function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    const output: string[] = [];
    const fail = (why: string): void => {
      child.kill('SIGKILL');
      reject(new Error(`${why}\n${output.join('\n')}`));
    };
    const timer = setTimeout(() => fail('the worker did not start in time'), START_TIMEOUT_MS);
    child.once('exit', (code) => fail(`the worker ended with ${code}`));
    if (!child.stdout || !child.stderr) return fail('the worker has no output');
    createInterface({ input: child.stderr }).on('line', (line) => output.push(line));
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line !== 'ready') return;
      clearTimeout(timer);
      resolve();
    });
  });
}
