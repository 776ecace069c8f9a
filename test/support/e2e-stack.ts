import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import postgres from 'postgres';
import { createAccessTokens } from '../../adapters/security/access-tokens.ts';
import type { ProcessName } from '../../dev/process-env.ts';
import { type Stack, startStack } from '../../dev/stack.ts';
import { createFundedAccounts, type FundedAccount } from './accounts.ts';
import { createE2eClient, type E2eClient } from './e2e-client.ts';
import { createVenueFaults } from './venue-faults.ts';

/** Last prices in USD; the quotes lie a cent or two around them. */
export const PRICES: Readonly<Record<string, string>> = { AAPL: '205.75', FB: '38.23', GOOG: '529.20', IBM: '127.50', MSFT: '28.77' };

/** A customer with money and a token. */
export interface Trader extends E2eClient {
  account: FundedAccount;
  token: string;
}

export interface E2eStack {
  stack: Stack;
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
  /** Stops all and leaves no file behind. */
  stop(): Promise<void>;
}

/**
 * The whole system with prices that stand still (1,000 shares on each side, anew every 100 ms), so that cents can be foretold.
 * `env` adds variables to single processes, `marketData` and `workers` are other programs for those.
 */
export async function startE2eStack(
  env: Partial<Record<ProcessName, Readonly<Record<string, string>>>> = {},
  marketData: string = new URL('./e2e-market-data.ts', import.meta.url).pathname,
  workers?: string,
): Promise<E2eStack> {
  const stateDir = mkdtempSync(join(tmpdir(), 'hub-e2e-'));
  // Postgres runs as another user when the tests run as root.
  chmodSync(stateDir, 0o755);
  const removeFiles = () => rmSync(stateDir, { recursive: true, force: true });
  const pricesFile = join(stateDir, 'prices');
  const writePrices = (prices: Readonly<Record<string, string>>) =>
    writeFileSync(
      pricesFile,
      Object.entries({ ...PRICES, ...prices })
        .map(([symbol, price]) => `${symbol}:${price}`)
        .join(','),
    );
  writePrices({});
  const standingStill = { SOURCE: 'simulator', SIMULATOR_VOLATILITY: '0', SIMULATOR_TICK_MS: '100', PRICES_FILE: pricesFile };
  let stack: Stack;
  try {
    stack = await startStack({
      stateDir,
      ports: 'free',
      headless: true,
      baseEnv: { ...process.env, MARKET_CALENDAR: 'always-open' },
      entries: { 'market-data': marketData, ...(workers !== undefined && { workers }) },
      env: {
        ...env,
        'market-data': { ...standingStill, ...env['market-data'] },
        'paper-broker': { FAULTS_ENABLED: 'true', ...env['paper-broker'] },
      },
    });
  } catch (error) {
    removeFiles();
    throw error;
  }
  const open = (name: string) => postgres(stack.env[name] ?? '', { max: 4, connect_timeout: 5, onnotice: () => {} });
  const hub = open('DATABASE_URL');
  const venue = open('PAPER_BROKER_DATABASE_URL');
  const connection = Connection.lazy({ address: stack.env.TEMPORAL_ADDRESS ?? '' });
  const tokens = createAccessTokens(stack.env.JWT_SECRET ?? '', Date.now);

  async function createTraders(count: number, cash = '100000.00'): Promise<Trader[]> {
    const accounts = await createFundedAccounts(hub, count, { cash });
    return Promise.all(
      accounts.map(async (account) => {
        const token = await tokens.sign(account.caller);
        return { ...createE2eClient(stack.urls.api, token), account, token };
      }),
    );
  }

  return {
    stack,
    stateDir,
    anyone: createE2eClient(stack.urls.api),
    hub,
    venue,
    temporal: new Client({ connection, namespace: stack.env.TEMPORAL_NAMESPACE ?? 'default' }),
    setFault: createVenueFaults(stack.urls.paperBroker),
    async setPrices(prices) {
      writePrices(prices);
      await stack.processes['market-data']?.restart();
    },
    createTraders,
    async createTrader(cash) {
      const [trader] = await createTraders(1, cash);
      if (!trader) throw new Error('no trader was made');
      return trader;
    },
    async stop() {
      await Promise.all([hub.end({ timeout: 1 }), venue.end({ timeout: 1 }), connection.close()]);
      await stack.stop();
      removeFiles();
    },
  };
}
