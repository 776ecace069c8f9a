import type { SettlementTotals } from '../../../contracts/settlement/settlement.ts';
import { Decimal, formatCash } from '../../../domain/money/decimal.ts';

export const NOTHING_SETTLED: SettlementTotals = {
  settled: 0,
  inRepair: 0,
  cashPaid: '0.00',
  cashReceived: '0.00',
};

export const addTotals = (one: SettlementTotals, other: SettlementTotals): SettlementTotals => ({
  settled: one.settled + other.settled,
  inRepair: one.inRepair + other.inRepair,
  cashPaid: formatCash(new Decimal(one.cashPaid).plus(other.cashPaid)),
  cashReceived: formatCash(new Decimal(one.cashReceived).plus(other.cashReceived)),
});
