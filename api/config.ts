import { z } from 'zod';
import { CALENDAR_NAMES, type CalendarName } from '../domain/calendar/choose-calendar.ts';

const port = (fallback: number) => z.coerce.number().int().min(0).max(65_535).default(fallback);

const Environment = z.object({
  HUB_PROFILE: z.string().min(1).default('dev'),
  HOST: z.string().min(1).default('127.0.0.1'),
  API_PORT: port(8080),
  API_H2C_PORT: port(8081),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  DATABASE_POOL_SIZE: z.coerce.number().int().min(1).max(200).default(10),
  TEMPORAL_ADDRESS: z.string().min(1),
  TEMPORAL_NAMESPACE: z.string().min(1).default('default'),
  MARKET_DATA_URL: z.url({ protocol: /^https?$/ }),
  /** The same as the workers': either may decide on an order. */
  MARKET_CALENDAR: z.enum(CALENDAR_NAMES).default('always-open'),
  JWT_SECRET: z.string().min(32, 'needs at least 32 characters'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
});

/** The environment of the `api` process. */
export interface ApiConfig {
  profile: string;
  host: string;
  httpPort: number;
  h2cPort: number;
  databaseUrl: string;
  databasePoolSize: number;
  temporalAddress: string;
  temporalNamespace: string;
  marketDataUrl: string;
  marketCalendar: CalendarName;
  jwtSecret: string;
  logLevel: z.output<typeof Environment>['LOG_LEVEL'];
}

/** Reads and checks the environment. The error names each variable that is wrong, never its value. */
export function readApiConfig(env: NodeJS.ProcessEnv): ApiConfig {
  const read = Environment.safeParse(env);
  if (!read.success) {
    const wrong = read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new Error(`the environment of the api process is not right: ${wrong.join('; ')}`);
  }
  return {
    profile: read.data.HUB_PROFILE,
    host: read.data.HOST,
    httpPort: read.data.API_PORT,
    h2cPort: read.data.API_H2C_PORT,
    databaseUrl: read.data.DATABASE_URL,
    databasePoolSize: read.data.DATABASE_POOL_SIZE,
    temporalAddress: read.data.TEMPORAL_ADDRESS,
    temporalNamespace: read.data.TEMPORAL_NAMESPACE,
    marketDataUrl: read.data.MARKET_DATA_URL,
    marketCalendar: read.data.MARKET_CALENDAR,
    jwtSecret: read.data.JWT_SECRET,
    logLevel: read.data.LOG_LEVEL,
  };
}
