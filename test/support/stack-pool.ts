import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ProcessName } from '../../dev/process-env.ts';
import type { Stack } from '../../dev/stack.ts';
import { MANUAL_MARKET_ENTRY } from './manual-market.ts';
import { startTestStack, type TestStackOptions } from './test-stack.ts';

const QUICK_WORKERS_ENTRY = fileURLToPath(
  new URL('../histories/quick-workers.ts', import.meta.url),
);

const KINDS = {
  /** As it is, with prices that stand still. */
  usual: {},
  /** With a market that a test moves, and workers that wait for moments instead of hours. */
  quick: { marketData: MANUAL_MARKET_ENTRY, workers: QUICK_WORKERS_ENTRY },
} satisfies Record<string, TestStackOptions>;

export type StackKind = keyof typeof KINDS;

/** What a file needs to know of a stack that runs in another process. */
export interface StackLease extends Pick<Stack, 'urls' | 'ports' | 'env'> {
  id: number;
  stateDir: string;
}

export interface StackPool {
  /** A stack for the caller alone, until it is given back: a free one, else a new one. */
  lease(kind: StackKind): Promise<StackLease>;
  restart(id: number, name: ProcessName): Promise<void>;
  giveBack(id: number): void;
  stop(): Promise<void>;
}

interface Pooled {
  kind: StackKind;
  lease: StackLease;
  stack: Stack;
  isFree: boolean;
}

/**
 * Running stacks that test files use one after another: what a file leaves behind, the next one
 * finds. For files that stop nothing, and that look at accounts of their own or at differences.
 */
export function createStackPool(makeFolder: () => Promise<string>): StackPool {
  const pool: Pooled[] = [];

  async function start(kind: StackKind): Promise<Pooled> {
    const stateDir = await makeFolder();
    const stack = await startTestStack(stateDir, KINDS[kind]);
    const { urls, ports, env } = stack;
    const id = pool.length;
    const pooled = { kind, lease: { id, stateDir, urls, ports, env }, stack, isFree: false };
    pool.push(pooled);
    return pooled;
  }

  const get = (id: number): Pooled => {
    const pooled = pool[id];
    if (!pooled) throw new Error(`there is no stack ${id}`);
    return pooled;
  };

  return {
    async lease(kind) {
      const pooled = pool.find((one) => one.isFree && one.kind === kind) ?? (await start(kind));
      pooled.isFree = false;
      return pooled.lease;
    },
    restart: async (id, name) => get(id).stack.processes[name]?.restart(),
    giveBack(id) {
      get(id).isFree = true;
    },
    async stop() {
      await Promise.all(pool.map(({ stack }) => stack.stop()));
      for (const { lease } of pool) rmSync(lease.stateDir, { recursive: true, force: true });
    },
  };
}
