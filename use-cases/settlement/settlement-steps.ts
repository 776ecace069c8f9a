import type { Clock } from '../../contracts/clock.ts';
import type { Clearing } from '../../contracts/ports/clearing.ts';
import type { SettlementStore, SettlementWorkflows } from '../../contracts/ports/settlement.ts';
import type { TradingCalendar } from '../../domain/calendar/calendar.ts';
import { createClearAndWrite } from './clear-and-write.ts';
import { createOpenRun, createReadTotals } from './open-run.ts';
import { createSettleChunk } from './settle-chunk.ts';
import { createSettleOne } from './settle-one.ts';
import { createAdoptRepairs } from './start-repairs.ts';

export interface SettlementStepsDeps {
  settlements: SettlementStore;
  workflows: SettlementWorkflows;
  clearing: Clearing;
  calendar: TradingCalendar;
  clock: Clock;
}

/** All steps of the daily settlement and of its repairs. */
export function createSettlementSteps({ settlements, workflows, clearing, calendar, clock }: SettlementStepsDeps) {
  const clearAndWrite = createClearAndWrite({ clearing, settlements });
  return {
    openRun: createOpenRun({ settlements, calendar, clock }),
    settleChunk: createSettleChunk({ settlements, workflows, clearAndWrite }),
    adoptRepairs: createAdoptRepairs({ settlements, workflows }),
    readTotals: createReadTotals({ settlements }),
    settleOne: createSettleOne({ settlements, clearAndWrite }),
    recordRetries: settlements.recordRetries,
  };
}

export type SettlementSteps = ReturnType<typeof createSettlementSteps>;
