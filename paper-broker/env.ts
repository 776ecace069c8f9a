import { z } from 'zod';

/** The environment of the paper-broker process. Empty variables count as unset. */
const Environment = z.object({
  PAPER_BROKER_PORT: z.coerce.number().int().min(0).max(65_535).default(8083),
  HOST: z.string().default('127.0.0.1'),
  /** The venue's own database, never the hub's. It must exist; the tables are made at start. */
  PAPER_BROKER_DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  MARKET_DATA_URL: z.url({ protocol: /^https?$/ }).default('http://127.0.0.1:8082'),
  /** Lets BrokerFaultService make the venue misbehave. */
  FAULTS_ENABLED: z.stringbool().default(false),
  /** A quote older than this is not traded on. */
  QUOTE_MAX_AGE_MS: z.coerce.number().int().min(1).default(600_000),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
});

export type PaperBrokerEnvironment = z.output<typeof Environment>;

/** Throws with every variable that is wrong, by name. */
export function readEnvironment(variables: NodeJS.ProcessEnv): PaperBrokerEnvironment {
  const parsed = Environment.safeParse(Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== '')));
  if (!parsed.success) throw new Error(`the environment is not usable\n${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
