import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { createChildPids, killOrphans, stopOrphans } from '../../dev/child-pids.ts';
import { createManagedProcess, type ProcessSpec } from '../../dev/managed-process.ts';
import { processIdentity } from '../../dev/process-identity.ts';
import { waitUntil } from '../../dev/wait-until.ts';
import { makeFolder } from './temporary-folder.ts';

/**
 * A process that runs this program and counts as ready when the program has written the file
 * `ready`.
 */
function createProcess(program: string, spec: Partial<ProcessSpec> = {}) {
  const folder = makeFolder();
  const managed = createManagedProcess({
    name: 'program',
    command: process.execPath,
    args: ['-e', program],
    cwd: folder,
    logFile: join(folder, 'logs', 'program.log'),
    isReady: async () => existsSync(join(folder, 'ready')),
    readyTimeoutMs: 30_000,
    ...spec,
  });
  onTestFinished(async () => {
    await managed.kill('SIGKILL');
  });
  return { managed, folder };
}

const BECOME_READY = "require('fs').writeFileSync('ready', ''); setInterval(() => {}, 1000);";

it('is started when it is ready, and gone when stop returns', async () => {
  const { managed } = createProcess(BECOME_READY);
  await managed.start();
  const pid = managed.pid ?? 0;
  expect(processIdentity(pid)).not.toBeNull();
  await managed.stop();
  expect(managed.pid).toBeUndefined();
  expect(processIdentity(pid)).toBeNull();
});

it('says with its last lines why it could not start', async () => {
  const { managed, folder } = createProcess(
    "console.error('the cupboard is bare'); process.exit(4);",
  );
  await expect(managed.start()).rejects.toThrow(
    /program ended while starting \(exit code 4\)[\s\S]*the cupboard is bare/,
  );
  expect(readFileSync(join(folder, 'logs', 'program.log'), 'utf8')).toContain(
    'the cupboard is bare',
  );
});

it('is not left running when it never becomes ready', async () => {
  const pids: number[] = [];
  const { managed } = createProcess('setInterval(() => {}, 1000);', {
    readyTimeoutMs: 300,
    onSpawn: (pid) => pids.push(pid),
  });
  await expect(managed.start()).rejects.toThrow('was not ready');
  expect(processIdentity(pids[0] ?? 0)).toBeNull();
});

it('is killed when it ignores the request to end', async () => {
  const { managed } = createProcess(`process.on('SIGTERM', () => {}); ${BECOME_READY}`, {
    graceMs: 200,
  });
  await managed.start();
  await managed.stop();
  expect(managed.pid).toBeUndefined();
});

it('ends even while it is frozen', async () => {
  const { managed } = createProcess(BECOME_READY);
  await managed.start();
  await managed.kill('SIGSTOP');
  await managed.stop();
  expect(managed.pid).toBeUndefined();
});

it('reports a crash, and neither a stop nor a kill that was asked for', async () => {
  const crashes: string[] = [];
  const { managed } = createProcess(BECOME_READY, { onCrash: (how) => crashes.push(how) });
  await managed.start();
  await managed.kill('SIGKILL');
  await managed.restart();
  await managed.stop();
  expect(crashes).toEqual([]);
  await managed.start();
  process.kill(managed.pid ?? 0, 'SIGKILL');
  await waitUntil(async () => crashes.length > 0, {
    timeoutMs: 10_000,
    message: 'no crash was reported',
  });
  expect(crashes).toEqual(['signal SIGKILL']);
});

it('stops the children of a killed supervisor at the next start', async () => {
  const { managed } = createProcess(BECOME_READY);
  await managed.start();
  const stateDir = makeFolder();
  createChildPids(stateDir).record('program', managed.pid ?? 0);
  const lines: string[] = [];
  await stopOrphans(stateDir, (line) => lines.push(line));
  await waitUntil(async () => managed.pid === undefined, {
    timeoutMs: 10_000,
    message: 'the orphan still runs',
  });
  expect(lines).toEqual([expect.stringContaining('stopping program')]);
  await stopOrphans(stateDir, (line) => lines.push(line));
  expect(lines).toHaveLength(1);
});

it('never signals a stranger who has the pid of a former child', async () => {
  const { managed } = createProcess(BECOME_READY);
  await managed.start();
  const stateDir = makeFolder();
  createChildPids(stateDir).record('program', managed.pid ?? 0);
  writeFileSync(
    join(stateDir, 'pids', 'program'),
    JSON.stringify({ pid: managed.pid, identity: 'another boot:1' }),
  );
  killOrphans(stateDir);
  await stopOrphans(stateDir, () => {});
  await sleep(100);
  expect(managed.pid).toBeDefined();
});
