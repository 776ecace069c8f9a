import type { Logger } from 'pino';
import type { BreakObserver } from '../../contracts/ports/break-observer.ts';
import type { BreakReport, Breaks } from '../../contracts/ports/breaks.ts';
import type { ExecutionReport } from '../../contracts/ports/broker.ts';

export interface RaiseBreakDeps {
  breaks: Pick<Breaks, 'raiseBreak'>;
  observer: BreakObserver;
  logger: Logger;
}

/** Keeps a break for people to look at; counted and logged once per key. `false` when it had been raised before. */
export function createRaiseBreak({ breaks, observer, logger }: RaiseBreakDeps) {
  return async function raiseBreak(report: BreakReport): Promise<boolean> {
    const isNew = await breaks.raiseBreak(report);
    if (isNew) {
      const { kind, key, orderId, brokerExecutionId, details } = report;
      observer.breakRaised(kind);
      logger.error({ break: kind, key, orderId, brokerExecutionId, details }, "the venue's word and our books differ");
    }
    return isNew;
  };
}

export type RaiseBreak = ReturnType<typeof createRaiseBreak>;

/** A report of what cannot have happened to the order. The first to find it says why; a report is one break, whoever looks at it. */
export const impossibleReport = (orderId: string, report: ExecutionReport, reason: string): BreakReport => ({
  key: `impossible/${report.brokerExecutionId}`,
  kind: 'IMPOSSIBLE_REPORT',
  orderId,
  brokerExecutionId: report.brokerExecutionId,
  details: { reason, report },
});
