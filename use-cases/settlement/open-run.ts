import type { Clock } from '../../contracts/clock.ts';
import type { SettlementStore } from '../../contracts/ports/settlement.ts';
import type { OpenedRun, SettlementTotals } from '../../contracts/settlement.ts';
import type { TradingCalendar } from '../../domain/calendar/calendar.ts';

export interface SettlementRunDeps {
  settlements: Pick<SettlementStore, 'readLastAuditEvent' | 'readAuditEventBefore' | 'readTotals'>;
  calendar: TradingCalendar;
  clock: Clock;
}

/**
 * Opens a run under a name of the caller's: it settles what is due on the market's date now, or was before. One that is `isRepeated`
 * has been opened before, and its totals count what it settled then too.
 */
export function createOpenRun({ settlements, calendar, clock }: SettlementRunDeps) {
  return async function openRun(runId: string, isRepeated = false): Promise<OpenedRun> {
    const auditAfter = await (isRepeated ? settlements.readAuditEventBefore(runId) : settlements.readLastAuditEvent());
    return { asOfDate: calendar.dateAt(clock()), runId, auditAfter };
  };
}

/** What a run has settled, by the books: a chunk that was cut off and run again counts once. */
export function createReadTotals({ settlements }: Pick<SettlementRunDeps, 'settlements'>) {
  return ({ runId, auditAfter }: OpenedRun): Promise<SettlementTotals> => settlements.readTotals(runId, auditAfter);
}
