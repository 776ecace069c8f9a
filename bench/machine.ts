import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';

/** Where and on what the figures were measured. */
export interface MachineFacts {
  readonly date: string;
  readonly gitCommit: string;
  /** Whether files differ from that commit. */
  readonly gitDirty: boolean;
  readonly node: string;
  readonly platform: string;
  readonly cpuModel: string;
  readonly cpus: number;
  readonly memoryGb: number;
  /** Before the run. */
  readonly loadAverage1m: number;
}

export function readMachineFacts(): MachineFacts {
  return {
    date: new Date().toISOString(),
    gitCommit: git('rev-parse', 'HEAD') || 'unknown',
    gitDirty: git('status', '--porcelain') !== '',
    node: process.version,
    platform: `${process.platform} ${process.arch} ${release()}`,
    cpuModel: cpus()[0]?.model ?? 'unknown',
    cpus: availableParallelism(),
    memoryGb: Math.round(totalmem() / 2 ** 30),
    loadAverage1m: loadavg()[0] ?? 0,
  };
}

/** Empty where there is no git or no repository. */
function git(...args: string[]): string {
  try {
    return execFileSync('git', args, {
      cwd: import.meta.dirname,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return '';
  }
}
