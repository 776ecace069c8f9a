import { describeTerms } from '../../contracts/orders.ts';
import type { OrderLife } from './order-life.ts';

/** What an operator reads at the top of the workflow's page, in Markdown. */
export function describeLife({ submission, progress, cancelRequestedBy }: OrderLife): string {
  const lines = [`**${describeTerms(submission)}**`, ''];
  if (progress === null) return [...lines, 'Being decided on, placed and booked.'].join('\n');
  const { status, filledQuantity, leavesQuantity, averageFillPrice, rejectCode, expiresAt } = progress;
  lines.push(`- status: **${status}**${rejectCode ? ` (${rejectCode})` : ''}`);
  lines.push(`- filled: ${filledQuantity}${averageFillPrice ? ` at ${averageFillPrice}` : ''}, leaves ${leavesQuantity}`);
  if (expiresAt) lines.push(`- expires: ${expiresAt}`);
  if (cancelRequestedBy) lines.push(`- cancel asked for by ${cancelRequestedBy}`);
  return lines.join('\n');
}
