import type { WorkerDeploymentVersion } from '@temporalio/common';
import { z } from 'zod';
import { readBrokerSettings } from '../contracts/broker-session/broker-settings.ts';
import { PROFILES, readProfile } from '../contracts/deployment-profile.ts';
import { CALENDAR_NAMES } from '../domain/market/choose-calendar.ts';
import { OPEN_ORDERS_MAX_DEFAULT } from '../domain/risk/pre-trade-checks.ts';

/** Compose passes a variable that is not set on as an empty one. */
const orUnset = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema.optional());

const secret = () => z.string().min(32, 'needs at least 32 characters');

const Fields = z.object({
  HUB_PROFILE: z.enum(PROFILES).default('dev'),
  DATABASE_URL: z.url(),
  TEMPORAL_ADDRESS: z.string().min(1),
  TEMPORAL_NAMESPACE: z.string().min(1).default('default'),
  MARKET_DATA_URL: z.url(),
  /** `name=url`, separated by commas: the same in all worker processes. */
  BROKERS: z.string(),
  /** Sign this process's calls to market-data, and to each broker and its clearing house. */
  MARKET_DATA_SERVICE_SECRET: secret(),
  /** `name=secret`, separated by commas. */
  BROKER_SECRETS: z.string(),
  /**
   * Seals the broker's reports on their way through Temporal; what the one before has sealed is
   * still believed while it is set.
   */
  REPORT_SEAL_SECRET: secret(),
  REPORT_SEAL_SECRET_PREVIOUS: orUnset(secret()),
  METRICS_HOST: z.string().default('127.0.0.1'),
  WORKERS_METRICS_PORT: z.coerce.number().int().min(0).max(65_535).default(9464),
  /**
   * Scheduling priority of the process, 0 (as others) to 19: raised where the API shares the
   * machine.
   */
  WORKERS_NICENESS: z.coerce.number().int().min(0).max(19).default(0),
  /** The same as the API's: either may decide on an order. */
  MARKET_CALENDAR: z.enum(CALENDAR_NAMES).default('always-open'),
  /** The same as the API's. */
  OPEN_ORDERS_MAX: orUnset(z.coerce.number().int().min(1)).transform(
    (max) => max ?? OPEN_ORDERS_MAX_DEFAULT,
  ),
  DATABASE_POOL_SIZE: z.coerce.number().int().min(1).max(100).default(10),
  CACHED_WORKFLOWS_MAX: z.coerce.number().int().min(1).default(500),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).default('info'),
  /**
   * The version that these workers are, under the names that Temporal's Worker Controller sets.
   * Unset, they are not versioned.
   */
  TEMPORAL_DEPLOYMENT_NAME: orUnset(
    z.string().regex(/^[^.:]+$/, 'holds neither a dot nor a colon'),
  ),
  TEMPORAL_WORKER_BUILD_ID: orUnset(z.string()),
});

/** What the worker process is told by its environment. */
const WorkersEnvironment = Fields.refine(
  (env) =>
    (env.TEMPORAL_DEPLOYMENT_NAME === undefined) === (env.TEMPORAL_WORKER_BUILD_ID === undefined),
  'TEMPORAL_DEPLOYMENT_NAME and TEMPORAL_WORKER_BUILD_ID are set together or not at all',
).transform((env) => ({ ...env, brokers: readBrokerSettings(env) }));

/** The names of all that the process reads: nothing else needs to be in its environment. */
export const WORKERS_VARIABLES = Object.keys(Fields.shape);

/** Throws when the profile does not fit the rest, or with every variable that is wrong. */
export function readEnvironment(variables: NodeJS.ProcessEnv): z.infer<typeof WorkersEnvironment> {
  readProfile(variables);
  return WorkersEnvironment.parse(variables);
}

/** `null` for workers that are not versioned. */
export function deploymentVersionOf(
  env: z.infer<typeof WorkersEnvironment>,
): WorkerDeploymentVersion | null {
  const { TEMPORAL_DEPLOYMENT_NAME: deploymentName, TEMPORAL_WORKER_BUILD_ID: buildId } = env;
  return deploymentName === undefined || buildId === undefined ? null : { deploymentName, buildId };
}
