import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pino } from 'pino';
import { systemEnv } from '../../dev/system-env.ts';
import { TEST_SECRETS } from '../support/service-tokens.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'market-data', 'main.ts');

export const silentLogger = pino({ level: 'silent' });

export interface RunningProcess {
  child: ChildProcess;
  port: number;
  /** Sends the signal and waits for the end; the exit code, `null` when the signal ended it. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
}

export interface MarketDataProcess extends RunningProcess {
  baseUrl: string;
  metricsUrl: string;
  /** Every line it logged so far. */
  logs: Record<string, unknown>[];
  /** Every line it wrote to stderr: none, if all is well. */
  complaints: string[];
  /** The value of a metric by its full name with labels; 0 when it is not there yet. */
  metric(name: string): Promise<number>;
}

/**
 * The real service in its own process. Prices stand still unless the variables say otherwise.
 * Rejects with what it wrote when it does not start.
 */
export async function startMarketData(
  variables: Record<string, string> = {},
): Promise<MarketDataProcess> {
  const child = spawn(process.execPath, [MAIN], {
    env: {
      ...systemEnv(process.env),
      MARKET_DATA_PORT: '0',
      MARKET_DATA_METRICS_PORT: '0',
      REPLAY_TICK_MS: '0',
      ...TEST_SECRETS,
      ...variables,
    },
    stdio: 'pipe',
  });
  const complaints: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => complaints.push(line));
  const logs: Record<string, unknown>[] = [];
  const { port, metricsPort } = await new Promise<{ port: number; metricsPort: number }>(
    (resolve, reject) => {
      child.once('close', (code) =>
        reject(new Error(`market-data ended with ${code}: ${complaints.join('\n')}`)),
      );
      createInterface({ input: child.stdout }).on('line', (line) => {
        const entry: Record<string, unknown> = JSON.parse(line);
        logs.push(entry);
        if (entry.msg === 'listening')
          resolve({ port: Number(entry.port), metricsPort: Number(entry.metricsPort) });
      });
    },
  );
  const baseUrl = `http://127.0.0.1:${port}`;
  const metricsUrl = `http://127.0.0.1:${metricsPort}/metrics`;
  const metric = async (name: string): Promise<number> => {
    const text = await (await fetch(metricsUrl)).text();
    const line = text.split('\n').find((candidate) => candidate.startsWith(`${name} `));
    return line === undefined ? 0 : Number(line.slice(name.length + 1));
  };
  return {
    child,
    port,
    baseUrl,
    metricsUrl,
    logs,
    complaints,
    metric,
    end: (signal) => endProcess(child, signal),
  };
}

/** A real Redis that keeps nothing on disk. */
export async function startRedis(port?: number): Promise<RunningProcess & { url: string }> {
  const chosen = port ?? (await findFreePort());
  const child = spawn(
    'redis-server',
    ['--port', String(chosen), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`redis-server ended with ${code}`)));
    createInterface({ input: child.stdout }).on(
      'line',
      (line) => line.includes('Ready to accept connections') && resolve(),
    );
  });
  return {
    child,
    port: chosen,
    url: `redis://127.0.0.1:${chosen}`,
    end: (signal) => endProcess(child, signal),
  };
}

export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port was opened');
  return address.port;
}

async function endProcess(
  child: ChildProcess,
  signal: NodeJS.Signals = 'SIGTERM',
): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }
  return child.exitCode;
}
