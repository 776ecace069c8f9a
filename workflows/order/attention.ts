import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { upsertSearchAttributes } from '@temporalio/workflow';
import { ATTENTION_NEEDED } from '../../contracts/workflow-messages.ts';
import type { OrderLife } from './order-life.ts';

const ATTENTION = defineSearchAttributeKey(ATTENTION_NEEDED, SearchAttributeType.BOOL);

/** Makes the workflow findable (`AttentionNeeded = true`) while it waits for an operator. Says it once: each change is an event. */
export function markAttention(life: OrderLife): void {
  const isNeeded = life.retries.exhausted !== null;
  if (isNeeded === life.isMarked) return;
  life.isMarked = isNeeded;
  upsertSearchAttributes([{ key: ATTENTION, value: isNeeded }]);
}
