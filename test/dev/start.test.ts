import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { freePorts, PORTS, type PortName, type Ports } from '../../dev/ports.ts';
import { isSameProcess } from '../../dev/process-identity.ts';
import { waitUntil } from '../../dev/wait-until.ts';
import { tradeCommands } from '../../dev/welcome.ts';
import { makeStackFolder } from '../support/services.ts';
import { listOpen } from './open-paths.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const LONG_MS = 180_000;

interface Supervisor {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly ended: Promise<number | null>;
  end(): Promise<void>;
}

/**
 * `npm start` without npm, beside any other that runs, as a user of the variables would start it.
 */
function launch(stateDir: string, ports: Ports, args: readonly string[] = []): Supervisor {
  const variables = Object.entries(ports).map(([name, port]) => [
    PORTS[name as PortName].variable,
    String(port),
  ]);
  const env = { ...process.env, ...Object.fromEntries(variables), HUB_STATE_DIR: stateDir };
  const child = spawn(process.execPath, [join(ROOT, 'dev', 'start.ts'), ...args], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const end = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  return { child, output: () => output, ended, end };
}

/** One that ends with the test. */
function start(stateDir: string, ports: Ports): Supervisor {
  const supervisor = launch(stateDir, ports);
  onTestFinished(supervisor.end);
  return supervisor;
}

async function untilReady({ child, output }: Supervisor): Promise<void> {
  const isSettled = async () => output().includes('is ready in') || child.exitCode !== null;
  await waitUntil(isSettled, { timeoutMs: LONG_MS, message: `not ready:\n${output()}` });
  expect(output()).toContain('is ready in');
}

/** Those of the state folder's noted processes that run. */
function listRunning(stateDir: string): string[] {
  const folder = join(stateDir, 'pids');
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((name) => {
    const { pid, identity } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as {
      pid: number;
      identity: string;
    };
    return isSameProcess(pid, identity);
  });
}

async function runShell(commands: readonly string[]): Promise<string> {
  return (await promisify(execFile)('sh', ['-c', commands.join('\n')])).stdout;
}

describe('a stack in a folder of its own', { timeout: LONG_MS }, () => {
  let stateDir: string;
  let ports: Ports;
  let logIn: string;
  let buy: string;
  let position: string;
  let supervisor: Supervisor;
  let token: string | undefined;

  beforeAll(async () => {
    stateDir = await makeStackFolder();
    ports = await freePorts();
    [logIn, buy, position] = tradeCommands(`http://127.0.0.1:${ports.api}`);
  });
  afterAll(() => supervisor?.end(), LONG_MS);

  it('comes up from nothing, with empty data when it is told to', async () => {
    writeFileSync(join(stateDir, 'left-over'), '');
    supervisor = launch(stateDir, ports, ['--fresh']);
    await untilReady(supervisor);
    expect(existsSync(join(stateDir, 'left-over'))).toBe(false);
  });

  it('leaves others nothing of what services and processes write', () => {
    const names = readdirSync(stateDir, { recursive: true, encoding: 'utf8' });
    expect(names).toEqual(
      expect.arrayContaining([
        'temporal/temporal.db',
        'logs/market-data.log',
        'pids/redis',
        'passwords/hub_api',
      ]),
    );
    expect(listOpen(stateDir)).toEqual([]);
    expect(statSync(stateDir).mode & 0o067).toBe(0);
  });

  it('is UP with all its parts, as npm run status says, and warns of nothing', async () => {
    const program = `HUB_URL=http://127.0.0.1:${ports.api} "${process.execPath}" "${join(ROOT, 'dev', 'status.ts')}"`;
    const isUp = () =>
      runShell([program]).then(
        (output) => output.startsWith('The system is UP'),
        () => false,
      );
    await waitUntil(isUp, { timeoutMs: LONG_MS, everyMs: 500, message: 'not UP' });
    expect(supervisor.output()).not.toMatch(/^warning /m);
  });

  it('says three commands, which buy ten shares', async () => {
    for (const command of [logIn, buy, position]) expect(supervisor.output()).toContain(command);
    const lines = (await runShell([logIn, buy, position, 'echo "$TOKEN"'])).trim().split('\n');
    const [order = '', shares = ''] = lines;
    expect(JSON.parse(order)).toMatchObject({ symbol: 'AAPL', side: 'BUY', quantity: '10' });
    expect(JSON.parse(shares)).toMatchObject({ symbol: 'AAPL', quantity: '10' });
    token = lines[2];
  });

  it('recovers by itself from a kill -9, with positions and tokens as they were', async () => {
    supervisor.child.kill('SIGKILL');
    await supervisor.ended;
    expect(listRunning(stateDir)).not.toEqual([]);
    supervisor = launch(stateDir, ports);
    await untilReady(supervisor);
    expect(supervisor.output()).toContain('did not end in order: taking over');
    expect(JSON.parse(await runShell([`TOKEN=${token}`, position]))).toMatchObject({
      quantity: '10',
    });
  });

  it('lets no second one in', async () => {
    const second = start(stateDir, ports);
    expect(await second.ended).toBe(1);
    expect(second.output().trim().split('\n')).toEqual([
      expect.stringContaining('already running in this checkout'),
    ]);
  });

  it('ends with all that it started at one Ctrl-C', async () => {
    supervisor.child.kill('SIGINT');
    // One Ctrl-C arrives from the terminal, from npm and from the bootstrap.
    supervisor.child.kill('SIGINT');
    expect(await supervisor.ended).toBe(0);
    expect(listRunning(stateDir)).toEqual([]);
    expect(existsSync(join(stateDir, 'supervisor.lock'))).toBe(false);
  });
});

it('says in a sentence which port is taken, by whom, and what to set, and starts nothing', async () => {
  const stateDir = await makeStackFolder();
  const ports = await freePorts();
  const blocker = createServer().listen(ports.marketData, '127.0.0.1');
  onTestFinished(() => new Promise<void>((resolve) => blocker.close(() => resolve())));
  await once(blocker, 'listening');
  const { ended, output } = start(stateDir, ports);
  expect(await ended).toBe(1);
  expect(output()).toMatch(
    new RegExp(
      `Port ${ports.marketData} \\(market data\\) is in use by pid ${process.pid}.*set MARKET_DATA_PORT`,
    ),
  );
  expect(listRunning(stateDir)).toEqual([]);
});

it(
  'stops in the middle of its start',
  async () => {
    const stateDir = await makeStackFolder();
    const { child, output, ended } = start(stateDir, await freePorts());
    await waitUntil(async () => output().includes('Postgres:'), {
      timeoutMs: LONG_MS,
      message: 'it does not start',
    });
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect(listRunning(stateDir)).toEqual([]);
  },
  LONG_MS,
);

it('rejects a number of workers that makes no sense', async () => {
  const run = promisify(execFile)(process.execPath, [join(ROOT, 'dev', 'start.ts')], {
    env: { ...process.env, WORKER_PROCESSES: 'many' },
  });
  await expect(run).rejects.toMatchObject({
    stderr: expect.stringContaining('WORKER_PROCESSES=many must be a whole number'),
  });
});
