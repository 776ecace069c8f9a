import type { ExecutionReport } from '../../contracts/broker-session/broker.ts';
import type {
  ExecutionOutcome,
  ExecutionStanding,
} from '../../contracts/executions/execution-workflows.ts';
import { orderWorkflowId } from '../../contracts/ids.ts';
import type { OperatorRequest } from '../../contracts/orders/workflow-messages.ts';
import { describeWait } from '../retry/retry.ts';

/** `TRADE 10 @ 205.75` */
export const describeReport = ({ execType, lastQuantity, lastPrice }: ExecutionReport): string =>
  lastQuantity !== null && lastPrice !== null
    ? `${execType} ${lastQuantity} @ ${lastPrice}`
    : execType;

/** How the booking ended; UNCONFIRMED fails its workflow. */
export type BookingEnd = ExecutionOutcome | 'UNCONFIRMED';

const ENDS: Readonly<Record<BookingEnd, string>> = {
  BOOKED: '**booked**',
  LATE_FILL: '**booked** after its order had closed; the break LATE_FILL is for an operator',
  IMPOSSIBLE_REPORT: '**not booked**: it cannot be true; the break IMPOSSIBLE_REPORT says why',
  UNKNOWN_ORDER: '**not booked**: the order is not ours; the break UNKNOWN_ORDER keeps it',
  UNCONFIRMED: '**not booked**: the broker knows nothing of it',
};

/** What an operator reads at the top of the workflow's page, in Markdown. */
export function describeBooking(
  { orderId, waiting }: ExecutionStanding,
  report: ExecutionReport,
  { askedBy, end }: { askedBy: OperatorRequest | null; end: BookingEnd | null },
): string {
  const lines = [
    `**${describeReport(report)}** of ${orderId === null ? 'an order that is not ours' : `\`${orderWorkflowId(orderId)}\``}`,
    '',
    `- from ${report.broker}: its id ${report.brokerExecutionId}, report ${report.sequence} at ${report.time}`,
  ];
  if (waiting === null) return [...lines, `- ${end ? ENDS[end] : 'being booked'}`].join('\n');
  lines.push(...describeWait(waiting));
  if (askedBy) lines.push(`- last retried by ${askedBy.operator}: ${askedBy.reason}`);
  return lines.join('\n');
}
