import { describe, expect, it } from 'vitest';
import { canReadUse } from '../../bench/process-use.ts';
import { createUsageMeter, perUnit } from '../../bench/usage-meter.ts';

const NO_SUCH_PID = 2 ** 22 + 1;

describe.runIf(canReadUse())('the usage meter', () => {
  it('tells what a group used since the start, not since its birth', () => {
    const meter = createUsageMeter(() => ({
      here: { pids: [process.pid, undefined] },
      gone: { pids: [NO_SUCH_PID] },
    }));
    const readAtOnce = meter.start();
    const sinceBirthMs = process.cpuUsage().user / 1000;
    const { cpuMs, othersShare } = readAtOnce();
    expect(cpuMs.here).toBeLessThanOrEqual(sinceBirthMs);
    expect(cpuMs.gone).toBe(0);
    expect(othersShare).toBeGreaterThanOrEqual(0);
  });

  it('asks for the processes anew at each reading', () => {
    let pids: number[] = [];
    const meter = createUsageMeter(() => ({ here: { pids } }));
    expect(meter.readMemory().here).toBe(0);
    pids = [process.pid];
    expect(meter.readMemory().here).toBeGreaterThan(0);
  });
});

it('divides each group by the number of orders', () => {
  expect(perUnit({ api: 100, workers: 50 }, 50)).toEqual({ api: 2, workers: 1 });
});
