import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ProcessName } from '../../dev/process-env.ts';
import { type Stack, startStack } from '../../dev/stack.ts';
import { RAISED_LIMITS } from './raised-limits.ts';

/** Last prices in USD; the quotes lie a cent or two around them. */
export const PRICES: Readonly<Record<string, string>> = {
  AAPL: '205.75',
  FB: '38.23',
  GOOG: '529.20',
  IBM: '127.50',
  MSFT: '28.77',
};

const FIXED_PRICES_ENTRY = fileURLToPath(new URL('./e2e-market-data.ts', import.meta.url));

export interface TestStackOptions {
  /** Variables of single processes. */
  env?: Partial<Record<ProcessName, Readonly<Record<string, string>>>>;
  /** The program in place of market-data; the real one with the prices of a file unless said. */
  marketData?: string | undefined;
  /** The program in place of workers/main.ts. */
  workers?: string | undefined;
  /** From so many events on Temporal suggests to a workflow that it continue as new. */
  suggestedEventsMax?: number | undefined;
}

/** Takes effect when market-data starts. */
export function writePrices(
  stateDir: string,
  prices: Readonly<Record<string, string>> = {},
): string {
  const file = join(stateDir, 'prices');
  const lines = Object.entries({ ...PRICES, ...prices }).map(
    ([symbol, price]) => `${symbol}:${price}`,
  );
  writeFileSync(file, lines.join(','));
  return file;
}

/**
 * The whole system with prices that stand still (1,000 shares on each side, anew every 100 ms), so
 * that cents can be foretold. Nobody is limited, as all clients come from one address.
 */
export function startTestStack(
  stateDir: string,
  { env = {}, marketData = FIXED_PRICES_ENTRY, workers, suggestedEventsMax }: TestStackOptions,
): Promise<Stack> {
  const standingStill = {
    SOURCE: 'simulator',
    SIMULATOR_VOLATILITY: '0',
    SIMULATOR_TICK_MS: '100',
    PRICES_FILE: writePrices(stateDir),
  };
  return startStack({
    stateDir,
    ports: 'free',
    headless: true,
    suggestedEventsMax,
    baseEnv: { ...process.env, ...RAISED_LIMITS, MARKET_CALENDAR: 'always-open' },
    entries: { 'market-data': marketData, ...(workers !== undefined && { workers }) },
    env: {
      ...env,
      'market-data': { ...standingStill, ...env['market-data'] },
      'paper-broker': { FAULTS_ENABLED: 'true', ...env['paper-broker'] },
    },
  });
}
