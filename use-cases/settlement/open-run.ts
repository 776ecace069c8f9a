import type { Clock } from '../../contracts/clock.ts';
import type { SettlementStore } from '../../contracts/ports/settlement.ts';
import type { OpenedRun, SettlementTotals } from '../../contracts/settlement.ts';
import type { TradingCalendar } from '../../domain/calendar/calendar.ts';

export interface SettlementRunDeps {
  settlements: Pick<SettlementStore, 'readLastAuditEvent' | 'readTotals'>;
  calendar: TradingCalendar;
  clock: Clock;
}

/** Opens a run under a name of the caller's: it settles what is due on the market's date now, or was before. */
export function createOpenRun({ settlements, calendar, clock }: SettlementRunDeps) {
  return async function openRun(runId: string): Promise<OpenedRun> {
    return { asOfDate: calendar.dateAt(clock()), runId, auditAfter: await settlements.readLastAuditEvent() };
  };
}

/** What a run has settled, by the books: a chunk that was cut off and run again counts once. */
export function createReadTotals({ settlements }: Pick<SettlementRunDeps, 'settlements'>) {
  return ({ runId, auditAfter }: OpenedRun): Promise<SettlementTotals> => settlements.readTotals(runId, auditAfter);
}
