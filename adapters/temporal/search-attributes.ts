import {
  defineSearchAttributeKey,
  SearchAttributeType,
  TypedSearchAttributes,
} from '@temporalio/common';
import type { Order } from '../../contracts/orders/order.ts';

/**
 * Each costs the server close to a millisecond per order: what an operator filters by, and no more.
 */
const ACCOUNT_ID = defineSearchAttributeKey('AccountId', SearchAttributeType.KEYWORD);
const SYMBOL = defineSearchAttributeKey('Symbol', SearchAttributeType.KEYWORD);

/** By which the workflows of an order are found. */
export const searchAttributesOf = ({
  accountId,
  symbol,
}: Pick<Order, 'accountId' | 'symbol'>): TypedSearchAttributes =>
  new TypedSearchAttributes([
    { key: ACCOUNT_ID, value: accountId },
    { key: SYMBOL, value: symbol },
  ]);
