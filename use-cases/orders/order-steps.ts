import type { Bound } from '../bind.ts';
import { cancelAtBroker, expireOrder, failOrder } from './end-order.ts';
import { executeOrder } from './execute-order.ts';
import { findDecision } from './order-progress.ts';
import { recordAttempts } from './record-attempts.ts';
import { bookSignaledReports, refreshOrder } from './refresh-order.ts';
import { replaceAtBroker } from './replace-at-broker.ts';
import { resumeOrder, suspendOrder } from './suspend-order.ts';

/**
 * The steps of an order's life, as its workflow takes them: `executeOrder` accepts, places and
 * books; the others follow what happens then. Each is idempotent by the order's id and the broker's
 * execution ids. Whatever changes an order goes through `recordEvent`, but for a replacement that
 * takes its place: `confirmReplacement`.
 */
export const orderSteps = {
  executeOrder,
  bookSignaledReports,
  refreshOrder,
  cancelAtBroker,
  replaceAtBroker,
  expireOrder,
  failOrder,
  suspendOrder,
  resumeOrder,
  findDecision,
  recordAttempts,
};

export type OrderSteps = Bound<typeof orderSteps>;
