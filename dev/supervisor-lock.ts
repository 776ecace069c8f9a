import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isSameProcess, processIdentity } from './process-identity.ts';

interface Holder {
  readonly pid: number;
  readonly identity: string;
  readonly startedAt: string;
}

export interface SupervisorLock {
  release(): void;
}

/**
 * Makes sure that one supervisor at a time works on a state folder. Throws a sentence when another
 * one lives; the lock of a dead one (kill -9, power cut) is taken over with one line.
 */
export function takeSupervisorLock(stateDir: string, say: (line: string) => void): SupervisorLock {
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  const file = join(stateDir, 'supervisor.lock');
  const own: Holder = {
    pid: process.pid,
    identity: processIdentity(process.pid) ?? '',
    startedAt: new Date().toISOString(),
  };
  while (!isCreated(file, own)) {
    const text = readText(file);
    if (text === null) continue;
    const holder = parseHolder(text);
    if (holder && isSameProcess(holder.pid, holder.identity)) {
      throw new Error(
        `Hub is already running in this checkout (pid ${holder.pid}, since ${holder.startedAt}): use that one, or stop it with Ctrl-C or kill ${holder.pid}.`,
      );
    }
    if (isRemoved(file, text))
      say(`an earlier run (pid ${holder?.pid ?? 'unknown'}) did not end in order: taking over`);
  }
  return {
    release: () => {
      if (readText(file) === JSON.stringify(own)) rmSync(file, { force: true });
    },
  };
}

/** Written aside and linked into place, so that nobody ever reads half a lock. */
function isCreated(file: string, own: Holder): boolean {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(own), { mode: 0o600 });
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/**
 * Moves a dead holder's lock away. When somebody replaced it since it was read, theirs is put back.
 */
function isRemoved(file: string, expected: string): boolean {
  const aside = `${file}.stale-${process.pid}`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
  const isStale = readText(aside) === expected;
  if (isStale) rmSync(aside, { force: true });
  else renameSync(aside, file);
  return isStale;
}

function readText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function parseHolder(text: string): Holder | null {
  try {
    return JSON.parse(text) as Holder;
  } catch {
    return null;
  }
}
