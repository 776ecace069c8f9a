import { Decimal } from 'decimal.js';
import { z } from 'zod';

/** The longest pace a timer of Node can keep. */
const TIMER_MS_MAX = 2_147_483_647;

const TickMs = z.coerce.number().int().min(0).max(TIMER_MS_MAX);

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
  MARKET_DATA_PORT: z.coerce.number().int().min(0).max(65_535).default(8082),
  HOST: z.string().default('127.0.0.1'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  /** Unset runs without a cache. */
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
  CACHE_TTL_MS: z.coerce.number().int().min(1).default(300_000),
  SOURCE: z.enum(['replay', 'simulator']).default('replay'),
  /** 0 freezes the prices; so does SIMULATOR_TICK_MS. */
  REPLAY_TICK_MS: TickMs.default(1_000),
  REPLAY_TICKS_PER_BAR: z.coerce.number().int().min(4).max(1_000).default(20),
  SIMULATOR_SEED: z.coerce.number().int().default(1),
  SIMULATOR_TICK_MS: TickMs.default(1_000),
  SIMULATOR_VOLATILITY: z.coerce.number().min(0).max(0.1).default(0.0002),
  SIMULATOR_SYMBOLS: SimulatedPrices.prefault('AAPL:205.75,FB:38.23,GOOG:529.20,IBM:127.50,MSFT:28.77'),
  /** Size on each side, in shares. */
  SIMULATOR_SIZE: z.coerce.number().int().min(1).default(1_000),
});

export type MarketDataEnvironment = z.output<typeof Environment>;

/** Throws with every variable that is wrong, by name. */
export function readEnvironment(variables: NodeJS.ProcessEnv): MarketDataEnvironment {
  const parsed = Environment.safeParse(Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== '')));
  if (!parsed.success) throw new Error(`the environment is not usable\n${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
