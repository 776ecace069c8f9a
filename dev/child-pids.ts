import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isSameProcess, processCommand, processIdentity } from './process-identity.ts';
import { waitUntil } from './wait-until.ts';

const GRACE_MS = 10_000;

/**
 * Notes in `<stateDir>/pids` which processes were started, so that those a killed supervisor left
 * behind are found again.
 */
export function createChildPids(stateDir: string): {
  record(name: string, pid: number): void;
  forget(name: string): void;
} {
  const folder = join(stateDir, 'pids');
  return {
    record: (name, pid) => {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      writeFileSync(join(folder, name), JSON.stringify({ pid, identity: processIdentity(pid) }), {
        mode: 0o600,
      });
    },
    forget: (name) => rmSync(join(folder, name), { force: true }),
  };
}

/**
 * Stops what an earlier supervisor of this folder left running. A pid is only signalled when its
 * start time is the recorded one, so a stranger who got the number since is left alone.
 */
export async function stopOrphans(stateDir: string, say: (line: string) => void): Promise<void> {
  const folder = join(stateDir, 'pids');
  if (!existsSync(folder)) return;
  // A database takes SIGINT as "end now, in order"; all the others understand it as well.
  await Promise.all(readdirSync(folder).map((name) => stopOrphan(join(folder, name), name, say)));
}

/** The pid of a noted process that runs; null when it does not. */
export function findChild(stateDir: string, name: string): number | null {
  const { pid, identity } = readRecord(join(stateDir, 'pids', name));
  return identity !== null && isSameProcess(pid, identity) ? pid : null;
}

/**
 * Kills all that is noted and still runs, without waiting: the last resort of a supervisor that has
 * to end now.
 */
export function killOrphans(stateDir: string): void {
  const folder = join(stateDir, 'pids');
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    const { pid, identity } = readRecord(join(folder, name));
    if (identity !== null && isSameProcess(pid, identity)) process.kill(pid, 'SIGKILL');
  }
}

async function stopOrphan(file: string, name: string, say: (line: string) => void): Promise<void> {
  const { pid, identity } = readRecord(file);
  if (identity !== null && isSameProcess(pid, identity)) {
    say(
      `stopping ${name} (pid ${pid}, ${processCommand(pid).slice(0, 60)}), which an earlier run left behind`,
    );
    process.kill(pid, 'SIGCONT');
    process.kill(pid, 'SIGINT');
    const isGone = async () => !isSameProcess(pid, identity);
    try {
      await waitUntil(isGone, { timeoutMs: GRACE_MS, message: `${name} ignores SIGINT` });
    } catch (error) {
      say(`${(error as Error).message}: killing it`);
      process.kill(pid, 'SIGKILL');
      await waitUntil(isGone, {
        timeoutMs: GRACE_MS,
        message: `${name} (pid ${pid}) cannot be killed`,
      });
    }
  }
  rmSync(file, { force: true });
}

function readRecord(file: string): { pid: number; identity: string | null } {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as { pid: number; identity: string | null };
  } catch {
    // Half-written by a supervisor that was killed just then: there is nobody to name.
    return { pid: 0, identity: null };
  }
}
