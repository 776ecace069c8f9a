import type { Clock } from '../../contracts/clock.ts';
import type { OpenedRun, SettlementTotals } from '../../contracts/settlement/settlement.ts';
import type { SettlementStore } from '../../contracts/settlement/settlement-store.ts';
import type { TradingCalendar } from '../../domain/market/calendar.ts';

export interface OpenRunDeps {
  settlements: Pick<SettlementStore, 'readLastAuditEvent' | 'readAuditEventBefore'>;
  calendar: TradingCalendar;
  clock: Clock;
}

/**
 * Opens a run under a name of the caller's: it settles what is due on the market's date now, or was
 * before. One that is `isRepeated` has been opened before, and its totals count what it settled
 * then too.
 */
export async function openRun(
  { settlements, calendar, clock }: OpenRunDeps,
  runId: string,
  { isRepeated = false } = {},
): Promise<OpenedRun> {
  const auditAfter = await (isRepeated
    ? settlements.readAuditEventBefore(runId)
    : settlements.readLastAuditEvent());
  return { asOfDate: calendar.dateAt(clock()), runId, auditAfter };
}

/** What a run has settled, by the books: a chunk that was cut off and run again counts once. */
export const readTotals = (
  { settlements }: { settlements: Pick<SettlementStore, 'readTotals'> },
  { runId, auditAfter }: OpenedRun,
): Promise<SettlementTotals> => settlements.readTotals(runId, auditAfter);
