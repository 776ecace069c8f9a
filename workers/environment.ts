import type { WorkerDeploymentVersion } from '@temporalio/common';
import { z } from 'zod';
import { CALENDAR_NAMES } from '../domain/calendar/choose-calendar.ts';

/** Compose passes a variable that is not set on as an empty one. */
const orUnset = <T extends z.ZodType>(schema: T) => z.preprocess((value) => (value === '' ? undefined : value), schema.optional());

const Fields = z.object({
  DATABASE_URL: z.url(),
  TEMPORAL_ADDRESS: z.string().min(1),
  TEMPORAL_NAMESPACE: z.string().min(1).default('default'),
  MARKET_DATA_URL: z.url(),
  BROKER_URL: z.url(),
  HOST: z.string().default('127.0.0.1'),
  WORKERS_METRICS_PORT: z.coerce.number().int().min(0).max(65_535).default(9464),
  /** Scheduling priority of the process, 0 (as others) to 19: raised where the API shares the machine. */
  WORKERS_NICENESS: z.coerce.number().int().min(0).max(19).default(0),
  /** The same as the API's: either may decide on an order. */
  MARKET_CALENDAR: z.enum(CALENDAR_NAMES).default('always-open'),
  DATABASE_POOL_SIZE: z.coerce.number().int().min(1).max(100).default(10),
  CACHED_WORKFLOWS_MAX: z.coerce.number().int().min(1).default(500),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).default('info'),
  /** The version that these workers are, under the names that Temporal's Worker Controller sets. Unset, they are not versioned. */
  TEMPORAL_DEPLOYMENT_NAME: orUnset(z.string().regex(/^[^.:]+$/, 'holds neither a dot nor a colon')),
  TEMPORAL_WORKER_BUILD_ID: orUnset(z.string()),
});

/** What the worker process is told by its environment. */
export const WorkersEnvironment = Fields.refine(
  (env) => (env.TEMPORAL_DEPLOYMENT_NAME === undefined) === (env.TEMPORAL_WORKER_BUILD_ID === undefined),
  'TEMPORAL_DEPLOYMENT_NAME and TEMPORAL_WORKER_BUILD_ID are set together or not at all',
);

/** `null` for workers that are not versioned. */
export function deploymentVersionOf(env: z.infer<typeof WorkersEnvironment>): WorkerDeploymentVersion | null {
  const { TEMPORAL_DEPLOYMENT_NAME: deploymentName, TEMPORAL_WORKER_BUILD_ID: buildId } = env;
  return deploymentName === undefined || buildId === undefined ? null : { deploymentName, buildId };
}
