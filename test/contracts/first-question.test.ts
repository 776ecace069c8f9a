import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { firstQuestionAfterMs } from '../../contracts/orders/order.ts';

const MINUTE_MS = 60_000;

it('spreads the first questions about orders that came together evenly over 45 minutes, none before 15', () => {
  const perQuarter = [0, 0, 0];
  for (let order = 0; order < 9_000; order++) {
    const afterMs = firstQuestionAfterMs(randomUUID());
    expect(afterMs).toBeGreaterThanOrEqual(15 * MINUTE_MS);
    expect(afterMs).toBeLessThan(60 * MINUTE_MS);
    const quarter = Math.floor(afterMs / (15 * MINUTE_MS)) - 1;
    perQuarter[quarter] = (perQuarter[quarter] ?? 0) + 1;
  }
  for (const count of perQuarter) expect(count).toBeGreaterThan(2_500);
});

it('is the same for an order whenever it is asked for', () => {
  const orderId = randomUUID();
  expect(firstQuestionAfterMs(orderId)).toBe(firstQuestionAfterMs(orderId));
});
