/** How many orders of a kind a reconciliation names; all are counted. */
export const NAMED_MAX = 100;

/** Orders that were treated alike. */
export interface ReconciledOrders {
  count: number;
  /** At most {@link NAMED_MAX}. */
  orderIds: string[];
}

/**
 * How an order's three records differed, and what was done: the broker's, our books' and its
 * workflow's. Each order counts under the first that holds.
 *
 * - `RESTORED`: not in the books. The broker has it: it is in them as it stands there.
 * - `DECIDED_ANEW`: not in the books, nor at the broker, and its workflow goes on: accepted or
 *   rejected by what holds now, as its client was promised.
 * - `ENDED`: open in the books, while its workflow has ended it and the broker never had it.
 * - `CORRECTED`: the broker was ahead of the books.
 * - `STARTED`: open, without a workflow.
 * - `TOLD`: closed, and its workflow went on: it was told so.
 * - `FAILED`: could not be compared or repaired; the log says why. Run it again.
 */
export type Reconciled =
  | 'RESTORED'
  | 'DECIDED_ANEW'
  | 'ENDED'
  | 'CORRECTED'
  | 'STARTED'
  | 'TOLD'
  | 'FAILED';

export interface Reconciliation {
  broker: string;
  compared: number;
  differences: Partial<Record<Reconciled, ReconciledOrders>>;
}

/** The Temporal workflow type of a reconciliation. */
export const RECONCILIATION_WORKFLOW = 'reconciliation';
