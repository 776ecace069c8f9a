import { readFileSync, writeFileSync } from 'node:fs';
import postgres from 'postgres';
import { SETTLEMENT_RUN_WORKFLOW } from '../contracts/orders/workflow-messages.ts';
import type { SettlementRunResult } from '../contracts/settlement/settlement.ts';
import { SETTLEMENT_TASK_QUEUE } from '../contracts/task-queues.ts';
import { createFundedAccounts } from '../test/support/accounts.ts';
import { type BookedTrade, bookTrades, type Trade } from '../test/support/booked-trades.ts';
import { readChain } from '../test/support/run-chain.ts';
import { checkInvariants } from '../test/support/trading-invariants.ts';
import { nextExecutionIds, writeVenueTrades } from '../test/support/venue-trades.ts';
import type { BenchContext } from './bench-context.ts';
import type { Plan } from './plan.ts';
import { canReadUse, parseMemoryField, readMemoryBytes } from './process-use.ts';

export interface SettlementPart {
  readonly instructions: number;
  readonly accounts: number;
  readonly seconds: number;
  readonly instructionsPerSecond: number;
  readonly chunks: number;
  /**
   * Resident bytes of the worker process before the run, and the most during it; null where the
   * machine does not tell.
   */
  readonly workerBytes: { readonly idle: number; readonly peak: number } | null;
  /** Of each run in the chain of continuations. */
  readonly histories: readonly { readonly events: number; readonly bytes: number }[];
}

export interface SettlementOptions {
  readonly context: BenchContext;
  readonly plan: Plan;
  readonly say: (line: string) => void;
}

/** Long past, so that it is due. */
const SETTLEMENT_DATE = '2020-01-07';
const CASH = '1000000.00';
const SYMBOLS = ['AAPL', 'FB', 'GOOG', 'IBM', 'MSFT'];
const BROKER = 'paper-broker';

/**
 * A day's executions, put into the hub's and the venue's books, settled by one run on the real
 * Temporal with the real venue as clearing house. Throws when afterwards any cent or share has not
 * moved exactly once.
 */
export async function runSettlement({
  context,
  plan,
  say,
}: SettlementOptions): Promise<SettlementPart> {
  const { stack, sql, client } = context;
  const venueSql = postgres(stack.env.PAPER_BROKER_DATABASE_URL ?? '', {
    max: 1,
    onnotice: () => {},
  });
  try {
    const { workers, 'paper-broker': venue } = stack.processes;
    await workers?.stop();
    await venue?.stop();
    say(
      `putting ${plan.settlement.instructions} executions of ${plan.settlement.accounts} accounts into both books`,
    );
    const trades = await seed(sql, venueSql, plan.settlement);
    await venue?.start();
    await workers?.start();
    const idleBytes = startPeak(workers?.pid);
    const workflowId = `settlement-run-bench-${Date.now()}`;
    const options = { workflowId, taskQueue: SETTLEMENT_TASK_QUEUE, args: [] };
    const handle = await client.workflow.start(SETTLEMENT_RUN_WORKFLOW, options);
    const result: SettlementRunResult = await handle.result();
    await verify(sql, venueSql, trades, result);
    const { seconds, instructionsPerSecond, chunks } = result;
    return {
      ...{
        instructions: trades.length,
        accounts: plan.settlement.accounts,
        seconds,
        instructionsPerSecond,
        chunks,
      },
      workerBytes: idleBytes === null ? null : { idle: idleBytes, peak: peakBytes(workers?.pid) },
      histories: await readChain(handle, handle.firstExecutionRunId),
    };
  } finally {
    await venueSql.end();
  }
}

async function seed(
  sql: postgres.Sql,
  venueSql: postgres.Sql,
  { instructions, accounts }: Plan['settlement'],
): Promise<BookedTrade[]> {
  const funded = await createFundedAccounts(sql, accounts, { cash: CASH });
  const ids = await nextExecutionIds(venueSql, instructions);
  const trades = ids.map(
    (brokerExecutionId, index): Trade => ({
      accountId: funded[index % accounts]?.accountId ?? '',
      symbol: SYMBOLS[index % SYMBOLS.length] ?? '',
      side: index % 7 < 4 ? 'BUY' : 'SELL',
      quantity: String(1 + (index % 9)),
      price: `${20 + (index % 13)}.${index % 10}7`,
      settlementDate: SETTLEMENT_DATE,
      brokerExecutionId,
    }),
  );
  const booked = await bookTrades(sql, trades);
  await writeVenueTrades(venueSql, booked);
  // They are booked: the session need not read them.
  await sql`
    insert into broker_sessions (broker, last_sequence) values (${BROKER}, ${Number(ids.at(-1)?.split('-').at(-1))})
    on conflict (broker) do update set last_sequence = excluded.last_sequence`;
  await sql`analyze`;
  return booked;
}

async function verify(
  sql: postgres.Sql,
  venueSql: postgres.Sql,
  trades: readonly BookedTrade[],
  result: SettlementRunResult,
): Promise<void> {
  if (result.settled !== trades.length || result.inRepair !== 0) {
    throw new Error(
      `of ${trades.length} instructions ${result.settled} settled and ${result.inRepair} are in repair`,
    );
  }
  // The plans of the checks are for tables of today's size.
  await sql`analyze`;
  const [broken] = await checkInvariants(sql, venueSql);
  if (broken) throw new Error(`${broken.rule}: ${broken.detail}`);
  const [atVenue] = await venueSql<{ count: number }[]>`
    select count(*)::int from settled_instructions where settlement_date = ${SETTLEMENT_DATE}`;
  if (atVenue?.count !== trades.length)
    throw new Error(`the venue has settled ${atVenue?.count} of ${trades.length}`);
}

/**
 * Resident bytes now, from where on the peak is counted: the one before is that of bundling the
 * workflows. `5` resets it (proc_pid_clear_refs(5)).
 */
function startPeak(pid: number | undefined): number | null {
  if (pid === undefined || !canReadUse()) return null;
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
  return readMemoryBytes(pid);
}

const peakBytes = (pid: number | undefined): number =>
  parseMemoryField(readFileSync(`/proc/${pid}/status`, 'utf8'), 'VmHWM');
