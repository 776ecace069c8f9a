import type { OperatorOrderQuery } from '../../contracts/operators/operator-reader.ts';

/** What an operator's list of orders goes by when nothing is asked for. */
export const ALL_ORDERS: Omit<OperatorOrderQuery, 'after' | 'limit'> = {
  attention: null,
  status: 'all',
  symbol: null,
  accountId: null,
  clientOrderId: null,
  step: null,
  code: null,
  submittedAfter: null,
  submittedUntil: null,
};
