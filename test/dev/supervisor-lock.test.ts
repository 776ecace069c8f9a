import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { takeSupervisorLock } from '../../dev/supervisor-lock.ts';
import { makeFolder } from './temporary-folder.ts';

const LOCK_MODULE = join(import.meta.dirname, '..', '..', 'dev', 'supervisor-lock.ts');

/** Takes the lock in a process of its own, says so, and holds it until it is killed. */
async function holdInAnotherProcess(stateDir: string) {
  const program = `import { takeSupervisorLock } from ${JSON.stringify(LOCK_MODULE)};
    takeSupervisorLock(${JSON.stringify(stateDir)}, () => {});
    console.log('held');
    setInterval(() => {}, 1000);`;
  const holder = spawn(process.execPath, ['--input-type=module-typescript', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(holder.stdout, 'data');
  return holder;
}

it('rejects a second supervisor in one sentence that names the first', async () => {
  const stateDir = makeFolder();
  const holder = await holdInAnotherProcess(stateDir);
  try {
    expect(() => takeSupervisorLock(stateDir, () => {})).toThrow(
      new RegExp(`already running in this checkout \\(pid ${holder.pid}`),
    );
  } finally {
    holder.kill('SIGKILL');
    await once(holder, 'close');
  }
});

it('takes over from a supervisor that was killed, with one line', async () => {
  const stateDir = makeFolder();
  const holder = await holdInAnotherProcess(stateDir);
  holder.kill('SIGKILL');
  await once(holder, 'close');
  const lines: string[] = [];
  const lock = takeSupervisorLock(stateDir, (line) => lines.push(line));
  expect(lines).toEqual([expect.stringContaining(`pid ${holder.pid}`)]);
  lock.release();
});

it('is not held up by a stranger who got the pid of a dead supervisor', () => {
  const stateDir = makeFolder();
  const dead = {
    pid: process.ppid,
    identity: 'another boot:1',
    startedAt: '2026-01-01T00:00:00.000Z',
  };
  writeFileSync(join(stateDir, 'supervisor.lock'), JSON.stringify(dead));
  takeSupervisorLock(stateDir, () => {}).release();
  expect(existsSync(join(stateDir, 'supervisor.lock'))).toBe(false);
});

it('takes over a lock file that was cut off while it was written', () => {
  const stateDir = makeFolder();
  writeFileSync(join(stateDir, 'supervisor.lock'), '{"pid":12');
  takeSupervisorLock(stateDir, () => {}).release();
});

it('leaves nothing behind when it is released', () => {
  const stateDir = makeFolder();
  takeSupervisorLock(stateDir, () => {}).release();
  expect(readdirSync(stateDir)).toEqual([]);
});
