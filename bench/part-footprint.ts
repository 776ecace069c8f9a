import type { BenchContext } from './bench-context.ts';
import type { OrderRunner } from './order-run.ts';
import type { Plan } from './plan.ts';
import { readStorage, type StorageBytes } from './storage-size.ts';
import type { ByGroup } from './usage-meter.ts';

export interface FootprintPart {
  readonly orders: number;
  /** What an order adds to each store, in bytes. */
  readonly bytesPerOrder: StorageBytes;
  /** Resident bytes by process, before the first load and after the last. */
  readonly memory: { readonly before: ByGroup; readonly after: ByGroup };
}

export interface FootprintOptions {
  readonly context: BenchContext;
  readonly runner: OrderRunner;
  readonly plan: Plan;
  /** Resident bytes before the first load. */
  readonly memoryBefore: ByGroup;
  readonly stateDir: string;
}

const CONCURRENCY = 10;

/** Runs last, so that its reading of the memory stands for all the load before. */
export async function runFootprint({
  context,
  runner,
  plan,
  memoryBefore,
  stateDir,
}: FootprintOptions): Promise<FootprintPart> {
  const before = await readStorage(context.sql, stateDir);
  const { count } = await runner.run({
    kind: 'closed',
    concurrency: CONCURRENCY,
    count: plan.storageOrders,
  });
  const after = await readStorage(context.sql, stateDir);
  const perOrder = (store: keyof StorageBytes) => (after[store] - before[store]) / count;
  return {
    orders: count,
    bytesPerOrder: {
      temporal: perOrder('temporal'),
      hub: perOrder('hub'),
      paperBroker: perOrder('paperBroker'),
    },
    memory: { before: memoryBefore, after: context.meter.readMemory() },
  };
}
