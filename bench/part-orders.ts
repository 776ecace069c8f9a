import type { BenchContext } from './bench-context.ts';
import { setWorkerProcesses } from './bench-stack.ts';
import { type HistoryFigures, readHistories } from './order-histories.ts';
import type { OrderFigures, OrderRunner } from './order-run.ts';
import { CROWD, type Plan } from './plan.ts';
import type { SkeletonFigures, SkeletonRig } from './skeletons.ts';

/**
 * The real path and the one-task skeleton, measured one after the other with the same number of
 * worker processes.
 */
export interface Pair {
  readonly workerProcesses: number;
  readonly real: OrderFigures;
  readonly skeleton: SkeletonFigures;
}

export interface OrderPart {
  readonly single: OrderFigures;
  /** 20 orders a second. */
  readonly steady: OrderFigures;
  /** 1,000 orders a minute. */
  readonly minute: OrderFigures;
  readonly histories: HistoryFigures;
  /** Of the bursts, where reports of fills and bookings may overtake one another. */
  readonly burstHistories: HistoryFigures;
  readonly pairs: readonly Pair[];
}

const STEADY_PER_SECOND = 20;
const MINUTE_PER_SECOND = 1_000 / 60;

export interface OrderPartOptions {
  readonly context: BenchContext;
  readonly runner: OrderRunner;
  readonly rig: SkeletonRig;
  readonly plan: Plan;
  readonly report: (name: string, figures: OrderFigures | SkeletonFigures) => void;
}

export async function runOrders({
  context,
  runner,
  rig,
  plan,
  report,
}: OrderPartOptions): Promise<OrderPart> {
  const measure = async (
    name: string,
    ...[pace]: Parameters<OrderRunner['run']>
  ): Promise<OrderFigures> => {
    const figures = await runner.run(pace);
    report(name, figures);
    return figures;
  };
  await rig.rest();
  await runner.run({ kind: 'closed', concurrency: 10, count: plan.warmUp });
  const steady = await measure('20 a second', openPace(STEADY_PER_SECOND, plan.steadySeconds));
  const minuteStartedAt = Date.now();
  const minute = await measure('1,000 a minute', openPace(MINUTE_PER_SECOND, plan.minuteSeconds));
  const histories = await readHistories(
    context.client,
    context.sql,
    minuteStartedAt,
    plan.historySample,
  );
  const single = await measure('1 client', {
    kind: 'closed',
    concurrency: 1,
    count: plan.singleOrders,
  });

  const pairsStartedAt = Date.now();
  const pairs = await runPairs({ context, runner, rig, plan, report });
  await setWorkerProcesses(context.stack, 1);
  await rig.rest();
  const burstHistories = await readHistories(
    context.client,
    context.sql,
    pairsStartedAt,
    plan.historySample,
  );
  return { single, steady, minute, histories, burstHistories, pairs };
}

/**
 * Each turn begins with the other of the two, so that a machine that grows slower or faster favours
 * neither.
 */
async function runPairs({ context, runner, rig, plan, report }: OrderPartOptions): Promise<Pair[]> {
  const burst = { concurrency: CROWD, count: plan.burstOrders };
  const pairs: Pair[] = [];
  for (const workerProcesses of plan.rounds.flat()) {
    const variant = {
      workflowType: 'oneLocal',
      workerProcesses,
      eager: false,
      described: false,
    } as const;
    await setWorkerProcesses(context.stack, workerProcesses);
    await rig.run(variant, { concurrency: 10, count: plan.warmUp });
    await runner.run({ kind: 'closed', concurrency: 10, count: plan.warmUp });
    const measureReal = () => runner.run({ kind: 'closed', ...burst });
    const measureSkeleton = () => rig.run(variant, burst);
    const first = pairs.length % 2 === 0 ? await measureSkeleton() : await measureReal();
    const pair =
      'workflowType' in first
        ? { workerProcesses, skeleton: first, real: await measureReal() }
        : { workerProcesses, real: first, skeleton: await measureSkeleton() };
    report(`real path, ${workerProcesses} worker processes`, pair.real);
    report(`skeleton, ${workerProcesses} worker processes`, pair.skeleton);
    pairs.push(pair);
  }
  return pairs;
}

const openPace = (ratePerSecond: number, seconds: number) =>
  ({ kind: 'open', ratePerSecond, count: Math.round(ratePerSecond * seconds) }) as const;
