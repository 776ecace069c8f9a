import type { ExecutionReport } from '../../../contracts/broker-session/broker.ts';

export const ORDER = '0403b9a7-6d97-5966-b70f-ff8522d52ce3';
export const OTHER_ORDER = 'b7b1d1e0-5a53-4f0e-9d1c-0b8f6f1b2c3d';

/** A fill of one share of {@link ORDER}. */
export const reportOf = (
  sequence: number,
  over: Partial<ExecutionReport> = {},
): ExecutionReport => ({
  broker: 'venue',
  sequence,
  brokerExecutionId: `x${sequence}`,
  brokerClientOrderId: ORDER,
  execType: 'TRADE',
  lastQuantity: '1',
  lastPrice: '10',
  cumulativeQuantity: '1',
  leavesQuantity: '1',
  time: '2026-11-24T10:00:00.000Z',
  rejectCode: null,
  inAnswer: false,
  ...over,
});

export const reportsUpTo = (last: number): ExecutionReport[] =>
  Array.from({ length: last }, (_, index) => reportOf(index + 1));

export const sequencesOf = (reports: readonly ExecutionReport[]): number[] =>
  reports.map((report) => report.sequence);
