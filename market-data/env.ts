import { Decimal } from 'decimal.js';
import { z } from 'zod';
import { PROFILES, readProfile } from '../contracts/deployment-profile.ts';

/** The longest pace a timer of Node can keep. */
const TIMER_MS_MAX = 2_147_483_647;

const TickMs = z.coerce.number().int().min(0).max(TIMER_MS_MAX);

const Secret = z.string().min(32, 'needs at least 32 characters');

const SimulatedPrices = z.string().transform((text, context) => {
  const prices = new Map<string, Decimal>();
  for (const entry of text.split(',')) {
    const match = /^([A-Z][A-Z0-9.]{0,9}):(\d+(?:\.\d{1,8})?)$/.exec(entry.trim());
    if (!match?.[1] || !match[2] || new Decimal(match[2]).lt('0.01')) {
      context.addIssue({ code: 'custom', message: `"${entry}" is not SYMBOL:PRICE` });
      return z.NEVER;
    }
    prices.set(match[1], new Decimal(match[2]));
  }
  return prices;
});

/** The environment of the market-data process. Empty variables count as unset. */
const Environment = z.object({
  HUB_PROFILE: z.enum(PROFILES).default('dev'),
  MARKET_DATA_PORT: z.coerce.number().int().min(0).max(65_535).default(8082),
  MARKET_DATA_METRICS_PORT: z.coerce.number().int().min(0).max(65_535).default(9462),
  HOST: z.string().default('127.0.0.1'),
  METRICS_HOST: z.string().default('127.0.0.1'),
  /** Verifies the access tokens of people. */
  JWT_SECRET: Secret,
  /** Verifies the tokens of the processes that call this one. */
  MARKET_DATA_SERVICE_SECRET: Secret,
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  /** Unset runs without a cache, and takes no person's token: Redis tells which sessions ended. */
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
  CACHE_TTL_MS: z.coerce.number().int().min(1).default(300_000),
  SOURCE: z.enum(['replay', 'simulator']).default('replay'),
  /** 0 freezes the prices; so does SIMULATOR_TICK_MS. */
  REPLAY_TICK_MS: TickMs.default(1_000),
  REPLAY_TICKS_PER_BAR: z.coerce.number().int().min(4).max(1_000).default(20),
  SIMULATOR_SEED: z.coerce.number().int().default(1),
  SIMULATOR_TICK_MS: TickMs.default(1_000),
  SIMULATOR_VOLATILITY: z.coerce.number().min(0).max(0.1).default(0.0002),
  SIMULATOR_SYMBOLS: SimulatedPrices.prefault(
    'AAPL:205.75,FB:38.23,GOOG:529.20,IBM:127.50,MSFT:28.77',
  ),
  /** Size on each side, in shares. */
  SIMULATOR_SIZE: z.coerce.number().int().min(1).default(1_000),
});

export type MarketDataEnvironment = z.output<typeof Environment>;

/** The names of all that the process reads: nothing else needs to be in its environment. */
export const MARKET_DATA_VARIABLES = Object.keys(Environment.shape);

/**
 * Throws with every variable that is wrong, by name, and when the profile does not fit the rest.
 */
export function readEnvironment(variables: NodeJS.ProcessEnv): MarketDataEnvironment {
  readProfile(variables);
  const parsed = Environment.safeParse(
    Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== '')),
  );
  if (!parsed.success)
    throw new Error(`the environment is not usable\n${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
