import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Polls until `check` says true. Throws `message` after `timeoutMs`; an error thrown by `check`
 * ends the wait at once.
 */
export async function waitUntil(
  check: () => Promise<boolean>,
  options: { timeoutMs: number; everyMs?: number; message: string },
): Promise<void> {
  const deadline = Date.now() + options.timeoutMs;
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error(options.message);
    await sleep(options.everyMs ?? 50);
  }
}

/** Whether an HTTP endpoint answers 2xx now. */
export async function answersOk(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
