import { rmSync } from 'node:fs';
import { Client, Connection } from '@temporalio/client';
import type { Stack } from '../dev/stack.ts';
import { createBenchContext, stackProcessGroups } from './bench-context.ts';
import { startBenchStack } from './bench-stack.ts';
import type { BenchFigures } from './figures.ts';
import type { MachineFacts } from './machine.ts';
import type { BenchOptions, Part } from './options.ts';
import { createOrderRunner, type OrderFigures } from './order-run.ts';
import { runAuth } from './part-auth.ts';
import { runFootprint } from './part-footprint.ts';
import { runOrders } from './part-orders.ts';
import { runReads } from './part-reads.ts';
import { runResting } from './part-resting.ts';
import { runSettlement } from './part-settlement.ts';
import { runSkeletons } from './part-skeletons.ts';
import type { Plan } from './plan.ts';
import { describeSkeleton } from './report.ts';
import { openRunFolder } from './run-folder.ts';
import { createSkeletonRig, type SkeletonFigures, type SkeletonRig } from './skeletons.ts';

export interface BenchRun {
  readonly machine: MachineFacts;
  readonly options: BenchOptions;
  readonly plan: Plan;
  /** Ends the run early; the parts that were finished are kept. */
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/**
 * Measures each part that was asked for on a stack of its own. A part that fails is named in
 * `errors`; the others go on.
 */
export async function runBench(
  run: BenchRun,
): Promise<{ figures: BenchFigures; errors: string[] }> {
  const figures: BenchFigures = { machine: run.machine, quick: run.options.quick };
  const errors: string[] = [];
  const stateDir = await openRunFolder(run.say);
  const cleanUps: (() => Promise<void>)[] = [];
  const aborted = new Promise<never>((_, reject) => {
    run.signal.addEventListener('abort', () => reject(run.signal.reason as Error), { once: true });
  });
  try {
    await Promise.race([
      aborted,
      runParts({ ...run, stateDir, figures, errors, onStarted: (stop) => cleanUps.unshift(stop) }),
    ]);
  } catch (error) {
    errors.push((error as Error).message);
  }
  for (const cleanUp of cleanUps) await cleanUp();
  if (errors.length === 0) rmSync(stateDir, { recursive: true, force: true });
  else errors.push(`the logs are in ${stateDir}/logs until the next run`);
  return { figures, errors };
}

interface PartsRun extends BenchRun {
  readonly stateDir: string;
  readonly figures: BenchFigures;
  readonly errors: string[];
  /** Told how to stop what was started, in the order of the starts. */
  readonly onStarted: (stop: () => Promise<void>) => void;
}

async function runParts(run: PartsRun): Promise<void> {
  const { figures, plan, options, stateDir, say, signal, onStarted } = run;
  const wants = (...parts: Part[]) => parts.some((part) => options.parts.has(part));
  const attempt = async (
    part: Part,
    title: string,
    measure: () => Promise<void>,
  ): Promise<void> => {
    if (!wants(part) || signal.aborted) return;
    say(`part ${part}: ${title}`);
    try {
      await measure();
    } catch (error) {
      run.errors.push(`part ${part} failed: ${(error as Error).message}`);
    }
  };
  const stack = await startBenchStack({
    stateDir,
    temporalOnly: !wants('b', 'c', 'd', 'e', 'f', 'g'),
    say: (name, line) => say(`${name}: ${line}`),
    signal,
  });
  onStarted(stack.stop);
  const rig = await startRig(stack, run);

  await attempt('a', 'skeletons', async () => {
    figures.skeletons = await runSkeletons(rig, plan, (measured) =>
      say(describeSkeletonRun(measured)),
    );
  });
  await rig.rest();
  if (!wants('b', 'c', 'd', 'e', 'f', 'g')) return;

  const context = await createBenchContext(stack);
  onStarted(context.close);
  const memoryBefore = context.meter.readMemory();
  const runner = await createOrderRunner(context);
  await attempt('b', 'the order path', async () => {
    const report = (name: string, measured: OrderFigures | SkeletonFigures) =>
      say(`${name}: ${describeRate(measured)}`);
    figures.orders = await runOrders({ context, runner, rig, plan, report });
  });
  await attempt('c', 'reads', async () => {
    figures.reads = await runReads(context, plan);
  });
  await attempt('d', 'login and token validation', async () => {
    figures.auth = await runAuth(context, plan);
  });
  await attempt('e', 'memory and storage', async () => {
    figures.footprint = await runFootprint({ context, runner, plan, memoryBefore, stateDir });
  });
  await attempt('f', 'settlement', async () => {
    figures.settlement = await runSettlement({ context, plan, say });
  });
  await attempt('g', 'resting orders', async () => {
    figures.resting = await runResting({ context, runner, plan, say });
  });
}

async function startRig(stack: Stack, { stateDir, onStarted }: PartsRun): Promise<SkeletonRig> {
  const address = stack.env.TEMPORAL_ADDRESS ?? '';
  const namespace = stack.env.TEMPORAL_NAMESPACE ?? 'default';
  const connection = await Connection.connect({ address });
  onStarted(() => connection.close());
  const client = new Client({ connection, namespace });
  const rig = await createSkeletonRig({
    client,
    address,
    namespace,
    folder: stateDir,
    stackGroups: () => stackProcessGroups(stack),
  });
  onStarted(rig.stop);
  return rig;
}

const describeRate = ({ ordersPerSecond, othersShare }: OrderFigures | SkeletonFigures): string =>
  `${ordersPerSecond.toFixed(1)} orders/s, others used ${(othersShare * 100).toFixed(0)} % of the machine`;

const describeSkeletonRun = (measured: SkeletonFigures): string =>
  `${describeSkeleton(measured)}, ${measured.concurrency} clients: ${describeRate(measured)}`;
