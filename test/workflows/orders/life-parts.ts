import type { ExecutionReport } from '../../../contracts/broker-session/broker.ts';
import type { OrderProgress } from '../../../contracts/orders/workflow-messages.ts';
import { submissionAt } from '../../use-cases/orders/decision-fixtures.ts';

export const BEGAN = '2026-11-24T15:00:00.000Z';
export const BEGAN_MS = Date.parse(BEGAN);
/** Accepted within 30 s; the broker is asked after 15 minutes at first, by the end of its id. */
export const SUBMISSION = submissionAt(BEGAN, {
  orderId: '0198bbbb-0000-7000-8000-000000000000',
  acceptBy: '2026-11-24T15:00:30.000Z',
});
export const OPERATOR = { operator: 'user/olga', reason: 'why not' };
export const REPLACEMENT = { orderId: 'r', terms: {}, idempotency: null, requestedAt: BEGAN };

export const progress = (over: Partial<OrderProgress> = {}): OrderProgress => ({
  orderId: SUBMISSION.orderId,
  status: 'NEW',
  filledQuantity: '0',
  leavesQuantity: '10',
  averageFillPrice: null,
  rejectCode: null,
  isAcknowledged: true,
  releaseAt: null,
  expiresAt: null,
  ...over,
});

export const reports = (...sequences: number[]): ExecutionReport[] =>
  sequences.map((sequence) => ({ sequence }) as ExecutionReport);
