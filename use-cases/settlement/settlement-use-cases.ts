import type { Bound } from '../bind.ts';
import { openRun, readTotals } from './open-run.ts';
import { adoptRepairs, recordRetries, settleOne } from './repairs.ts';
import { settleChunk } from './settle-chunk.ts';
import { listInRepair, retrySettlement } from './settlement-admin.ts';

/** For operators: what could not be settled on its day. */
export const settlementUseCases = { listInRepair, retrySettlement };

export type SettlementUseCases = Bound<typeof settlementUseCases>;

/** All steps of the daily settlement and of its repairs. */
export const settlementSteps = {
  openRun,
  settleChunk,
  adoptRepairs,
  readTotals,
  settleOne,
  recordRetries,
};

export type SettlementSteps = Bound<typeof settlementSteps>;
