import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';

const PROGRAM = fileURLToPath(new URL('./stray-process.ts', import.meta.url));

it('answers 500 for what a request loses and goes on, and ends for what the process itself loses', async () => {
  const child = spawn(process.execPath, [PROGRAM], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const exited = once(child, 'exit');
  const logs: Record<string, unknown>[] = [];
  const port = await new Promise<unknown>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const entry: Record<string, unknown> = JSON.parse(line);
      logs.push(entry);
      if (entry.msg === 'listening') resolve(entry.port);
    });
  });
  const ask = (path: string) =>
    fetch(`http://127.0.0.1:${port}${path}`, { headers: { 'x-request-id': path.slice(1) } });
  for (const path of ['/rejection', '/exception']) {
    expect((await ask(path)).status).toBe(500);
    expect(await (await ask('/')).text()).toBe(String(child.pid));
    await expect
      .poll(() => logs.at(-1))
      .toMatchObject({ msg: 'an error escaped its handler', requestId: path.slice(1) });
  }
  child.kill('SIGUSR2');
  expect(await exited).toEqual([1, null]);
  await expect.poll(() => logs.at(-1)).toMatchObject({ level: 60, msg: 'unhandled rejection' });
});
