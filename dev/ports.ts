import { execFileSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { processCommand } from './process-identity.ts';

export type PortName =
  | 'api'
  | 'apiH2c'
  | 'marketData'
  | 'paperBroker'
  | 'apiMetrics'
  | 'marketDataMetrics'
  | 'paperBrokerMetrics'
  | 'workersMetrics'
  | 'temporal'
  | 'temporalUi'
  | 'postgres'
  | 'redis';
export type Ports = Readonly<Record<PortName, number>>;

/** Each port that the stack listens on: the variable that moves it and where it is by default. */
export const PORTS: Readonly<Record<PortName, { variable: string; default: number }>> = {
  api: { variable: 'API_PORT', default: 8080 },
  apiH2c: { variable: 'API_H2C_PORT', default: 8081 },
  marketData: { variable: 'MARKET_DATA_PORT', default: 8082 },
  paperBroker: { variable: 'PAPER_BROKER_PORT', default: 8083 },
  apiMetrics: { variable: 'API_METRICS_PORT', default: 9461 },
  marketDataMetrics: { variable: 'MARKET_DATA_METRICS_PORT', default: 9462 },
  paperBrokerMetrics: { variable: 'PAPER_BROKER_METRICS_PORT', default: 9463 },
  workersMetrics: { variable: 'WORKERS_METRICS_PORT', default: 9464 },
  temporal: { variable: 'TEMPORAL_PORT', default: 7233 },
  temporalUi: { variable: 'TEMPORAL_UI_PORT', default: 8233 },
  postgres: { variable: 'POSTGRES_PORT', default: 54_320 },
  redis: { variable: 'REDIS_PORT', default: 63_790 },
};

/**
 * The fixed ports of `npm start`, each moved by its variable. Throws a sentence for a value that is
 * no port.
 */
export function devPorts(env: NodeJS.ProcessEnv): Ports {
  const entries = Object.entries(PORTS).map(([name, { variable, default: fallback }]) => {
    const port = Number(env[variable] || fallback);
    if (!Number.isInteger(port) || port < 1 || port > 65_535)
      throw new Error(`${variable}=${env[variable]} is not a port number`);
    return [name, port];
  });
  return Object.fromEntries(entries) as Ports;
}

/** Ports that were free a moment ago, all different, for stacks that run beside others. */
export async function freePorts(): Promise<Ports> {
  const names = Object.keys(PORTS);
  const ports = await findFreePorts(names.length);
  return Object.fromEntries(names.map((name, index) => [name, ports[index]])) as Ports;
}

/**
 * Below the ports that the kernel gives to outgoing connections (32768 on Linux): a process that is
 * killed and started again gets its own back.
 */
const FREE_PORTS = { from: 12_000, to: 32_000 } as const;

export async function findFreePorts(count: number): Promise<number[]> {
  const servers: Server[] = [];
  while (servers.length < count) {
    const port = randomInt(FREE_PORTS.from, FREE_PORTS.to);
    const server = await listenOn(port);
    if (server) servers.push(server);
  }
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** `null` when the port is taken. */
function listenOn(port: number): Promise<Server | null> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(null) : reject(error),
    );
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => resolve(server));
  });
}

/** Whether somebody listens on the port, on the loopback address or on all of them. */
export async function isPortInUse(port: number): Promise<boolean> {
  return (await isAnswering(port)) || !(await isBindable(port));
}

function isAnswering(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: 1_000 });
    const settle = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => settle(true)).once('error', () => settle(false));
    socket.once('timeout', () => settle(true));
  });
}

function isBindable(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () =>
      server.close(() => resolve(true)),
    );
  });
}

/**
 * One sentence for each port that is taken: which, by whom if that can be seen, and the variable
 * that moves ours.
 */
export async function describeTakenPorts(
  wanted: ReadonlyArray<{ port: number; use: string; variable: string }>,
): Promise<string[]> {
  const taken = await Promise.all(wanted.map(({ port }) => isPortInUse(port)));
  return wanted
    .filter((_, index) => taken[index])
    .map(({ port, use, variable }) => {
      const owner = findPortOwner(port);
      return `Port ${port} (${use}) is in use${owner ? ` by ${owner}` : ''}: stop that process or set ${variable} to a free port.`;
    });
}

/**
 * The process that listens on a port, as `pid 123 (node server.js)`; `null` when it cannot be seen
 * (another user's, say).
 */
export function findPortOwner(port: number): string | null {
  const pid = ownerFromProc(port) ?? ownerFromLsof(port);
  return pid === null ? null : `pid ${pid} (${processCommand(pid).slice(0, 80) || 'unknown'})`;
}

function ownerFromProc(port: number): number | null {
  const inodes = new Set<string>();
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of readLines(table)) {
      const fields = line.trim().split(/\s+/);
      // Field 3 is the state: 0A is LISTEN.
      if (fields[1]?.endsWith(`:${hex}`) && fields[3] === '0A' && fields[9])
        inodes.add(`socket:[${fields[9]}]`);
    }
  }
  if (inodes.size === 0) return null;
  return (
    listPids().find((pid) => listLinks(`/proc/${pid}/fd`).some((link) => inodes.has(link))) ?? null
  );
}

function readLines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch {
    return [];
  }
}

function listPids(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function listLinks(folder: string): string[] {
  try {
    return readdirSync(folder).map((name) => readlinkSync(`${folder}/${name}`));
  } catch {
    return [];
  }
}

function ownerFromLsof(port: number): number | null {
  try {
    const out = execFileSync('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-t'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return Number(out.trim().split('\n')[0]) || null;
  } catch {
    return null;
  }
}
