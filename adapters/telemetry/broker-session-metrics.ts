import { Counter, type Registry } from 'prom-client';
import type {
  ClaimObserver,
  ReportObserver,
} from '../../contracts/broker-session/report-observer.ts';
import type { BreakObserver } from '../../contracts/executions/breaks.ts';

/** Counts how the broker's reports come in, and what did not fit our books or the broker's. */
export function createBrokerSessionMetrics(
  registry: Registry,
): ReportObserver & ClaimObserver & BreakObserver {
  const gaps = new Counter({
    name: 'hub_broker_report_gaps_total',
    help: "Gaps in a broker's reports that stood long enough for the stream to be read again",
    labelNames: ['broker'],
    registers: [registry],
  });
  const repeated = new Counter({
    name: 'hub_broker_reports_repeated_total',
    help: 'Execution reports that had been read before and were dropped',
    labelNames: ['broker'],
    registers: [registry],
  });
  const unconfirmed = new Counter({
    name: 'hub_order_reports_unconfirmed_total',
    help: 'Execution reports that somebody else than our session told orders, and that the broker knows nothing of; none was booked',
    registers: [registry],
  });
  const breaks = new Counter({
    name: 'hub_breaks_total',
    help: "Breaks raised: differences between a broker's word and our books that people look at",
    labelNames: ['broker', 'kind'],
    registers: [registry],
  });
  return {
    gapFound: (broker) => gaps.inc({ broker }),
    reportsRepeated: (broker, count) => repeated.inc({ broker }, count),
    reportsUnconfirmed: (count) => unconfirmed.inc(count),
    breakRaised: (broker, kind) => breaks.inc({ broker, kind }),
  };
}
