import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSettlementActivities } from '../../../activities/settlement/settlement-activities.ts';
import type { SettlementRunResult } from '../../../contracts/settlement/settlement.ts';
import type { StepObserver } from '../../../contracts/step-observer.ts';
import { xnysCalendar } from '../../../domain/market/xnys.ts';
import { bind } from '../../../use-cases/bind.ts';
import { settlementSteps } from '../../../use-cases/settlement/settlement-use-cases.ts';
import {
  createClearingMemory,
  createRepairsMemory,
  createSettlementMemory,
  dueInstruction,
} from '../../support/settlement-memory.ts';
import {
  createSettlementWorkflowRig,
  type SettlementWorkflowRig,
} from '../../support/settlement-workflow-rig.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const SILENT: StepObserver = { succeeded: () => {}, failed: () => {}, declined: () => {} };

/** A server of its own: its days are not to have passed already. */
let rig: SettlementWorkflowRig;

beforeAll(async () => {
  rig = await createSettlementWorkflowRig();
});

afterAll(() => rig?.stop());

describe('runs day after day', () => {
  /** The first instant of 06:00 in New York, by summer or winter time, on the date. */
  const sixOn = (date: string): number => {
    const noon = Date.parse(`${date}T12:00:00Z`);
    const hour = Number(
      new Intl.DateTimeFormat('en-US', {
        timeZone: 'America/New_York',
        hour: 'numeric',
        hour12: false,
      }).format(noon),
    );
    return noon + (6 - hour) * 60 * MINUTE_MS;
  };

  it('settle over a weekend and a holiday what was traded before it on the next session’s morning, and not earlier', async () => {
    const nowMs = await rig.env.currentTimeMs();
    // The next session that more than three days pass after: a long weekend.
    const from = xnysCalendar.dateAt(nowMs + 2 * DAY_MS);
    const sessions = xnysCalendar.sessionsBetween(from, xnysCalendar.dateAt(nowMs + 400 * DAY_MS));
    const index = sessions.findIndex(
      ({ opensAt }, at) => (sessions[at + 1]?.opensAt ?? 0) - opensAt > 3.5 * DAY_MS,
    );
    const [before, after] = [sessions[index], sessions[index + 1]];
    if (!before || !after) return expect.fail('there is a long weekend within a year');

    const tradedBefore = dueInstruction({ settlementDate: after.date });
    const dueBefore = dueInstruction({ settlementDate: before.date });
    const { store, kept } = createSettlementMemory([tradedBefore, dueBefore]);
    const { clearing } = createClearingMemory();
    let runAtMs = 0;
    const deps = {
      settlements: store,
      workflows: createRepairsMemory().workflows,
      clearing,
      calendar: xnysCalendar,
      clock: () => runAtMs,
    };
    const activities = createSettlementActivities(bind(deps, settlementSteps), SILENT);
    const settledOn: Record<string, number> = {};
    for (let runAt = sixOn(before.date); runAt <= sixOn(after.date); ) {
      await rig.env.sleep(runAt - (await rig.env.currentTimeMs()));
      runAtMs = runAt;
      const result = await rig.withRun(
        activities,
        (handle) => handle.result() as Promise<SettlementRunResult>,
      );
      settledOn[result.asOfDate] = result.settled;
      runAt = sixOn(new Date(Date.parse(result.asOfDate) + DAY_MS).toISOString().slice(0, 10));
    }
    expect(Object.entries(settledOn).filter(([, settled]) => settled > 0)).toEqual([
      [before.date, 1],
      [after.date, 1],
    ]);
    expect(Object.keys(settledOn).length).toBeGreaterThan(3);
    expect(kept.every(({ status }) => status === 'SETTLED')).toBe(true);
  });
});
