import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { processIdentity } from '../../dev/process-identity.ts';
import { type StackOptions, startStack } from '../../dev/stack.ts';
import { waitUntil } from '../../dev/wait-until.ts';
import { makeStackFolder } from '../support/services.ts';

const STUB = join(import.meta.dirname, 'stub-process.ts');
const PROCESSES = ['market-data', 'paper-broker', 'workers', 'api'] as const;

/** A stack of stand-ins for our processes, with the real Redis. */
async function startStubs(options: Partial<StackOptions> = {}) {
  const stack = await startStack({
    stateDir: await makeStackFolder(),
    ports: 'free',
    only: ['redis', ...PROCESSES],
    entries: Object.fromEntries(PROCESSES.map((name) => [name, STUB])),
    env: Object.fromEntries(PROCESSES.map((name) => [name, { STUB: name }])),
    ...options,
  });
  onTestFinished(() => stack.stop());
  return stack;
}

async function ask(url: string): Promise<{ pid: number; env: Record<string, string> }> {
  return (await (await fetch(url)).json()) as { pid: number; env: Record<string, string> };
}

it('tells every process where the others are', async () => {
  const stack = await startStubs();
  const { env } = await ask(stack.urls.api);
  expect(env).toMatchObject({ REDIS_URL: stack.env.REDIS_URL, MARKET_DATA_URL: stack.urls.marketData, BROKER_URL: stack.urls.paperBroker });
  expect(env.VITEST).toBeUndefined();
  expect((await ask(stack.urls.workersMetrics)).env.JWT_SECRET).toBe(env.JWT_SECRET);
});

it('leaves no process behind when it stops', async () => {
  const stack = await startStubs({ workerProcesses: 2 });
  const pids = [...Object.values(stack.processes), ...Object.values(stack.services)].map((part) => part.pid ?? 0);
  expect(pids).toHaveLength(6);
  await stack.stop();
  expect(pids.map(processIdentity)).toEqual(pids.map(() => null));
});

it('starts each part again on demand under the same address', async () => {
  const stack = await startStubs();
  const before = await ask(stack.urls.api);
  await stack.processes.api?.kill('SIGKILL');
  await stack.processes.api?.restart();
  expect((await ask(stack.urls.api)).pid).not.toBe(before.pid);
});

it('brings a crashed process back by itself when it is told to', async () => {
  const lines: string[] = [];
  const stack = await startStubs({ keepAlive: true, say: (name, line) => lines.push(`${name}: ${line}`) });
  const pid = stack.processes.workers?.pid ?? 0;
  process.kill(pid, 'SIGKILL');
  const isBack = async () => lines.includes('workers: is back');
  await waitUntil(isBack, { timeoutMs: 30_000, message: 'the worker did not come back' });
  expect(stack.processes.workers?.pid).not.toBe(pid);
  expect(lines).toContainEqual(expect.stringContaining('ended unasked (signal SIGKILL)'));
});

it('stops what it had started when a later part cannot start', async () => {
  const stateDir = await makeStackFolder();
  const broken = join(stateDir, 'broken.ts');
  writeFileSync(broken, "throw new Error('out of order');");
  const entries = { ...Object.fromEntries(PROCESSES.map((name) => [name, STUB])), api: broken };
  await expect(startStubs({ stateDir, entries })).rejects.toThrow(/api ended while starting[\s\S]*out of order/);
  expect(existsSync(join(stateDir, 'pids', 'redis'))).toBe(false);
});

it('ends a start that is aborted, with nothing left running', async () => {
  const stateDir = await makeStackFolder();
  const stop = new AbortController();
  const options = {
    stateDir,
    ports: 'free',
    only: ['redis'],
    say: (_: string, line: string) => line.startsWith('Redis') && stop.abort(),
  } as const;
  await expect(startStack(options, stop.signal)).rejects.toThrow();
  const isGone = async () => !existsSync(join(stateDir, 'pids', 'redis'));
  await waitUntil(isGone, { timeoutMs: 10_000, message: 'Redis still runs' });
});

it('empties its state but for the tools when it starts afresh', async () => {
  const stateDir = await makeStackFolder();
  for (const folder of ['postgres', 'cache']) {
    mkdirSync(join(stateDir, folder));
    writeFileSync(join(stateDir, folder, 'file'), '');
  }
  await startStubs({ stateDir, fresh: true });
  expect(existsSync(join(stateDir, 'postgres'))).toBe(false);
  expect(existsSync(join(stateDir, 'cache', 'file'))).toBe(true);
});

it('makes one secret that only its owner can read, and keeps it', async () => {
  const stateDir = await makeStackFolder();
  const first = await startStubs({ stateDir, only: [] });
  await first.stop();
  const second = await startStubs({ stateDir, only: [] });
  expect(second.env.JWT_SECRET).toBe(first.env.JWT_SECRET);
  expect(statSync(join(stateDir, 'jwt-secret')).mode & 0o777).toBe(0o600);
});
