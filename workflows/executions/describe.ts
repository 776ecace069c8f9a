import type { ExecutionReport } from '../../contracts/broker-session/broker.ts';
import type { ExecutionStanding } from '../../contracts/executions/execution-workflows.ts';
import type { OperatorRequest } from '../../contracts/orders/workflow-messages.ts';
import { describeWait } from '../retry/retry.ts';

/** `TRADE 10 @ 205.75` */
export const describeReport = ({ execType, lastQuantity, lastPrice }: ExecutionReport): string =>
  lastQuantity !== null && lastPrice !== null
    ? `${execType} ${lastQuantity} @ ${lastPrice}`
    : execType;

/** What an operator reads at the top of the workflow's page, in Markdown. */
export function describeBooking(
  { orderId, waiting }: ExecutionStanding,
  report: ExecutionReport,
  askedBy: OperatorRequest | null,
): string {
  const lines = [
    `**${describeReport(report)}** of ${orderId === null ? 'an order that is not ours' : `order ${orderId}`}`,
    '',
    `- from ${report.broker}: its id ${report.brokerExecutionId}, report ${report.sequence} at ${report.time}`,
  ];
  if (waiting === null) return [...lines, '- being booked'].join('\n');
  lines.push(...describeWait(waiting));
  if (askedBy) lines.push(`- last retried by ${askedBy.operator}: ${askedBy.reason}`);
  return lines.join('\n');
}
