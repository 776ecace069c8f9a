import type { Bound } from '../bind.ts';
import { getBulk, listBulks, previewBulk, startBulk, stopBulk } from './bulk-operations.ts';
import { cancelOrder, failOrder, retryOrder } from './interfere.ts';
import { readSystem } from './look-at-system.ts';
import { getOrder, listOrders, listTimeline } from './operator-orders.ts';

/**
 * What operators see and do of the orders of all accounts, one by one and many at once, and how
 * they see the system. Each interference is kept in the audit trail with who and why. That the caller is an operator is the
 * edge's to know.
 */
export const operatorUseCases = {
  listOrders,
  getOrder,
  listTimeline,
  retryOrder,
  failOrder,
  cancelOrder,
  startBulk,
  previewBulk,
  listBulks,
  getBulk,
  stopBulk,
  readSystem,
};

export type OperatorUseCases = Bound<typeof operatorUseCases>;
