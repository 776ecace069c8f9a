import { expect, it, onTestFinished } from 'vitest';
import { forkJobs } from '../../bench/job-process.ts';
import type { EchoJobs } from './echo-process.ts';

const TIMEOUT_MS = 20_000;

function startEcho() {
  const echo = forkJobs<EchoJobs>(new URL('./echo-process.ts', import.meta.url));
  onTestFinished(() => echo.stop());
  return echo;
}

it('gives each job its own answer, in whatever order they come', async () => {
  const echo = startEcho();
  const answers = await Promise.all([
    echo.run('echo', { text: 'slow', delayMs: 50 }, TIMEOUT_MS),
    echo.run('echo', { text: 'fast', delayMs: 0 }, TIMEOUT_MS),
  ]);
  expect(answers).toEqual(['slow', 'fast']);
});

it('passes on what a job throws', async () => {
  await expect(startEcho().run('fail', 'no such account', TIMEOUT_MS)).rejects.toThrow(
    'no such account',
  );
});

it('fails what still waits when the program ends', async () => {
  await expect(startEcho().run('exit', 3, TIMEOUT_MS)).rejects.toThrow('exit code 3');
});

it('gives up a job that takes too long', async () => {
  await expect(startEcho().run('echo', { text: 'late', delayMs: 60_000 }, 10)).rejects.toThrow(
    'echo took longer than 0.01 s',
  );
});

it('leaves no process behind', async () => {
  const echo = startEcho();
  await echo.stop();
  expect(() => process.kill(echo.pid, 0)).toThrow('ESRCH');
});
