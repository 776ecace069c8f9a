import {
  defineSearchAttributeKey,
  SearchAttributeType,
  type SearchAttributeUpdatePair,
} from '@temporalio/common';
import { patched, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import { ATTENTION_NEEDED, STEP_FAILING } from '../../contracts/orders/workflow-messages.ts';

const ATTENTION = defineSearchAttributeKey(ATTENTION_NEEDED, SearchAttributeType.BOOL);
const FAILING = defineSearchAttributeKey(STEP_FAILING, SearchAttributeType.KEYWORD);

/** What people search workflows by that do not get on. */
interface Attention {
  /** It waits for an operator: `AttentionNeeded = true`. */
  isNeeded: boolean;
  /** `StepFailing`: the step whose quick retries are used up, and its code; null when none is. */
  stepFailing: string | null;
}

/** Makes the workflow findable while it does not get on. Says it once: each change is an event. */
export function markAttention({ isNeeded, stepFailing }: Attention): void {
  const attributes = workflowInfo().typedSearchAttributes;
  const changes: SearchAttributeUpdatePair[] = [];
  if (isNeeded !== (attributes.get(ATTENTION) ?? false))
    changes.push({ key: ATTENTION, value: isNeeded });
  // Asked last: a workflow that never marks anything must gain no marker of the patch.
  if (stepFailing !== markedStep() && showsTroubles())
    changes.push({ key: FAILING, value: stepFailing });
  if (changes.length > 0) upsertSearchAttributes(changes);
}

/**
 * Whether the history is of a version that shows what does not get on. A workflow in which all goes
 * well does not ask: each that does gains the marker of a patch.
 */
export const showsTroubles = (): boolean => patched('troubles-shown-2026-12');

/** What `StepFailing` says now. */
export const markedStep = (): string | null =>
  workflowInfo().typedSearchAttributes.get(FAILING) ?? null;

/** For a workflow that closes. What has marked nothing adds nothing to its history. */
export function clearAttention(): void {
  if (markedStep() !== null) markAttention({ isNeeded: false, stepFailing: null });
}
