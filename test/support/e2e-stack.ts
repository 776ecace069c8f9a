import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import postgres from 'postgres';
import { createAccessTokens } from '../../adapters/security/access-tokens.ts';
import { withDatabase } from '../../dev/services/postgres.ts';
import type { Stack } from '../../dev/stack.ts';
import { createVenueFaults } from '../../dev/venue-faults.ts';
import { createFundedAccounts, type FundedAccount } from './accounts.ts';
import { createE2eClient, type E2eClient } from './e2e-client.ts';
import { asService } from './service-tokens.ts';
import {
  giveBackStack,
  isTestRun,
  leaseStack,
  makePreparedStackFolder,
  makeWorkflowBundles,
  moveLeasedPrices,
} from './services.ts';
import type { StackKind, StackLease } from './stack-pool.ts';
import { startTestStack, type TestStackOptions, writePrices } from './test-stack.ts';

/** A customer with money and a token. */
export interface Trader extends E2eClient {
  account: FundedAccount;
  token: string;
}

/** A running system, and all that a test needs to act on it and to look into it. */
export interface E2eStack {
  stack: Omit<StackLease, 'id' | 'stateDir'>;
  /** Where it keeps its logs, as `npm start` does in .hub. */
  stateDir: string;
  /** The API without a token. */
  anyone: E2eClient;
  /** The hub's database and the venue's. */
  hub: postgres.Sql;
  venue: postgres.Sql;
  temporal: Client;
  setFault: ReturnType<typeof createVenueFaults>;
  /** Restarts market-data with these prices over {@link PRICES}. */
  setPrices(prices: Readonly<Record<string, string>>): Promise<void>;
  createTraders(count: number, cash?: string): Promise<Trader[]>;
  createTrader(cash?: string): Promise<Trader>;
  /** Leaves nothing behind, of this file at least. */
  stop(): Promise<void>;
}

/** One that the caller alone has, whose parts it may stop, kill and start again. */
export interface OwnE2eStack extends E2eStack {
  stack: Stack;
}

/** A stack of the caller's own; test-stack.ts says how it stands. */
export async function startE2eStack(options: TestStackOptions = {}): Promise<OwnE2eStack> {
  if (isTestRun()) await makeWorkflowBundles();
  const stateDir = isTestRun() ? await makePreparedStackFolder() : makeFolder();
  const removeFiles = () => rmSync(stateDir, { recursive: true, force: true });
  let stack: Stack;
  try {
    stack = await startTestStack(stateDir, options);
  } catch (error) {
    removeFiles();
    throw error;
  }
  const { close, ...opened } = open(stack, stateDir);
  return {
    ...opened,
    stack,
    async setPrices(prices) {
      writePrices(stateDir, prices);
      await stack.processes['market-data']?.restart();
    },
    async stop() {
      await close();
      await stack.stop();
      removeFiles();
    },
  };
}

/**
 * A stack that other files have used and will use: for those that stop none of its parts, and
 * bring what they open to an end.
 */
export async function leaseE2eStack(kind: StackKind): Promise<E2eStack> {
  const lease = await leaseStack(kind);
  const { close, ...opened } = open(lease, lease.stateDir);
  let areUsual = true;
  const setPrices = async (prices: Readonly<Record<string, string>>) => {
    areUsual = Object.keys(prices).length === 0;
    writePrices(lease.stateDir, prices);
    await moveLeasedPrices(lease.id);
  };
  return {
    ...opened,
    stack: lease,
    setPrices,
    async stop() {
      await opened.setFault({ mode: 'NONE' });
      if (!areUsual) await setPrices({});
      await close();
      await giveBackStack(lease.id);
    },
  };
}

/** Postgres runs as another user when the caller is root. */
function makeFolder(): string {
  const stateDir = mkdtempSync(join(tmpdir(), 'hub-e2e-'));
  chmodSync(stateDir, 0o755);
  return stateDir;
}

function open({ urls, env }: E2eStack['stack'], stateDir: string) {
  // Both as the superuser: tests look into everything, and break what must be found broken.
  const { DATABASE_URL = '', PAPER_BROKER_DATABASE_URL = '' } = env;
  const connect = (url: string) =>
    postgres(url, { max: 4, connect_timeout: 5, onnotice: () => {} });
  const hub = connect(DATABASE_URL);
  const venue = connect(
    withDatabase(DATABASE_URL, new URL(PAPER_BROKER_DATABASE_URL).pathname.slice(1)),
  );
  const connection = Connection.lazy({ address: env.TEMPORAL_ADDRESS ?? '' });
  const tokens = createAccessTokens(env.JWT_SECRET ?? '', Date.now);

  async function createTraders(count: number, cash = '100000.00'): Promise<Trader[]> {
    const accounts = await createFundedAccounts(hub, count, { cash });
    return Promise.all(
      accounts.map(async (account) => {
        const token = await tokens.sign(account.caller);
        return { ...createE2eClient(urls.api, token), account, token };
      }),
    );
  }

  return {
    stateDir,
    anyone: createE2eClient(urls.api),
    hub,
    venue,
    temporal: new Client({ connection, namespace: env.TEMPORAL_NAMESPACE ?? 'default' }),
    setFault: createVenueFaults(urls.paperBroker, asService('paper-broker', env)),
    createTraders,
    async createTrader(cash?: string) {
      const [trader] = await createTraders(1, cash);
      if (!trader) throw new Error('no trader was made');
      return trader;
    },
    close: () =>
      Promise.all([hub.end({ timeout: 1 }), venue.end({ timeout: 1 }), connection.close()]),
  };
}
