import { describe, expect, it } from 'vitest';
import {
  canReadUse,
  parseBusyTicks,
  parseMemoryField,
  parseProcessStat,
  readCpuMs,
  readFamilyCpuMs,
  readFamilyMemoryBytes,
  readMachineCpuMs,
  readMemoryBytes,
} from '../../bench/process-use.ts';

/** pid, name, state, ppid, 9 more, then utime 250, stime 50, cutime 7, cstime 3. */
const statOf = (name: string) =>
  `4242 (${name}) S 17 4242 4242 0 -1 4194304 900 0 0 0 250 50 7 3 20 0 11 0 123456 1000000 2000 184467`;

const NO_SUCH_PID = 2 ** 22 + 1;

describe('a line of /proc/<pid>/stat', () => {
  it('gives the parent, its own ticks and those of its ended children', () => {
    expect(parseProcessStat(statOf('node'))).toEqual({
      parentPid: 17,
      ownTicks: 300,
      endedChildrenTicks: 10,
    });
  });

  it.each(['a b c', 'x) S 1 2 3 (y', '((', 'postgres: io worker 0'])(
    'is read right when the name is %j',
    (name) => {
      expect(parseProcessStat(statOf(name)).ownTicks).toBe(300);
    },
  );

  it('is rejected when it is none', () => {
    expect(() => parseProcessStat('4242 (node) S 17')).toThrow(RangeError);
    expect(() => parseProcessStat('')).toThrow(RangeError);
  });
});

it('reads a memory field in bytes, and 0 where a process has none', () => {
  const status = 'Name:\tnode\nVmHWM:\t  999 kB\nVmRSS:\t  1234 kB\n';
  expect(parseMemoryField(status, 'VmRSS')).toBe(1234 * 1024);
  expect(parseMemoryField(status, 'Pss')).toBe(0);
});

it('counts as busy what the cores did and what the hypervisor took, but neither idling nor waiting for disks', () => {
  expect(parseBusyTicks('cpu  100 20 30 4000 500 6 7 8 0 0\ncpu0 1 1 1 1 1 1 1 1 0 0\n')).toBe(171);
  expect(() => parseBusyTicks('intr 1 2 3')).toThrow(RangeError);
});

describe.runIf(canReadUse())('the use of a running process', () => {
  it('grows with its work and is part of what its family and the machine use', () => {
    const before = readCpuMs(process.pid);
    let rounds = 0;
    // The kernel counts in ticks of 10 ms: work until one more is counted.
    for (; readCpuMs(process.pid) === before && rounds < 10_000; rounds++) {
      for (let index = 0; index < 1_000_000; index++) Math.sqrt(index);
    }
    const after = readCpuMs(process.pid);
    expect(after).toBeGreaterThan(before);
    expect(readFamilyCpuMs(process.pid)).toBeGreaterThanOrEqual(after);
    expect(readMachineCpuMs()).toBeGreaterThan(after);
  });

  it('has memory, and with its children at least as much', () => {
    expect(readMemoryBytes(process.pid)).toBeGreaterThan(1_000_000);
    expect(readFamilyMemoryBytes(process.pid)).toBeGreaterThan(1_000_000);
  });

  it('is 0 for a process that does not run', () => {
    expect(
      [readCpuMs, readFamilyCpuMs, readMemoryBytes, readFamilyMemoryBytes].map((read) =>
        read(NO_SUCH_PID),
      ),
    ).toEqual([0, 0, 0, 0]);
  });
});
