import type { Logger } from 'pino';
import type { BreakObserver } from '../../contracts/ports/break-observer.ts';
import type { BreakReport, Breaks } from '../../contracts/ports/breaks.ts';

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
