import { setTimeout as sleep } from 'node:timers/promises';
import type { ManagedProcess } from './managed-process.ts';

const FIRST_WAIT_MS = 500;
const WAIT_MS_MAX = 30_000;
const STEADY_MS = 60_000;

/**
 * Starts a process again after each crash, waiting 0.5 s, 1 s, 2 s … 30 s; a minute without a crash
 * begins the row anew.
 */
export function createKeepAlive(options: {
  say: (line: string) => void;
  isStopping: () => boolean;
  firstWaitMs?: number;
}) {
  let waitMs = options.firstWaitMs ?? FIRST_WAIT_MS;
  let startedAt = 0;
  let restarting = false;

  const restart = async (process: ManagedProcess, how: string): Promise<void> => {
    if (restarting || options.isStopping()) return;
    restarting = true;
    if (Date.now() - startedAt > STEADY_MS) waitMs = options.firstWaitMs ?? FIRST_WAIT_MS;
    let reason = how;
    for (;;) {
      options.say(`ended unasked (${reason}); starting it again in ${waitMs / 1000} s`);
      await sleep(waitMs);
      waitMs = Math.min(waitMs * 2, WAIT_MS_MAX);
      if (options.isStopping()) break;
      startedAt = Date.now();
      try {
        await process.start();
        options.say('is back');
        break;
      } catch (error) {
        reason = (error as Error).message.split('\n')[0] ?? 'unknown';
        await process.stop();
      }
    }
    restarting = false;
  };
  return { restart };
}
