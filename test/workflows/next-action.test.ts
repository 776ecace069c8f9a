import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isOpen } from '../../domain/order/order.ts';
import { nextAction } from '../../workflows/order/next-action.ts';
import { liveThrough, orderEvents } from '../support/order-events.ts';

it('always knows what brings an order on: an action, a time, the venue, or an operator who has been called', () => {
  fc.assert(
    fc.property(orderEvents, (events) => {
      const { life, nowMs } = liveThrough(events);
      const action = nextAction(life, nowMs);
      if (action.do !== 'WAIT') return;
      if (action.untilMs === null) expect(life.retries.exhausted).not.toBeNull();
      else expect(action.untilMs).toBeGreaterThan(nowMs);
    }),
    { numRuns: 20_000 },
  );
});

it('is done with an order that is closed, and only then', () => {
  fc.assert(
    fc.property(orderEvents, (events) => {
      const { life, nowMs } = liveThrough(events);
      const isDone = nextAction(life, nowMs).do === 'DONE';
      expect(isDone).toBe(life.progress !== null && !isOpen(life.progress.status) && life.replacement === null);
    }),
    { numRuns: 2_000 },
  );
});
