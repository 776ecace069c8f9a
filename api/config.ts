import { z } from 'zod';
import {
  type BrokerSettings,
  readBrokerSettings,
} from '../contracts/broker-session/broker-settings.ts';
import { PROFILES, type Profile, readProfile } from '../contracts/deployment-profile.ts';
import type { LimitName, LimitRule } from '../contracts/rate-limits.ts';
import { CALENDAR_NAMES, type CalendarName } from '../domain/market/choose-calendar.ts';
import { LimitFields, limitRules, paceOf } from './limits/limit-settings.ts';

const port = (fallback: number) => z.coerce.number().int().min(0).max(65_535).default(fallback);

const Environment = z.object({
  HUB_PROFILE: z.enum(PROFILES).default('dev'),
  HOST: z.string().min(1).default('127.0.0.1'),
  API_PORT: port(8080),
  API_H2C_PORT: port(8081),
  API_METRICS_PORT: port(9461),
  METRICS_HOST: z.string().min(1).default('127.0.0.1'),
  /** Raised where a proxy brings all clients from few addresses. */
  API_CONNECTIONS_PER_ADDRESS_MAX: z.coerce.number().int().min(1).default(512),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  DATABASE_POOL_SIZE: z.coerce.number().int().min(1).max(200).default(10),
  /**
   * Limits are counted there and ended sessions announced, by all processes together; unset or
   * empty: limits by each for itself, ended sessions by Postgres alone.
   */
  REDIS_URL: z.union([z.literal(''), z.url({ protocol: /^rediss?$/ })]).default(''),
  TEMPORAL_ADDRESS: z.string().min(1),
  TEMPORAL_NAMESPACE: z.string().min(1).default('default'),
  MARKET_DATA_URL: z.url({ protocol: /^https?$/ }),
  /** `name=url`, separated by commas. Only asked where the stops of trailing stops lie. */
  BROKERS: z.string(),
  /** The same as the workers': either may decide on an order. */
  MARKET_CALENDAR: z.enum(CALENDAR_NAMES).default('always-open'),
  ...LimitFields,
  /** Sign this process's calls to market-data, and to each broker: `name=secret`. */
  MARKET_DATA_SERVICE_SECRET: z.string().min(32, 'needs at least 32 characters'),
  BROKER_SECRETS: z.string(),
  JWT_SECRET: z.string().min(32, 'needs at least 32 characters'),
  /** Of data whose disk's free space the metrics tell: `postgres=/path`, separated by commas. */
  DATA_FOLDERS: z
    .string()
    .regex(/^(\w+=\/[^,]*(,|$))*$/, 'is a list like postgres=/var/lib/postgresql,temporal=/data')
    .default(''),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
});

/** The names of all that the process reads: nothing else needs to be in its environment. */
export const API_VARIABLES = Object.keys(Environment.shape);

/** The environment of the `api` process. */
export interface ApiConfig {
  profile: Profile;
  host: string;
  httpPort: number;
  h2cPort: number;
  metricsPort: number;
  metricsHost: string;
  connectionsPerAddressMax: number;
  /** Of one address, as they come at the port. */
  requestsPerSecondMax: number;
  databaseUrl: string;
  databasePoolSize: number;
  temporalAddress: string;
  temporalNamespace: string;
  marketDataUrl: string;
  brokers: BrokerSettings[];
  marketCalendar: CalendarName;
  redisUrl: string | null;
  limitRules: Record<LimitName, LimitRule>;
  openOrdersMax: number;
  trustedProxies: readonly string[];
  marketDataServiceSecret: string;
  jwtSecret: string;
  /** By what they hold. */
  dataFolders: ReadonlyMap<string, string>;
  logLevel: z.output<typeof Environment>['LOG_LEVEL'];
}

/**
 * Reads and checks the environment. The error names each variable that is wrong, never its value.
 */
export function readApiConfig(env: NodeJS.ProcessEnv): ApiConfig {
  readProfile(env);
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
    metricsPort: read.data.API_METRICS_PORT,
    metricsHost: read.data.METRICS_HOST,
    connectionsPerAddressMax: read.data.API_CONNECTIONS_PER_ADDRESS_MAX,
    requestsPerSecondMax: paceOf(read.data),
    databaseUrl: read.data.DATABASE_URL,
    databasePoolSize: read.data.DATABASE_POOL_SIZE,
    temporalAddress: read.data.TEMPORAL_ADDRESS,
    temporalNamespace: read.data.TEMPORAL_NAMESPACE,
    marketDataUrl: read.data.MARKET_DATA_URL,
    brokers: readBrokerSettings(read.data),
    marketCalendar: read.data.MARKET_CALENDAR,
    redisUrl: read.data.REDIS_URL || null,
    limitRules: limitRules(read.data),
    openOrdersMax: read.data.OPEN_ORDERS_MAX,
    trustedProxies: read.data.TRUSTED_PROXIES,
    marketDataServiceSecret: read.data.MARKET_DATA_SERVICE_SECRET,
    jwtSecret: read.data.JWT_SECRET,
    dataFolders: foldersOf(read.data.DATA_FOLDERS),
    logLevel: read.data.LOG_LEVEL,
  };
}

const foldersOf = (list: string): Map<string, string> =>
  new Map(
    list
      .split(',')
      .filter((pair) => pair !== '')
      .map((pair): [string, string] => {
        const at = pair.indexOf('=');
        return [pair.slice(0, at), pair.slice(at + 1)];
      }),
  );
