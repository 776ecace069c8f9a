import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import { ATTENTION_NEEDED } from '../../contracts/orders/workflow-messages.ts';

const ATTENTION = defineSearchAttributeKey(ATTENTION_NEEDED, SearchAttributeType.BOOL);

/**
 * Makes the workflow findable (`AttentionNeeded = true`) while it waits for an operator. Says it
 * once: each change is an event.
 */
export function markAttention(isNeeded: boolean): void {
  const isMarked = workflowInfo().typedSearchAttributes.get(ATTENTION) ?? false;
  if (isNeeded !== isMarked) upsertSearchAttributes([{ key: ATTENTION, value: isNeeded }]);
}
