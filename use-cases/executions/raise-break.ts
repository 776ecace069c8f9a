import type { Logger } from 'pino';
import type { ExecutionReport } from '../../contracts/broker-session/broker.ts';

import type {
  BreakKind,
  BreakObserver,
  BreakReport,
  Breaks,
} from '../../contracts/executions/breaks.ts';

export interface RaiseBreakDeps {
  breaks: Pick<Breaks, 'raiseBreak'>;
  observer: Pick<BreakObserver, 'breakRaised'>;
  logger: Logger;
}

/**
 * Keeps a break for people to look at; counted and logged once per key. `false` when it had been
 * raised before.
 */
export async function raiseBreak(
  { breaks, observer, logger }: RaiseBreakDeps,
  report: BreakReport,
): Promise<boolean> {
  const isNew = await breaks.raiseBreak(report);
  if (isNew) {
    const { kind, key, broker, orderId, brokerExecutionId, details } = report;
    observer.breakRaised(broker, kind);
    logger.error(
      { break: kind, key, broker, orderId, brokerExecutionId, details },
      "the broker's word and our books differ",
    );
  }
  return isNew;
}

/** Prefix of a break's key, by kind; of the kinds that are about one report. */
const KEYS = {
  LATE_FILL: 'late-fill',
  IMPOSSIBLE_REPORT: 'impossible',
  UNKNOWN_ORDER: 'unknown-order',
} as const satisfies Partial<Record<BreakKind, string>>;

/**
 * A break about one report of a broker. A report is one break of a kind, whoever looks at it; the
 * first to find it says what is known: `facts`.
 */
export const breakOf = (
  kind: keyof typeof KEYS,
  orderId: string | null,
  report: ExecutionReport,
  facts: Record<string, unknown> = {},
): BreakReport => ({
  key: `${KEYS[kind]}/${report.broker}/${report.brokerExecutionId}`,
  kind,
  broker: report.broker,
  orderId,
  brokerExecutionId: report.brokerExecutionId,
  details: { ...facts, report },
});

/** A report of what cannot have happened to the order. */
export const impossibleReport = (
  orderId: string,
  report: ExecutionReport,
  reason: string,
): BreakReport => breakOf('IMPOSSIBLE_REPORT', orderId, report, { reason });
