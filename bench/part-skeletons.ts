import { CROWD, type Plan } from './plan.ts';
import type { SkeletonFigures, SkeletonRig, SkeletonVariant } from './skeletons.ts';

const PLAIN = { workerProcesses: 1, eager: false, described: false } as const;
const EAGER = { workerProcesses: 0, eager: true, described: false } as const;

/**
 * What is measured, in this order: shapes with one worker process, then more processes, then eager
 * starts.
 */
const VARIANTS: ReadonlyArray<{ variant: SkeletonVariant; alone: boolean }> = [
  { variant: { ...PLAIN, workflowType: 'oneLocal' }, alone: true },
  { variant: { ...PLAIN, workflowType: 'threeLocal' }, alone: true },
  { variant: { ...PLAIN, workflowType: 'localNormalLocal' }, alone: true },
  { variant: { ...PLAIN, workflowType: 'oneLocal', described: true }, alone: false },
  { variant: { ...PLAIN, workflowType: 'oneLocal', workerProcesses: 2 }, alone: false },
  { variant: { ...PLAIN, workflowType: 'threeLocal', workerProcesses: 2 }, alone: false },
  { variant: { ...PLAIN, workflowType: 'oneLocal', workerProcesses: 3 }, alone: false },
  { variant: { ...PLAIN, workflowType: 'threeLocal', workerProcesses: 3 }, alone: false },
  { variant: { ...EAGER, workflowType: 'oneLocal' }, alone: true },
  { variant: { ...EAGER, workflowType: 'threeLocal' }, alone: true },
];

/**
 * Orders of each shape with no-op steps: what Temporal itself costs. `alone`: with one client as
 * well as with 50.
 */
export async function runSkeletons(
  rig: SkeletonRig,
  plan: Plan,
  report: (figures: SkeletonFigures) => void,
): Promise<SkeletonFigures[]> {
  const all: SkeletonFigures[] = [];
  for (const { variant, alone } of VARIANTS) {
    await rig.run(variant, { concurrency: 10, count: plan.warmUp });
    const loads = [
      ...(alone ? [{ concurrency: 1, count: plan.singleOrders }] : []),
      { concurrency: CROWD, count: plan.burstOrders },
    ];
    for (const load of loads) {
      const figures = await rig.run(variant, load);
      all.push(figures);
      report(figures);
    }
  }
  return all;
}
