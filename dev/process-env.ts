import { API_VARIABLES } from '../api/config.ts';
import { readProfile } from '../contracts/deployment-profile.ts';
import { MARKET_DATA_VARIABLES } from '../market-data/env.ts';
import { PAPER_BROKER_VARIABLES } from '../paper-broker/env.ts';
import { WORKERS_VARIABLES } from '../workers/environment.ts';
import type { Ports } from './ports.ts';
import type { Secrets } from './process-secrets.ts';
import type { DatabaseUrls } from './services/postgres.ts';
import { pick, systemEnv } from './system-env.ts';

export const PROCESS_ENTRIES = {
  'market-data': 'market-data/main.ts',
  'paper-broker': 'paper-broker/main.ts',
  workers: 'workers/main.ts',
  api: 'api/main.ts',
} as const;

export type ProcessName = keyof typeof PROCESS_ENTRIES;

/**
 * Of Node, for processes that clients reach. V8 lets a heap of 80 MB grow fourfold before it looks
 * for garbage in it, and gives back little; so a flood of requests is gone from memory sooner.
 */
const HEAP = ['--heap-growing-percent=50'];

export const NODE_FLAGS: Readonly<Record<ProcessName, readonly string[]>> = {
  // Its streams make much that is young and short-lived, for which V8 keeps up to 128 MB otherwise.
  'market-data': [...HEAP, '--max-semi-space-size=16'],
  'paper-broker': HEAP,
  workers: [],
  api: HEAP,
};

/** What each process is given, a secret or not: what its own main.ts reads, and nothing else. */
const PROCESS_VARIABLES: Readonly<Record<ProcessName, readonly string[]>> = {
  'market-data': MARKET_DATA_VARIABLES,
  'paper-broker': PAPER_BROKER_VARIABLES,
  workers: WORKERS_VARIABLES,
  api: API_VARIABLES,
};

/** What the processes are told about each other and about the services. */
export interface Wiring {
  readonly ports: Ports;
  readonly namespace: string;
  readonly secrets: Secrets;
  readonly databases: DatabaseUrls | null;
  readonly redisUrl: string | null;
  readonly temporalAddress: string | null;
  /** Where Postgres and Temporal keep their data, as DATA_FOLDERS has it. */
  readonly dataFolders: string;
}

/**
 * The environment of one process: of the caller's own and of the wiring what it reads, then what
 * was set for it alone.
 */
export function processEnv(
  name: ProcessName,
  base: NodeJS.ProcessEnv,
  wiring: Wiring,
  overrides: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const all = { ...base, ...wiringEnv(base, wiring), ...ownDatabase(name, wiring) };
  return { ...systemEnv(base), ...pick(all, PROCESS_VARIABLES[name]), ...overrides };
}

/** Each process enters the hub's database as a role of its own. */
function ownDatabase(name: ProcessName, { databases }: Wiring): { DATABASE_URL?: string } {
  if (!databases || (name !== 'api' && name !== 'workers')) return {};
  return { DATABASE_URL: databases[name] };
}

/**
 * The wiring as variables: what a program outside of the stack needs to talk to it, and to look
 * into everything.
 */
export function wiringEnv(base: NodeJS.ProcessEnv, wiring: Wiring): Record<string, string> {
  const { ports, databases } = wiring;
  const profile = readProfile(base);
  const settings: Record<string, string | undefined> = {
    HUB_PROFILE: profile,
    HOST: base.HOST || '127.0.0.1',
    LOG_LEVEL: base.LOG_LEVEL || 'info',
    MARKET_CALENDAR: base.MARKET_CALENDAR || 'always-open',
    SOURCE: base.SOURCE || 'replay',
    FAULTS_ENABLED: base.FAULTS_ENABLED || String(profile === 'dev'),
    DATABASE_URL: databases?.admin,
    API_DATABASE_URL: databases?.api,
    WORKERS_DATABASE_URL: databases?.workers,
    PAPER_BROKER_DATABASE_URL: databases?.paperBroker,
    REDIS_URL: wiring.redisUrl ?? undefined,
    TEMPORAL_ADDRESS: wiring.temporalAddress ?? undefined,
    TEMPORAL_NAMESPACE: wiring.namespace,
    ...wiring.secrets,
    ...brokersEnv(base, wiring),
    MARKET_DATA_URL: `http://127.0.0.1:${ports.marketData}`,
    DATA_FOLDERS: base.DATA_FOLDERS || wiring.dataFolders,
    API_PORT: String(ports.api),
    API_H2C_PORT: String(ports.apiH2c),
    MARKET_DATA_PORT: String(ports.marketData),
    PAPER_BROKER_PORT: String(ports.paperBroker),
    API_METRICS_PORT: String(ports.apiMetrics),
    MARKET_DATA_METRICS_PORT: String(ports.marketDataMetrics),
    PAPER_BROKER_METRICS_PORT: String(ports.paperBrokerMetrics),
    WORKERS_METRICS_PORT: String(ports.workersMetrics),
  };
  return pick(settings, Object.keys(settings));
}

const OWN_BROKER = 'paper-broker';

/**
 * Our own paper broker, unless the caller's BROKERS says where it is, and those that it names
 * beside it.
 */
function brokersEnv(
  base: NodeJS.ProcessEnv,
  { ports, secrets }: Wiring,
): Record<'BROKERS' | 'BROKER_SECRETS', string> {
  const withOwn = (named: string | undefined, own: string): string => {
    const pairs = named ? named.split(',') : [];
    const isNamed = pairs.some((pair) => pair.trim().startsWith(`${OWN_BROKER}=`));
    return [...(isNamed ? [] : [`${OWN_BROKER}=${own}`]), ...pairs].join(',');
  };
  return {
    BROKERS: withOwn(base.BROKERS, `http://127.0.0.1:${ports.paperBroker}`),
    BROKER_SECRETS: withOwn(base.BROKER_SECRETS, secrets.BROKER_SERVICE_SECRET),
  };
}
