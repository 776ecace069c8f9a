import { Client, Connection } from '@temporalio/client';
import postgres from 'postgres';
import { createAccessTokens } from '../adapters/security/access-tokens.ts';
import type { Stack } from '../dev/stack.ts';
import { createFundedAccounts, type FundedAccount } from '../test/support/accounts.ts';
import { BENCH_ROLE, workersOf } from './bench-stack.ts';
import { forkJobs, type JobProcess } from './job-process.ts';
import type { LoadJobs } from './load-process.ts';
import { ACCOUNTS } from './order-mix.ts';
import { createUsageMeter, type UsageMeter } from './usage-meter.ts';

/** What the measurements over the whole system stand on. */
export interface BenchContext {
  readonly stack: Stack;
  readonly sql: postgres.Sql;
  readonly client: Client;
  readonly load: JobProcess<LoadJobs>;
  readonly meter: UsageMeter;
  readonly accounts: readonly FundedAccount[];
  /** New access tokens, one for each account: they hold for ten minutes, a run may take longer. */
  signTokens(): Promise<string[]>;
  close(): Promise<void>;
}

/** USD; enough for all openings and for a run of buys that is not sold yet. */
const CASH = '50000000.00';

const CLOSE_TIMEOUT_S = 5;

export async function createBenchContext(stack: Stack): Promise<BenchContext> {
  const sql = postgres(asBenchRole(stack.env.DATABASE_URL ?? ''), { max: 2, onnotice: () => {} });
  const connection = await Connection.connect({ address: stack.env.TEMPORAL_ADDRESS ?? '' });
  const load = forkJobs<LoadJobs>(new URL('./load-process.ts', import.meta.url));
  const accounts = await createFundedAccounts(sql, ACCOUNTS, { cash: CASH });
  const accessTokens = createAccessTokens(stack.env.JWT_SECRET ?? '', Date.now);
  return {
    stack,
    sql,
    client: new Client({ connection, namespace: stack.env.TEMPORAL_NAMESPACE ?? 'default' }),
    load,
    meter: createUsageMeter(() => processGroups(stack, load.pid)),
    accounts,
    signTokens: () => Promise.all(accounts.map((account) => accessTokens.sign(account.caller))),
    close: async () => {
      await load.stop();
      await connection.close();
      await sql.end({ timeout: CLOSE_TIMEOUT_S });
    },
  };
}

/** The bench's own process relays the logs of the stack, as the supervisor of `npm start` does. */
function processGroups(stack: Stack, loadPid: number): Record<string, number[]> {
  const running = (...pids: (number | undefined)[]) => pids.filter((pid) => pid !== undefined);
  return {
    temporal: running(stack.services.temporal?.pid),
    workers: running(...workersOf(stack).map(({ pid }) => pid)),
    api: running(stack.processes.api?.pid),
    postgres: running(stack.services.postgres?.pid),
    'paper-broker': running(stack.processes['paper-broker']?.pid),
    'market-data': running(stack.processes['market-data']?.pid),
    redis: running(stack.services.redis?.pid),
    clients: [loadPid],
    supervisor: [process.pid],
  };
}

function asBenchRole(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  url.username = BENCH_ROLE;
  url.password = BENCH_ROLE;
  return url.toString();
}
