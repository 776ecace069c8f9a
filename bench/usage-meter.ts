import { availableParallelism } from 'node:os';
import { canReadUse, readCpuMs, readMachineCpuMs, readMemoryBytes } from './process-use.ts';

/** Whose use is measured together: `{ api: [11], workers: [12, 13] }`. Asked anew at each reading, since processes come and go. */
export type ProcessGroups = () => Readonly<Record<string, readonly number[]>>;

/** By group; empty where the machine does not tell. */
export type ByGroup = Readonly<Record<string, number>>;

export interface CpuUse {
  /** Milliseconds. */
  readonly cpuMs: ByGroup;
  /** The share of the machine that nobody of the groups used, 0 to 1: what disturbed the measurement. */
  readonly othersShare: number;
}

export interface UsageMeter {
  /** Notes what has been used so far; the returned function tells what was used since. */
  start(): () => CpuUse;
  /** Resident bytes now. */
  readMemory(): ByGroup;
}

/** A process that ends between `start` and the reading counts for nothing: start and stop processes outside of what is measured. */
export function createUsageMeter(groups: ProcessGroups): UsageMeter {
  const sumOf = (read: (pid: number) => number): ByGroup =>
    Object.fromEntries(Object.entries(groups()).map(([name, pids]) => [name, pids.reduce((sum, pid) => sum + read(pid), 0)]));

  const start = (): (() => CpuUse) => {
    if (!canReadUse()) return () => ({ cpuMs: {}, othersShare: 0 });
    const startedAt = performance.now();
    const machineBefore = readMachineCpuMs();
    const pids = Object.values(groups()).flat();
    const before = new Map(pids.map((pid) => [pid, readCpuMs(pid) ?? 0]));
    return () => {
      const cpuMs = sumOf((pid) => (readCpuMs(pid) ?? 0) - (before.get(pid) ?? 0));
      const ours = Object.values(cpuMs).reduce((sum, ms) => sum + ms, 0);
      const machineMs = (performance.now() - startedAt) * availableParallelism();
      return { cpuMs, othersShare: Math.max(readMachineCpuMs() - machineBefore - ours, 0) / machineMs };
    };
  };
  return { start, readMemory: () => (canReadUse() ? sumOf(readMemoryBytes) : {}) };
}

/** Each group's milliseconds divided by the number of orders or calls that they were spent on. */
export const perUnit = (use: ByGroup, units: number): ByGroup =>
  Object.fromEntries(Object.entries(use).map(([name, amount]) => [name, amount / units]));
