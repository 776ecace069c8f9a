import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { upsertSearchAttributes } from '@temporalio/workflow';
import { type NoOrder, ORDER_STATUS } from '../../contracts/orders/workflow-messages.ts';
import type { OrderStatus } from '../../domain/orders/order.ts';
import { showsTroubles } from '../retry/attention.ts';
import { isUndecided, type LifeState } from './life-state.ts';

const STATUS = defineSearchAttributeKey(ORDER_STATUS, SearchAttributeType.KEYWORD);

/**
 * How an order's workflow ended, for who looks for it among those that completed. Not of a FILLED
 * one: each attribute costs the server close to a millisecond.
 */
export function markEnd(state: LifeState): void {
  const status = endOf(state);
  if (status === 'FILLED' || !showsTroubles()) return;
  upsertSearchAttributes([{ key: STATUS, value: status }]);
}

function endOf(state: LifeState): OrderStatus | NoOrder {
  if (state.declinedFor !== null) return 'DECLINED';
  if (isUndecided(state) || state.progress === null) return 'NOT_DECIDED';
  return state.progress.status;
}
