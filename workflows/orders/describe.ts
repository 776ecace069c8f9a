import { describeTerms } from '../../contracts/orders/order.ts';
import { EXECUTION_WORKFLOW, type OrderStep } from '../../contracts/orders/workflow-messages.ts';
import type { OrderStatus } from '../../domain/orders/order.ts';
import { describeWait } from '../retry/retry.ts';
import { isClosed, isUndecided, type LifeState, mayBeAtBroker, waitingOf } from './life-state.ts';
import { expiryDueMs } from './refresh-schedule.ts';

/**
 * What an operator reads at the top of the workflow's page, in Markdown; the page shows half a
 * dozen lines, so what to do comes first.
 */
export function describeLife(state: LifeState): string {
  const { submission, progress, declinedFor, failedWith } = state;
  const title = [`**${describeTerms(submission)}**`, ''];
  if (declinedFor)
    return [...title, `- no order: declined for ${declinedFor}, as its client was told`].join('\n');
  if (isUndecided(state))
    return [
      ...title,
      `- no order: nobody decided on it in time, so nothing was held and nothing was sent (${failedWith?.code})`,
    ].join('\n');
  const end = failedWith && `- ended without a result: ${failedWith.message} (${failedWith.code})`;
  if (end && !progress) return [...title, end].join('\n');
  const standing = end ? [end] : describeWaiting(state);
  return [...title, ...standing, ...describeProgress(state)].join('\n');
}

function describeProgress(state: LifeState): string[] {
  const { submission, progress, cancelRequestedBy, replacement } = state;
  const lines: string[] = [];
  if (progress) {
    const { status, filledQuantity, leavesQuantity, averageFillPrice, rejectCode, expiresAt } =
      progress;
    const filled = `filled ${filledQuantity}${averageFillPrice ? ` at ${averageFillPrice}` : ''}, leaves ${leavesQuantity}`;
    lines.push(`- **${status}**${rejectCode ? ` (${rejectCode})` : ''}, ${filled}`);
    if (MAY_BE_FILLED_LATE.has(status)) lines.push(findLateFills(submission.accountId));
    else if (expiresAt && !isClosed(state)) lines.push(`- expires: ${expiresAt}`);
  } else lines.push('- being decided on, placed and booked');
  if (cancelRequestedBy) lines.push(`- cancel asked for by ${cancelRequestedBy}`);
  if (replacement) lines.push(`- to be replaced by ${replacement.orderId}`);
  return lines;
}

/** Closed, and the broker may yet report a fill of before. */
const MAY_BE_FILLED_LATE: ReadonlySet<OrderStatus> = new Set(['CANCELED', 'EXPIRED', 'REPLACED']);

const findLateFills = (accountId: string): string =>
  `- a late fill has a workflow of its own: \`WorkflowType = "${EXECUTION_WORKFLOW}" and AccountId = "${accountId}"\``;

function describeWaiting(state: LifeState): string[] {
  const waiting = waitingOf(state);
  if (!waiting) return [];
  if (waiting.for === 'OPEN') return [`- goes to the broker: ${waiting.until}`];
  if (state.progress === null)
    return [
      ...describeWait(waiting),
      `- nobody has decided on it, and nothing is sent before that; if nobody has by ${state.submission.acceptBy}, it ends by itself`,
    ];
  return [
    ...describeWait(waiting),
    `- ${reachOf(state, waiting.step)}; the update \`fail\` ends it and gives its hold back, \`cancel\` cancels it`,
  ];
}

function reachOf(state: LifeState, step: OrderStep): string {
  if (step === 'BOOK') return 'what the broker did is known, and not yet in the books';
  if (state.progress?.isAcknowledged) return 'the broker has it';
  return mayBeAtBroker(state) ? 'the broker may have it' : 'it has not reached the broker';
}

/** The summary of the timer that a wait until then is. */
export function describeTimer(state: LifeState, untilMs: number): string {
  const waiting = waitingOf(state);
  if (waiting?.for === 'OPEN') return 'wait for its time to go to the broker';
  if (waiting?.until && Date.parse(waiting.until) === untilMs)
    return `${waiting.step} failed ${waiting.failures} time(s): ${waiting.lastFailure}`;
  if (expiryDueMs(state) === untilMs) return 'until its time is over';
  return state.progress ? 'ask the broker if it stays silent' : 'decide again';
}
