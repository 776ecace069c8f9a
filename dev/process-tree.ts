import { readFile } from 'node:fs/promises';

/** A process and its children. */
export async function listTree(pid: number): Promise<number[]> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return [pid, ...children.trim().split(/\s+/).filter(Boolean).map(Number)];
}

/**
 * Stops them from answering while their connections stay open. The kernel's list of children is
 * whole only while none is born or ends: the parent stops first, then they, until none is new.
 */
export async function freezeTree(pid: number): Promise<void> {
  const stopped = new Set<number>();
  for (
    let fresh = [pid];
    fresh.length > 0;
    fresh = (await listTree(pid)).filter((one) => !stopped.has(one))
  ) {
    for (const one of fresh) {
      signalIfAlive(one, 'SIGSTOP');
      stopped.add(one);
    }
  }
}

export async function thawTree(pid: number): Promise<void> {
  for (const one of await listTree(pid)) signalIfAlive(one, 'SIGCONT');
}

export function signalIfAlive(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    // ESRCH: it ended by itself meanwhile.
    return false;
  }
}
