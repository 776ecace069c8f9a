import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** One line of /proc/<pid>/stat, times in clock ticks (proc_pid_stat(5)). */
export interface ProcessStat {
  readonly parentPid: number;
  /** utime + stime of all its threads. */
  readonly ownTicks: number;
  /** cutime + cstime: of its children that have ended. */
  readonly endedChildrenTicks: number;
}

/**
 * Field 2 is the name in parentheses, which may itself hold blanks and parentheses; the rest is
 * counted from behind it.
 */
export function parseProcessStat(line: string): ProcessStat {
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  const [parentPid, utime, stime, cutime, cstime] = [1, 11, 12, 13, 14].map((index) =>
    Number(fields[index]),
  );
  if (
    parentPid === undefined ||
    utime === undefined ||
    stime === undefined ||
    cutime === undefined ||
    cstime === undefined
  ) {
    throw new RangeError('five fields were asked for');
  }
  const stat = { parentPid, ownTicks: utime + stime, endedChildrenTicks: cutime + cstime };
  if (Object.values(stat).some(Number.isNaN))
    throw new RangeError(`not a line of /proc/<pid>/stat: ${line.slice(0, 80)}`);
  return stat;
}

/**
 * A field of /proc/<pid>/status or smaps_rollup that is given in kB, as bytes; 0 when the process
 * has no such field.
 */
export function parseMemoryField(text: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1] ?? 0) * 1024;
}

/**
 * Ticks in which some core of the machine worked, by the first line of /proc/stat; what the
 * hypervisor took (steal) counts as work.
 */
export function parseBusyTicks(procStat: string): number {
  const [name, user, nice, system, , , irq, softirq, steal] = procStat.split(/\s+/, 9);
  if (name !== 'cpu') throw new RangeError('not the text of /proc/stat');
  return [user, nice, system, irq, softirq, steal].reduce((sum, ticks) => sum + Number(ticks), 0);
}

/** CPU milliseconds that the machine's cores have worked since boot, for whomever. */
export const readMachineCpuMs = (): number =>
  (parseBusyTicks(readFileSync('/proc/stat', 'utf8')) * 1000) / ticksPerSecond();

/** Whether this machine tells what its processes use (Linux). */
export const canReadUse = (): boolean => process.platform === 'linux';

/** CPU milliseconds since its start of a process alone; 0 when there is no such process. */
export const readCpuMs = (pid: number): number =>
  ((readStat(pid)?.ownTicks ?? 0) * 1000) / ticksPerSecond();

/**
 * The same with all its children, those that have ended included: a Postgres is one process for
 * each connection.
 */
export function readFamilyCpuMs(pid: number): number {
  const own = readStat(pid);
  if (own === null) return 0;
  const children = listChildren(pid).reduce((sum, { stat }) => sum + stat.ownTicks, 0);
  return ((own.ownTicks + own.endedChildrenTicks + children) * 1000) / ticksPerSecond();
}

/** Resident bytes (RSS) of a process alone; 0 when there is no such process. */
export const readMemoryBytes = (pid: number): number =>
  parseMemoryField(readProcFile(`/proc/${pid}/status`) ?? '', 'VmRSS');

/**
 * The same with the proportional share (PSS) of each child: a Postgres backend maps all that its
 * parent and its siblings map.
 */
export function readFamilyMemoryBytes(pid: number): number {
  const share = (child: { pid: number }) =>
    parseMemoryField(readProcFile(`/proc/${child.pid}/smaps_rollup`) ?? '', 'Pss');
  return listChildren(pid).reduce((sum, child) => sum + share(child), readMemoryBytes(pid));
}

function listChildren(parentPid: number): { pid: number; stat: ProcessStat }[] {
  const pids = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
  return pids.flatMap((pid) => {
    const stat = readStat(pid);
    return stat?.parentPid === parentPid ? [{ pid, stat }] : [];
  });
}

function readStat(pid: number): ProcessStat | null {
  const line = readProcFile(`/proc/${pid}/stat`);
  return line === null ? null : parseProcessStat(line);
}

/** `null` for a process that has ended meanwhile. */
function readProcFile(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

let cachedTicksPerSecond: number | undefined;

function ticksPerSecond(): number {
  cachedTicksPerSecond ??= Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
  return cachedTicksPerSecond;
}
