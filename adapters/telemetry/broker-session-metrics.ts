import { Counter, type Registry } from 'prom-client';
import type { BreakObserver } from '../../contracts/ports/break-observer.ts';
import type { ReportObserver } from '../../contracts/ports/report-observer.ts';

/** Counts how the venue's reports come in, and what did not fit our books. */
export function createBrokerSessionMetrics(registry: Registry): ReportObserver & BreakObserver {
  const gaps = new Counter({
    name: 'hub_broker_report_gaps_total',
    help: "Gaps in the venue's reports that stood long enough for the stream to be read again",
    registers: [registry],
  });
  const repeated = new Counter({
    name: 'hub_broker_reports_repeated_total',
    help: 'Execution reports that had been read before and were dropped',
    registers: [registry],
  });
  const breaks = new Counter({
    name: 'hub_breaks_total',
    help: "Breaks raised: differences between the venue's word and our books that people look at",
    labelNames: ['kind'],
    registers: [registry],
  });
  return {
    gapFound: () => gaps.inc(),
    reportsRepeated: (count) => repeated.inc(count),
    breakRaised: (kind) => breaks.inc({ kind }),
  };
}
