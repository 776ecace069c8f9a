import { expect, it } from 'vitest';
import type { Ports } from '../../dev/ports.ts';
import {
  PROCESS_ENTRIES,
  type ProcessName,
  processEnv,
  type Wiring,
  wiringEnv,
} from '../../dev/process-env.ts';

const PORTS: Ports = {
  api: 1,
  apiH2c: 2,
  marketData: 3,
  paperBroker: 4,
  workersMetrics: 5,
  temporal: 6,
  temporalUi: 7,
  postgres: 8,
  redis: 9,
  apiMetrics: 10,
  marketDataMetrics: 11,
  paperBrokerMetrics: 12,
};

const WIRING: Wiring = {
  ports: PORTS,
  namespace: 'default',
  secrets: {
    JWT_SECRET: 'the-signing-secret',
    MARKET_DATA_SERVICE_SECRET: 'of-market-data',
    BROKER_SERVICE_SECRET: 'of-the-venue',
    REPORT_SEAL_SECRET: 'of-reports',
  },
  databases: {
    admin: 'postgres://postgres@127.0.0.1/hub',
    migrations: 'postgres://hub_owner@127.0.0.1/hub',
    api: 'postgres://hub_api@127.0.0.1/hub',
    workers: 'postgres://hub_workers@127.0.0.1/hub',
    paperBroker: 'postgres://paper_broker@127.0.0.1/paper_broker',
  },
  redisUrl: 'redis://127.0.0.1:9',
  temporalAddress: '127.0.0.1:6',
  dataFolders: 'postgres=/state/postgres',
};

/** A shell full of what is nobody's business, and a setting of each process. */
const CALLER = {
  PATH: '/bin',
  HOME: '/home/me',
  TZ: 'UTC',
  AWS_SECRET_ACCESS_KEY: 'of-somebody',
  GITHUB_TOKEN: 'of-somebody',
  PGPASSWORD: 'of-somebody',
  NODE_OPTIONS: '--inspect',
  VITEST: 'true',
  MIGRATIONS_DATABASE_URL: 'postgres://hub_owner@127.0.0.1/hub',
  SIMULATOR_SEED: '7',
  QUOTE_MAX_AGE_MS: '5',
  CACHED_WORKFLOWS_MAX: '9',
  DATABASE_POOL_SIZE: '3',
};

const SYSTEM = { PATH: '/bin', HOME: '/home/me', TZ: 'UTC' };
const COMMON = { ...SYSTEM, HUB_PROFILE: 'dev', LOG_LEVEL: 'info' };
const HOST = '127.0.0.1';

const EXPECTED: Readonly<Record<ProcessName, Record<string, string>>> = {
  'market-data': {
    ...COMMON,
    HOST,
    MARKET_DATA_PORT: '3',
    MARKET_DATA_METRICS_PORT: '11',
    JWT_SECRET: 'the-signing-secret',
    MARKET_DATA_SERVICE_SECRET: 'of-market-data',
    REDIS_URL: 'redis://127.0.0.1:9',
    SOURCE: 'replay',
    SIMULATOR_SEED: '7',
  },
  'paper-broker': {
    ...COMMON,
    HOST,
    PAPER_BROKER_PORT: '4',
    PAPER_BROKER_METRICS_PORT: '12',
    MARKET_DATA_SERVICE_SECRET: 'of-market-data',
    BROKER_SERVICE_SECRET: 'of-the-venue',
    PAPER_BROKER_DATABASE_URL: 'postgres://paper_broker@127.0.0.1/paper_broker',
    MARKET_DATA_URL: 'http://127.0.0.1:3',
    FAULTS_ENABLED: 'true',
    QUOTE_MAX_AGE_MS: '5',
  },
  workers: {
    ...COMMON,
    DATABASE_URL: 'postgres://hub_workers@127.0.0.1/hub',
    MARKET_DATA_SERVICE_SECRET: 'of-market-data',
    BROKER_SECRETS: 'paper-broker=of-the-venue',
    REPORT_SEAL_SECRET: 'of-reports',
    DATABASE_POOL_SIZE: '3',
    TEMPORAL_ADDRESS: '127.0.0.1:6',
    TEMPORAL_NAMESPACE: 'default',
    MARKET_DATA_URL: 'http://127.0.0.1:3',
    BROKERS: 'paper-broker=http://127.0.0.1:4',
    WORKERS_METRICS_PORT: '5',
    MARKET_CALENDAR: 'always-open',
    CACHED_WORKFLOWS_MAX: '9',
  },
  api: {
    ...COMMON,
    HOST,
    DATA_FOLDERS: 'postgres=/state/postgres',
    API_PORT: '1',
    API_H2C_PORT: '2',
    API_METRICS_PORT: '10',
    DATABASE_URL: 'postgres://hub_api@127.0.0.1/hub',
    DATABASE_POOL_SIZE: '3',
    REDIS_URL: 'redis://127.0.0.1:9',
    TEMPORAL_ADDRESS: '127.0.0.1:6',
    TEMPORAL_NAMESPACE: 'default',
    MARKET_DATA_URL: 'http://127.0.0.1:3',
    BROKERS: 'paper-broker=http://127.0.0.1:4',
    MARKET_CALENDAR: 'always-open',
    MARKET_DATA_SERVICE_SECRET: 'of-market-data',
    BROKER_SECRETS: 'paper-broker=of-the-venue',
    JWT_SECRET: 'the-signing-secret',
  },
};

it.each(Object.keys(PROCESS_ENTRIES) as ProcessName[])(
  'gives %s what it reads and nothing else',
  (name) => {
    expect(processEnv(name, CALLER, WIRING)).toEqual(EXPECTED[name]);
  },
);

it('adds what was set for one process alone', () => {
  expect(processEnv('market-data', CALLER, WIRING, { PRICES_FILE: '/prices' })).toEqual({
    ...EXPECTED['market-data'],
    PRICES_FILE: '/prices',
  });
});

it('tells of the brokers that the caller names beside ours, and where ours is if he says so', () => {
  const brokersOf = (base: Record<string, string>) => {
    const { BROKERS, BROKER_SECRETS } = processEnv('workers', { ...CALLER, ...base }, WIRING);
    return [BROKERS, BROKER_SECRETS];
  };
  expect(brokersOf({ BROKERS: 'second=http://127.0.0.1:7', BROKER_SECRETS: 'second=s2' })).toEqual([
    'paper-broker=http://127.0.0.1:4,second=http://127.0.0.1:7',
    'paper-broker=of-the-venue,second=s2',
  ]);
  expect(brokersOf({ BROKERS: 'paper-broker=http://127.0.0.1:9' })).toEqual([
    'paper-broker=http://127.0.0.1:9',
    'paper-broker=of-the-venue',
  ]);
});

it('has no faults unless the profile is dev or somebody asks for them', () => {
  expect(wiringEnv({ HUB_PROFILE: 'demo' }, WIRING).FAULTS_ENABLED).toBe('false');
  expect(wiringEnv({ HUB_PROFILE: 'demo', FAULTS_ENABLED: 'true' }, WIRING).FAULTS_ENABLED).toBe(
    'true',
  );
  expect(wiringEnv({ HUB_PROFILE: 'production' }, WIRING).FAULTS_ENABLED).toBe('false');
});
