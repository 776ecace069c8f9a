import { describeTerms } from '../../contracts/orders.ts';
import type { OrderLife } from './order-life.ts';

/** What an operator reads at the top of the workflow's page, in Markdown; the page shows half a dozen lines, so what to do comes first. */
export function describeLife(life: OrderLife): string {
  const { submission, progress, cancelRequestedBy, replacement } = life;
  const lines = [`**${describeTerms(submission)}**`, '', ...describeWaiting(life)];
  if (progress) {
    const { status, filledQuantity, leavesQuantity, averageFillPrice, rejectCode, expiresAt } = progress;
    const filled = `filled ${filledQuantity}${averageFillPrice ? ` at ${averageFillPrice}` : ''}, leaves ${leavesQuantity}`;
    lines.push(`- **${status}**${rejectCode ? ` (${rejectCode})` : ''}, ${filled}`);
    if (expiresAt) lines.push(`- expires: ${expiresAt}`);
  } else lines.push('- being decided on, placed and booked');
  if (cancelRequestedBy) lines.push(`- cancel asked for by ${cancelRequestedBy}`);
  if (replacement) lines.push(`- to be replaced by ${replacement.orderId}`);
  return lines.join('\n');
}

function describeWaiting({ waiting, mayBeAtBroker }: OrderLife): string[] {
  if (!waiting) return [];
  if (waiting.for === 'OPEN') return [`- goes to the venue: ${waiting.until}`];
  const reach = mayBeAtBroker ? 'the venue may have it' : 'it has not reached the venue';
  const failed = `${waiting.step} failed ${waiting.failures} time(s), last with ${waiting.lastFailure}; ${reach}`;
  return [
    waiting.for === 'RETRY' ? `- next attempt: ${waiting.until}` : '- **waits for an operator** (docs/RUNBOOK.md, AttentionNeeded)',
    `- ${failed}`,
    '- updates: `retryNow` tries again, `fail` ends it and releases its hold, `cancel` cancels it',
  ];
}

/** The summary of the timer that a wait is. */
export function describeWait({ waiting, progress }: OrderLife): string {
  if (waiting?.for === 'OPEN') return 'wait for its time to go to the venue';
  if (waiting) return `${waiting.step} failed ${waiting.failures} time(s): ${waiting.lastFailure}`;
  return progress ? 'ask the venue if it stays silent' : 'decide again';
}
