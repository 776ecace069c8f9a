import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { processIdentity } from '../../dev/process-identity.ts';
import { type Stack, type StackOptions, startStack } from '../../dev/stack.ts';
import { waitUntil } from '../../dev/wait-until.ts';
import { makeStackFolder } from '../support/services.ts';

const STUB = join(import.meta.dirname, 'stub-process.ts');
const PROCESSES = ['market-data', 'paper-broker', 'workers', 'api'] as const;

/** A stack of stand-ins for our processes, with the real Redis. */
const startStubs = (options: Partial<StackOptions> & Pick<StackOptions, 'stateDir'>) =>
  startStack({
    ports: 'free',
    only: ['redis', ...PROCESSES],
    entries: Object.fromEntries(PROCESSES.map((name) => [name, STUB])),
    env: Object.fromEntries(PROCESSES.map((name) => [name, { STUB: name }])),
    ...options,
  });

async function ask(url: string): Promise<{ pid: number; env: Record<string, string> }> {
  return (await (await fetch(url)).json()) as { pid: number; env: Record<string, string> };
}

describe('a stack that runs', () => {
  const baseEnv = {
    ...process.env,
    REPORT_SEAL_SECRET_PREVIOUS: 'the-seal-of-before-with-32-bytes-or-more',
  };
  const lines: string[] = [];
  let stateDir: string;
  let stack: Stack;
  beforeAll(async () => {
    stateDir = await makeStackFolder();
    for (const folder of ['postgres', 'cache']) {
      mkdirSync(join(stateDir, folder));
      writeFileSync(join(stateDir, folder, 'file'), '');
    }
    stack = await startStubs({
      ...{ stateDir, baseEnv, workerProcesses: 2, fresh: true, keepAlive: true },
      say: (name, line) => lines.push(`${name}: ${line}`),
    });
  });
  afterAll(() => stack.stop());

  it('has emptied its state but for the tools when it was to start afresh', () => {
    expect(existsSync(join(stateDir, 'postgres'))).toBe(false);
    expect(existsSync(join(stateDir, 'cache', 'file'))).toBe(true);
  });

  it('tells every process where the others are', async () => {
    const { env } = await ask(stack.urls.api);
    expect(env).toMatchObject({
      MARKET_DATA_URL: stack.urls.marketData,
      API_H2C_PORT: String(stack.ports.apiH2c),
    });
    expect((await ask(stack.urls.workersMetrics)).env.BROKERS).toBe(
      `paper-broker=${stack.urls.paperBroker}`,
    );
    expect((await ask(stack.urls.marketData)).env.REDIS_URL).toBe(stack.env.REDIS_URL);
  });

  it('gives every process the secrets that it signs or verifies with, and no other', async () => {
    const secretsOf = async (url: string) =>
      Object.fromEntries(
        Object.entries((await ask(url)).env).filter(([name]) => /SECRET/.test(name)),
      );
    const { JWT_SECRET, MARKET_DATA_SERVICE_SECRET, BROKER_SERVICE_SECRET, REPORT_SEAL_SECRET } =
      stack.env;
    const { REPORT_SEAL_SECRET_PREVIOUS } = baseEnv;
    const made = [
      JWT_SECRET,
      MARKET_DATA_SERVICE_SECRET,
      BROKER_SERVICE_SECRET,
      REPORT_SEAL_SECRET,
    ];
    expect(new Set(made.map((secret) => secret?.length))).toEqual(new Set([64]));
    expect(new Set(made).size).toBe(4);
    expect(await secretsOf(stack.urls.api)).toEqual({
      JWT_SECRET,
      MARKET_DATA_SERVICE_SECRET,
      BROKER_SECRETS: `paper-broker=${BROKER_SERVICE_SECRET}`,
    });
    expect(await secretsOf(stack.urls.marketData)).toEqual({
      JWT_SECRET,
      MARKET_DATA_SERVICE_SECRET,
    });
    expect(await secretsOf(stack.urls.paperBroker)).toEqual({
      MARKET_DATA_SERVICE_SECRET,
      BROKER_SERVICE_SECRET,
    });
    expect(await secretsOf(stack.urls.workersMetrics)).toEqual({
      MARKET_DATA_SERVICE_SECRET,
      BROKER_SECRETS: `paper-broker=${BROKER_SERVICE_SECRET}`,
      REPORT_SEAL_SECRET,
      REPORT_SEAL_SECRET_PREVIOUS,
    });
  });

  it('starts each part again on demand under the same address', async () => {
    const before = await ask(stack.urls.api);
    await stack.processes.api?.kill('SIGKILL');
    await stack.processes.api?.restart();
    expect((await ask(stack.urls.api)).pid).not.toBe(before.pid);
  });

  it('brings a crashed process back by itself when it is told to', async () => {
    const pid = stack.processes.workers?.pid ?? 0;
    process.kill(pid, 'SIGKILL');
    const isBack = async () => lines.includes('workers: is back');
    await waitUntil(isBack, { timeoutMs: 30_000, message: 'the worker did not come back' });
    expect(stack.processes.workers?.pid).not.toBe(pid);
    expect(lines).toContainEqual(expect.stringContaining('ended unasked (signal SIGKILL)'));
  });

  it('leaves no process behind when it stops', async () => {
    const pids = [...Object.values(stack.processes), ...Object.values(stack.services)].map(
      (part) => part.pid ?? 0,
    );
    expect(pids).toHaveLength(6);
    await stack.stop();
    expect(pids.map(processIdentity)).toEqual(pids.map(() => null));
  });
});

it('stops what it had started when a later part cannot start', async () => {
  const stateDir = await makeStackFolder();
  const broken = join(stateDir, 'broken.ts');
  writeFileSync(broken, "throw new Error('out of order');");
  const entries = { ...Object.fromEntries(PROCESSES.map((name) => [name, STUB])), api: broken };
  const only = ['redis', 'workers', 'api'] as const;
  await expect(startStubs({ stateDir, entries, only })).rejects.toThrow(
    /api ended while starting[\s\S]*out of order/,
  );
  for (const name of ['redis', 'workers'])
    expect(existsSync(join(stateDir, 'pids', name)), name).toBe(false);
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

it('makes one secret that only its owner can read, and keeps it', async () => {
  const stateDir = await makeStackFolder();
  const first = await startStubs({ stateDir, only: [] });
  await first.stop();
  const second = await startStubs({ stateDir, only: [] });
  await second.stop();
  expect(second.env.JWT_SECRET).toBe(first.env.JWT_SECRET);
  expect(statSync(join(stateDir, 'jwt-secret')).mode & 0o777).toBe(0o600);
});
