import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { freePorts, PORTS, type PortName, type Ports } from '../../dev/ports.ts';
import { isSameProcess } from '../../dev/process-identity.ts';
import { waitUntil } from '../../dev/wait-until.ts';
import { tradeCommands } from '../../dev/welcome.ts';
import { makeStackFolder } from '../support/services.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const LONG_MS = 180_000;

interface Supervisor {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly ended: Promise<number | null>;
}

/** `npm start` without npm, beside any other that runs, as a user of the variables would start it. */
function start(stateDir: string, ports: Ports, args: readonly string[] = []): Supervisor {
  const variables = Object.entries(ports).map(([name, port]) => [PORTS[name as PortName].variable, String(port)]);
  const env = { ...process.env, ...Object.fromEntries(variables), HUB_STATE_DIR: stateDir };
  const child = spawn(process.execPath, [join(ROOT, 'dev', 'start.ts'), ...args], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const ended = once(child, 'close').then(([code]) => code as number | null);
  onTestFinished(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  return { child, output: () => output, ended };
}

async function startAndWait(stateDir: string, ports: Ports, args: readonly string[] = []): Promise<Supervisor> {
  const supervisor = start(stateDir, ports, args);
  const isSettled = async () => supervisor.output().includes('is ready in') || supervisor.child.exitCode !== null;
  await waitUntil(isSettled, { timeoutMs: LONG_MS, message: `not ready:\n${supervisor.output()}` });
  expect(supervisor.output()).toContain('is ready in');
  return supervisor;
}

/** Those of the state folder's noted processes that run. */
function listRunning(stateDir: string): string[] {
  const folder = join(stateDir, 'pids');
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((name) => {
    const { pid, identity } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { pid: number; identity: string };
    return isSameProcess(pid, identity);
  });
}

async function runShell(commands: readonly string[]): Promise<string> {
  return (await promisify(execFile)('sh', ['-c', commands.join('\n')])).stdout;
}

it(
  'brings everything up from nothing, and its three commands buy ten shares',
  async () => {
    const stateDir = await makeStackFolder();
    const ports = await freePorts();
    const { child, output, ended } = await startAndWait(stateDir, ports);
    const commands = tradeCommands(`http://127.0.0.1:${ports.api}`);
    for (const command of commands) expect(output()).toContain(command);
    const [order, position] = (await runShell(commands)).trim().split('\n');
    expect(JSON.parse(order ?? '')).toMatchObject({ symbol: 'AAPL', side: 'BUY', quantity: '10' });
    expect(JSON.parse(position ?? '')).toMatchObject({ symbol: 'AAPL', quantity: '10' });
    child.kill('SIGINT');
    // One Ctrl-C arrives from the terminal, from npm and from the bootstrap.
    child.kill('SIGINT');
    expect(await ended).toBe(0);
    expect(listRunning(stateDir)).toEqual([]);
    expect(existsSync(join(stateDir, 'supervisor.lock'))).toBe(false);
  },
  LONG_MS,
);

it(
  'recovers by itself from a kill -9, with positions and tokens as they were',
  async () => {
    const stateDir = await makeStackFolder();
    const ports = await freePorts();
    const [logIn, buy, position] = tradeCommands(`http://127.0.0.1:${ports.api}`);
    const first = await startAndWait(stateDir, ports);
    const token = (await runShell([logIn, buy, position, 'echo "$TOKEN"'])).trim().split('\n').at(-1);
    first.child.kill('SIGKILL');
    await first.ended;
    expect(listRunning(stateDir)).not.toEqual([]);
    const second = await startAndWait(stateDir, ports);
    expect(second.output()).toContain('did not end in order: taking over');
    expect(JSON.parse(await runShell([`TOKEN=${token}`, position]))).toMatchObject({ quantity: '10' });
    const third = start(stateDir, ports);
    expect(await third.ended).toBe(1);
    expect(third.output().trim().split('\n')).toEqual([expect.stringContaining('already running in this checkout')]);
  },
  LONG_MS,
);

it(
  'begins with empty data when it is told to',
  async () => {
    const stateDir = await makeStackFolder();
    writeFileSync(join(stateDir, 'left-over'), '');
    await startAndWait(stateDir, await freePorts(), ['--fresh']);
    expect(existsSync(join(stateDir, 'left-over'))).toBe(false);
  },
  LONG_MS,
);

it('says in a sentence which port is taken, by whom, and what to set, and starts nothing', async () => {
  const stateDir = await makeStackFolder();
  const ports = await freePorts();
  const blocker = createServer().listen(ports.marketData, '127.0.0.1');
  onTestFinished(() => new Promise<void>((resolve) => blocker.close(() => resolve())));
  await once(blocker, 'listening');
  const { ended, output } = start(stateDir, ports);
  expect(await ended).toBe(1);
  expect(output()).toMatch(new RegExp(`Port ${ports.marketData} \\(market data\\) is in use by pid ${process.pid}.*set MARKET_DATA_PORT`));
  expect(listRunning(stateDir)).toEqual([]);
});

it(
  'stops in the middle of its start',
  async () => {
    const stateDir = await makeStackFolder();
    const { child, output, ended } = start(stateDir, await freePorts());
    await waitUntil(async () => output().includes('Postgres:'), { timeoutMs: LONG_MS, message: 'it does not start' });
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect(listRunning(stateDir)).toEqual([]);
  },
  LONG_MS,
);

it('refuses a number of workers that makes no sense', async () => {
  const run = promisify(execFile)(process.execPath, [join(ROOT, 'dev', 'start.ts')], { env: { ...process.env, WORKER_PROCESSES: 'many' } });
  await expect(run).rejects.toMatchObject({ stderr: expect.stringContaining('WORKER_PROCESSES=many must be a whole number') });
});
