import {
  defineSearchAttributeKey,
  SearchAttributeType,
  TypedSearchAttributes,
} from '@temporalio/common';
import { describeTerms, NO_TERMS, type OrderSubmission } from '../contracts/orders/order.ts';

/**
 * An order like those of the real path, for the skeleton to carry: the same fields, the same size.
 */
export function skeletonSubmission(orderId: string, index: number): OrderSubmission {
  const submittedAt = new Date();
  return {
    orderId,
    accountId: '01900000-0000-7000-8000-00000000000a',
    symbol: 'AAPL',
    side: index % 2 === 0 ? 'BUY' : 'SELL',
    type: 'MARKET',
    timeInForce: 'DAY',
    quantity: '10',
    ...NO_TERMS,
    clientOrderId: null,
    idempotency: {
      key: orderId,
      fingerprint: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    },
    submittedAt: submittedAt.toISOString(),
    acceptBy: new Date(submittedAt.getTime() + 10_000).toISOString(),
  };
}

const keyword = (name: string) => defineSearchAttributeKey(name, SearchAttributeType.KEYWORD);
const [ACCOUNT_ID, SYMBOL] = [keyword('AccountId'), keyword('Symbol')];

/** What adapters/temporal/orders/order-workflows.ts adds to a start for the reader. */
export const orderStartOptions = (submission: OrderSubmission) => ({
  staticSummary: describeTerms(submission),
  typedSearchAttributes: new TypedSearchAttributes([
    { key: ACCOUNT_ID, value: submission.accountId },
    { key: SYMBOL, value: submission.symbol },
  ]),
});
