import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import postgres from 'postgres';
import type { ManagedProcess } from '../dev/managed-process.ts';
import { freePorts, isPortInUse, type Ports } from '../dev/ports.ts';
import { type Stack, startStack } from '../dev/stack.ts';
import { RAISED_LIMITS } from '../test/support/raised-limits.ts';
import { LINKS, type Link, PARTS, type Part } from './plan-troubles.ts';
import { openSeverableLink, type SeverableLink } from './severable-link.ts';

export interface ChaosStack {
  readonly stateDir: string;
  readonly parts: Readonly<Record<Part, ManagedProcess>>;
  readonly links: Readonly<Record<Link, SeverableLink>>;
  /** As the clients reach it, over a link that can be cut. */
  readonly apiUrl: string;
  readonly jwtSecret: string;
  readonly hub: postgres.Sql;
  readonly venue: postgres.Sql;
  readonly temporal: Client;
  /** Stops everything; the state folder with the logs stays when asked to. */
  stop(options: { keepFiles: boolean }): Promise<void>;
}

/**
 * The market moves by itself: some 2 % a minute and a half, in quotes of few shares, so that orders
 * trade in parts and stops trigger.
 */
const MARKET = {
  SOURCE: 'simulator',
  SIMULATOR_VOLATILITY: '0.0007',
  SIMULATOR_TICK_MS: '100',
  SIMULATOR_SIZE: '40',
} as const;

/**
 * The services, then the four processes and a second worker, each talking to the others over links
 * of its own.
 */
export async function startChaosStack(seed: number): Promise<ChaosStack> {
  const stateDir = mkdtempSync(join(tmpdir(), `hub-chaos-${seed}-`));
  // Postgres runs as another user when the caller is root.
  chmodSync(stateDir, 0o755);
  const ports = await choosePorts();
  const baseEnv = {
    ...process.env,
    ...RAISED_LIMITS,
    MARKET_CALENDAR: 'always-open',
    LOG_LEVEL: 'warn',
  };
  const inFolder = (name: string) => {
    const folder = join(stateDir, name);
    mkdirSync(folder, { recursive: true });
    return folder;
  };
  const opened: { close(): Promise<void> }[] = [];
  const stopAll = async () => {
    for (const part of opened.toReversed()) await part.close();
  };
  try {
    const services = await startStack({
      stateDir: inFolder('services'),
      ports,
      baseEnv,
      only: ['postgres', 'redis', 'temporal'],
    });
    opened.push({ close: services.stop });
    const links = await openLinks(services, ports);
    opened.push({
      close: async () => void (await Promise.all(Object.values(links).map((link) => link.close()))),
    });
    const processes = await startStack({
      stateDir: inFolder('processes'),
      ports,
      baseEnv: { ...baseEnv, ...services.env },
      only: ['api', 'workers', 'market-data', 'paper-broker'],
      workerProcesses: 2,
      env: environments(services.env, links, seed),
    });
    opened.push({ close: processes.stop });
    const open = (name: string) =>
      postgres(services.env[name] ?? '', { max: 4, connect_timeout: 5, onnotice: () => {} });
    const [hub, venue] = [open('DATABASE_URL'), open('PAPER_BROKER_DATABASE_URL')];
    const connection = Connection.lazy({ address: services.env.TEMPORAL_ADDRESS ?? '' });
    opened.push({
      close: async () =>
        void (await Promise.all([
          hub.end({ timeout: 1 }),
          venue.end({ timeout: 1 }),
          connection.close(),
        ])),
    });
    return {
      stateDir,
      parts: partsOf({ ...services.services, ...processes.processes }),
      links,
      apiUrl: `http://127.0.0.1:${links['client-api'].port}`,
      jwtSecret: processes.env.JWT_SECRET ?? '',
      hub,
      venue,
      temporal: new Client({ connection, namespace: services.env.TEMPORAL_NAMESPACE ?? 'default' }),
      async stop({ keepFiles }) {
        await stopAll();
        if (!keepFiles) rmSync(stateDir, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await stopAll();
    throw error;
  }
}

function partsOf(
  running: Readonly<Record<string, ManagedProcess | undefined>>,
): Record<Part, ManagedProcess> {
  const missing = PARTS.filter((part) => running[part] === undefined);
  if (missing.length > 0)
    throw new Error(`there is no ${missing.join(' and no ')} here that could be killed`);
  return Object.fromEntries(PARTS.map((part) => [part, running[part]])) as Record<
    Part,
    ManagedProcess
  >;
}

/** The second worker's metrics have the port after the first one's. */
async function choosePorts(): Promise<Ports> {
  for (;;) {
    const ports = await freePorts();
    const next = ports.workersMetrics + 1;
    if (!Object.values(ports).includes(next) && !(await isPortInUse(next))) return ports;
  }
}

async function openLinks(services: Stack, ports: Ports): Promise<Record<Link, SeverableLink>> {
  const targets: Readonly<Record<string, number>> = {
    api: ports.api,
    postgres: Number(new URL(services.env.DATABASE_URL ?? '').port),
    temporal: ports.temporal,
    redis: ports.redis,
    'market-data': ports.marketData,
    'paper-broker': ports.paperBroker,
  };
  const targetOf = (link: Link): number => {
    const [, port] = Object.entries(targets).find(([name]) => link.endsWith(`-${name}`)) ?? [];
    if (port === undefined) throw new RangeError(`nobody knows where ${link} leads`);
    return port;
  };
  const opened = await Promise.all(
    LINKS.map(async (link) => [link, await openSeverableLink(targetOf(link))] as const),
  );
  return Object.fromEntries(opened) as Record<Link, SeverableLink>;
}

function environments(
  direct: Readonly<Record<string, string>>,
  links: Readonly<Record<Link, SeverableLink>>,
  seed: number,
) {
  const over = (variable: string, link: Link): string => {
    const url = new URL(direct[variable] ?? '');
    url.port = String(links[link].port);
    return url.toString();
  };
  const at = (link: Link) => `127.0.0.1:${links[link].port}`;
  return {
    api: {
      DATABASE_URL: over('API_DATABASE_URL', 'api-postgres'),
      TEMPORAL_ADDRESS: at('api-temporal'),
      MARKET_DATA_URL: `http://${at('api-market-data')}`,
    },
    workers: {
      DATABASE_URL: over('WORKERS_DATABASE_URL', 'workers-postgres'),
      TEMPORAL_ADDRESS: at('workers-temporal'),
      MARKET_DATA_URL: `http://${at('workers-market-data')}`,
      BROKERS: `paper-broker=http://${at('workers-paper-broker')}`,
      // They share the machine with whatever else runs on it.
      WORKERS_NICENESS: '0',
    },
    'market-data': {
      ...MARKET,
      SIMULATOR_SEED: String(seed),
      REDIS_URL: over('REDIS_URL', 'market-data-redis'),
    },
    'paper-broker': {
      PAPER_BROKER_DATABASE_URL: over('PAPER_BROKER_DATABASE_URL', 'paper-broker-postgres'),
      MARKET_DATA_URL: `http://${at('paper-broker-market-data')}`,
    },
  };
}
