import type { LateBooking } from './late-booking.ts';

/** `TRADE 10 @ 205.75` */
export function describeReport({ report }: LateBooking): string {
  const { execType, lastQuantity, lastPrice } = report;
  return lastQuantity !== null && lastPrice !== null ? `${execType} ${lastQuantity} @ ${lastPrice}` : execType;
}

/** What an operator reads at the top of the workflow's page, in Markdown. */
export function describeBooking(booking: LateBooking): string {
  const { orderId, report, wait, operator } = booking;
  const lines = [
    `**${describeReport(booking)}** of ${orderId === null ? 'an order that is not ours' : `order ${orderId}`}`,
    '',
    `- the venue's id: ${report.brokerExecutionId}, report ${report.sequence} at ${report.time}`,
  ];
  if (wait === null) return [...lines, '- being booked'].join('\n');
  lines.push(`- failed ${wait.failures} time(s), last with **${wait.lastFailure}**`);
  lines.push(
    wait.until === null
      ? '- **waits for an operator**: mend the cause, then send the update `retryNow` with `{ operator, reason }`'
      : `- booked again at ${wait.until}, or at once by the update \`retryNow\``,
  );
  if (operator) lines.push(`- last retried by ${operator.operator}: ${operator.reason}`);
  return lines.join('\n');
}
