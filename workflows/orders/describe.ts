import { describeTerms } from '../../contracts/orders/order.ts';
import { describeWait } from '../retry/retry.ts';
import { type LifeState, mayBeAtBroker, waitingOf } from './life-state.ts';

/**
 * What an operator reads at the top of the workflow's page, in Markdown; the page shows half a
 * dozen lines, so what to do comes first.
 */
export function describeLife(state: LifeState): string {
  const { submission, progress, cancelRequestedBy, replacement, declinedFor } = state;
  const lines = [`**${describeTerms(submission)}**`, '', ...describeWaiting(state)];
  if (progress) {
    const { status, filledQuantity, leavesQuantity, averageFillPrice, rejectCode, expiresAt } =
      progress;
    const filled = `filled ${filledQuantity}${averageFillPrice ? ` at ${averageFillPrice}` : ''}, leaves ${leavesQuantity}`;
    lines.push(`- **${status}**${rejectCode ? ` (${rejectCode})` : ''}, ${filled}`);
    if (expiresAt) lines.push(`- expires: ${expiresAt}`);
  } else if (declinedFor)
    lines.push(`- no order: declined for ${declinedFor}, as its client was told`);
  else lines.push('- being decided on, placed and booked');
  if (cancelRequestedBy) lines.push(`- cancel asked for by ${cancelRequestedBy}`);
  if (replacement) lines.push(`- to be replaced by ${replacement.orderId}`);
  return lines.join('\n');
}

function describeWaiting(state: LifeState): string[] {
  const waiting = waitingOf(state);
  if (!waiting) return [];
  if (waiting.for === 'OPEN') return [`- goes to the broker: ${waiting.until}`];
  const reach = mayBeAtBroker(state) ? 'the broker may have it' : 'it has not reached the broker';
  return [
    ...describeWait(waiting),
    `- ${reach}; the update \`fail\` ends it and gives its hold back, \`cancel\` cancels it`,
  ];
}

/** The summary of the timer that a wait is. */
export function describeTimer(state: LifeState): string {
  const waiting = waitingOf(state);
  if (waiting?.for === 'OPEN') return 'wait for its time to go to the broker';
  if (waiting) return `${waiting.step} failed ${waiting.failures} time(s): ${waiting.lastFailure}`;
  return state.progress ? 'ask the broker if it stays silent' : 'decide again';
}
