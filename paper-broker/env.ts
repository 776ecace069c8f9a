import { z } from 'zod';
import { PROFILES, readProfile } from '../contracts/deployment-profile.ts';

const Secret = z.string().min(32, 'needs at least 32 characters');

/** The environment of the paper-broker process. Empty variables count as unset. */
const Fields = z.object({
  HUB_PROFILE: z.enum(PROFILES).default('dev'),
  PAPER_BROKER_PORT: z.coerce.number().int().min(0).max(65_535).default(8083),
  PAPER_BROKER_METRICS_PORT: z.coerce.number().int().min(0).max(65_535).default(9463),
  HOST: z.string().default('127.0.0.1'),
  METRICS_HOST: z.string().default('127.0.0.1'),
  /** The venue's own database, never the hub's. It must exist; the tables are made at start. */
  PAPER_BROKER_DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  MARKET_DATA_URL: z.url({ protocol: /^https?$/ }).default('http://127.0.0.1:8082'),
  /** Signs this process's calls to market-data. */
  MARKET_DATA_SERVICE_SECRET: Secret,
  /** Verifies the tokens of those who call the venue. */
  BROKER_SERVICE_SECRET: Secret,
  /** Serves BrokerFaultService, which makes the venue misbehave; in the profile dev only. */
  FAULTS_ENABLED: z.stringbool().default(false),
  /** A quote older than this is not traded on. */
  QUOTE_MAX_AGE_MS: z.coerce.number().int().min(1).default(600_000),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
});

const Environment = Fields.refine(
  ({ FAULTS_ENABLED, HUB_PROFILE }) => !FAULTS_ENABLED || HUB_PROFILE === 'dev',
  {
    path: ['FAULTS_ENABLED'],
    error: 'a venue that can be told to fail is for development: it needs HUB_PROFILE=dev',
  },
);

export type PaperBrokerEnvironment = z.output<typeof Environment>;

/** The names of all that the process reads: nothing else needs to be in its environment. */
export const PAPER_BROKER_VARIABLES = Object.keys(Fields.shape);

/**
 * Throws with every variable that is wrong, by name, and when the profile does not fit the rest.
 */
export function readEnvironment(variables: NodeJS.ProcessEnv): PaperBrokerEnvironment {
  readProfile(variables);
  const parsed = Environment.safeParse(
    Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== '')),
  );
  if (!parsed.success)
    throw new Error(`the environment is not usable\n${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
