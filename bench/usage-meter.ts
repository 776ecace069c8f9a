import { availableParallelism } from 'node:os';
import {
  canReadUse,
  readCpuMs,
  readFamilyCpuMs,
  readFamilyMemoryBytes,
  readMachineCpuMs,
  readMemoryBytes,
} from './process-use.ts';

export interface ProcessGroup {
  readonly pids: ReadonlyArray<number | undefined>;
  /**
   * Whether the children of these processes belong to them (Postgres) or are groups of their own.
   */
  readonly family?: boolean;
}

/**
 * Whose use is measured together, by name. Asked anew at each reading, since processes come and go.
 */
export type ProcessGroups = () => Readonly<Record<string, ProcessGroup>>;

/** By group; empty where the machine does not tell. */
export type ByGroup = Readonly<Record<string, number>>;

export interface CpuUse {
  /** Milliseconds. */
  readonly cpuMs: ByGroup;
  /**
   * The share of the machine that nobody of the groups used, 0 to 1: what disturbed the
   * measurement.
   */
  readonly othersShare: number;
}

export interface UsageMeter {
  /** Notes what has been used so far; the returned function tells what was used since. */
  start(): () => CpuUse;
  /** Resident bytes now. */
  readMemory(): ByGroup;
}

/**
 * A process that ends between `start` and the reading counts for nothing: start and stop processes
 * outside of what is measured.
 */
export function createUsageMeter(groups: ProcessGroups): UsageMeter {
  const sumOf = (own: (pid: number) => number, family: (pid: number) => number): ByGroup =>
    Object.fromEntries(
      Object.entries(groups()).map(([name, group]) => {
        const running = group.pids.filter((pid) => pid !== undefined);
        return [
          name,
          running.reduce((sum, pid) => sum + (group.family ? family(pid) : own(pid)), 0),
        ];
      }),
    );

  const start = (): (() => CpuUse) => {
    if (!canReadUse()) return () => ({ cpuMs: {}, othersShare: 0 });
    const before = new Map<number, number>();
    const note = (read: (pid: number) => number) => (pid: number) => {
      const ms = read(pid);
      before.set(pid, ms);
      return ms;
    };
    const since = (read: (pid: number) => number) => (pid: number) =>
      read(pid) - (before.get(pid) ?? 0);
    const startedAt = performance.now();
    const machineBefore = readMachineCpuMs();
    sumOf(note(readCpuMs), note(readFamilyCpuMs));
    return () => {
      const cpuMs = sumOf(since(readCpuMs), since(readFamilyCpuMs));
      const ours = Object.values(cpuMs).reduce((sum, ms) => sum + ms, 0);
      const machineMs = (performance.now() - startedAt) * availableParallelism();
      return {
        cpuMs,
        othersShare: Math.max(readMachineCpuMs() - machineBefore - ours, 0) / machineMs,
      };
    };
  };
  return {
    start,
    readMemory: () => (canReadUse() ? sumOf(readMemoryBytes, readFamilyMemoryBytes) : {}),
  };
}

/** Each group's milliseconds divided by the number of orders or calls that they were spent on. */
export const perUnit = (use: ByGroup, units: number): ByGroup =>
  Object.fromEntries(Object.entries(use).map(([name, amount]) => [name, amount / units]));
