import { expect, it } from 'vitest';
import { createClosedOrders } from '../../paper-broker/closed-orders.ts';
import { createLiveOrder, viewOrder } from '../../paper-broker/engine-state.ts';
import { checkTerms } from '../../paper-broker/terms.ts';
import { terms } from './support/orders.ts';

const order = (clientOrderId: string) => {
  const asked = terms({ clientOrderId });
  return viewOrder(createLiveOrder(asked, 1, checkTerms(asked)));
};

it('never keeps more than its bound', () => {
  const kept = createClosedOrders(10_000);
  for (let index = 0; index < 25_000; index += 1) kept.put(order(`order-${index}`));
  expect(kept.size()).toBe(10_000);
});

it('gives up the order that was not asked for the longest', () => {
  const kept = createClosedOrders(2);
  kept.put(order('a'));
  kept.put(order('b'));
  kept.get('a');
  kept.put(order('c'));
  expect(['a', 'b', 'c'].map((id) => kept.get(id) !== undefined)).toEqual([true, false, true]);
});
