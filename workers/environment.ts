import { z } from 'zod';
import { CALENDAR_NAMES } from '../domain/calendar/choose-calendar.ts';

/** What the worker process is told by its environment. */
export const WorkersEnvironment = z.object({
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
});
