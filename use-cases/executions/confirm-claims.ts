import type { Logger } from 'pino';
import type { ExecutionReport } from '../../contracts/broker-session/broker.ts';
import type { ClaimObserver } from '../../contracts/broker-session/report-observer.ts';

export interface ConfirmClaimsDeps {
  observer: ClaimObserver;
  logger: Logger;
}

/**
 * Compares what somebody claims of an order with what the broker tells of it. Claims that the
 * broker does not confirm are logged and counted: nobody who may not signal workflows can cause
 * one. Returns the broker's own words for those that it confirms.
 */
export function confirmClaims(
  { observer, logger }: ConfirmClaimsDeps,
  orderId: string | null,
  claims: readonly ExecutionReport[],
  told: readonly ExecutionReport[],
): readonly ExecutionReport[] {
  const confirmed = told.filter((report) => claims.some((claim) => isSame(claim, report)));
  const denied = claims.filter((claim) => !told.some((report) => isSame(claim, report)));
  if (denied.length > 0) {
    logger.error(
      { orderId, claims: denied },
      'somebody told an order what the broker knows nothing of: it is not booked',
    );
    observer.reportsUnconfirmed(denied.length);
  }
  if (confirmed.length > 0) {
    const reports = confirmed.map(({ sequence }) => sequence);
    logger.info(
      { orderId, reports },
      'reports without a seal of ours: the broker was asked and confirms them',
    );
  }
  return confirmed;
}

/**
 * What is booked of a report; its place in the row, and whether an answer carried it, say nothing
 * about the order.
 */
const isSame = (claim: ExecutionReport, report: ExecutionReport): boolean =>
  claim.broker === report.broker &&
  claim.brokerExecutionId === report.brokerExecutionId &&
  claim.brokerClientOrderId === report.brokerClientOrderId &&
  claim.execType === report.execType &&
  claim.lastQuantity === report.lastQuantity &&
  claim.lastPrice === report.lastPrice &&
  claim.cumulativeQuantity === report.cumulativeQuantity &&
  claim.trigger?.stopPrice === report.trigger?.stopPrice &&
  claim.trigger?.waterMark === report.trigger?.waterMark;
