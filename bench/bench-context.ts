import { Client, Connection } from '@temporalio/client';
import postgres from 'postgres';
import { createAccessTokens } from '../adapters/security/access-tokens.ts';
import type { Stack } from '../dev/stack.ts';
import { createFundedAccounts, type FundedAccount } from '../test/support/accounts.ts';
import { BENCH_ROLE, workersOf } from './bench-stack.ts';
import { forkJobs, type JobProcess } from './job-process.ts';
import type { LoadJobs } from './load-process.ts';
import { ACCOUNTS } from './order-mix.ts';
import { createUsageMeter, type ProcessGroup, type UsageMeter } from './usage-meter.ts';

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
    meter: createUsageMeter(() => ({
      ...stackProcessGroups(stack),
      clients: { pids: [load.pid] },
    })),
    accounts,
    signTokens: () => Promise.all(accounts.map((account) => accessTokens.sign(account.caller))),
    close: async () => {
      await load.stop();
      await connection.close();
      await sql.end({ timeout: CLOSE_TIMEOUT_S });
    },
  };
}

/**
 * The processes of the stack. The bench's own process relays their logs, as the supervisor of `npm
 * start` does.
 */
export function stackProcessGroups(stack: Stack): Record<string, ProcessGroup> {
  const { services, processes } = stack;
  return {
    temporal: { pids: [services.temporal?.pid] },
    workers: { pids: workersOf(stack).map(({ pid }) => pid) },
    api: { pids: [processes.api?.pid] },
    postgres: { pids: [services.postgres?.pid], family: true },
    'paper-broker': { pids: [processes['paper-broker']?.pid] },
    'market-data': { pids: [processes['market-data']?.pid] },
    redis: { pids: [services.redis?.pid] },
    supervisor: { pids: [process.pid] },
  };
}

function asBenchRole(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  url.username = BENCH_ROLE;
  url.password = BENCH_ROLE;
  return url.toString();
}
