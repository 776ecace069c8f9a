import type { Ports } from './ports.ts';

export const PROCESS_ENTRIES = {
  'market-data': 'market-data/main.ts',
  'paper-broker': 'paper-broker/main.ts',
  workers: 'workers/main.ts',
  api: 'api/main.ts',
} as const;

export type ProcessName = keyof typeof PROCESS_ENTRIES;

/** What the processes are told about each other and about the services. */
export interface Wiring {
  readonly ports: Ports;
  readonly namespace: string;
  readonly jwtSecret: string;
  readonly databaseUrl: string | null;
  readonly paperBrokerDatabaseUrl: string | null;
  readonly redisUrl: string | null;
  readonly temporalAddress: string | null;
}

const OURS_FOR_TESTS = /^(VITEST|NODE_ENV$|NODE_OPTIONS$|NODE_CHANNEL|TEST$)/;

/** The environment of one process: the caller's own, then the wiring, then what was set for this process alone. */
export function processEnv(base: NodeJS.ProcessEnv, wiring: Wiring, overrides: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const inherited = Object.entries(base).filter(([name]) => !OURS_FOR_TESTS.test(name));
  return { ...Object.fromEntries(inherited), ...wiringEnv(base, wiring), ...overrides };
}

/** The wiring as variables: what a program outside of the stack needs to talk to it. */
export function wiringEnv(base: NodeJS.ProcessEnv, wiring: Wiring): Record<string, string> {
  const { ports } = wiring;
  const settings: Record<string, string | null> = {
    HUB_PROFILE: base.HUB_PROFILE || 'dev',
    HOST: base.HOST || '127.0.0.1',
    LOG_LEVEL: base.LOG_LEVEL || 'info',
    MARKET_CALENDAR: base.MARKET_CALENDAR || 'always-open',
    SOURCE: base.SOURCE || 'replay',
    FAULTS_ENABLED: base.FAULTS_ENABLED || 'true',
    DATABASE_URL: wiring.databaseUrl,
    PAPER_BROKER_DATABASE_URL: wiring.paperBrokerDatabaseUrl,
    REDIS_URL: wiring.redisUrl,
    TEMPORAL_ADDRESS: wiring.temporalAddress,
    TEMPORAL_NAMESPACE: wiring.namespace,
    JWT_SECRET: wiring.jwtSecret,
    MARKET_DATA_URL: `http://127.0.0.1:${ports.marketData}`,
    BROKER_URL: `http://127.0.0.1:${ports.paperBroker}`,
    API_PORT: String(ports.api),
    API_H2C_PORT: String(ports.apiH2c),
    MARKET_DATA_PORT: String(ports.marketData),
    PAPER_BROKER_PORT: String(ports.paperBroker),
    WORKERS_METRICS_PORT: String(ports.workersMetrics),
  };
  return Object.fromEntries(Object.entries(settings).filter((entry): entry is [string, string] => entry[1] !== null));
}
