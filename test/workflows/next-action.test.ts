import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ExecutionReport } from '../../contracts/ports/broker.ts';
import { isOpen } from '../../domain/order/order.ts';
import { nextAction } from '../../workflows/order/next-action.ts';
import { liveThrough, orderEvents } from '../support/order-events.ts';
import { progressOf } from '../support/order-workflow-rig.ts';

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

it('cancels before it has booked thousands of fills, and books the rest then', () => {
  const { life, nowMs } = liveThrough([]);
  life.advance(progressOf({ status: 'PARTIALLY_FILLED' }), nowMs);
  life.receive(Array.from({ length: 500 }, (_, index) => ({ sequence: index }) as ExecutionReport));
  life.requestCancel('client');
  expect(nextAction(life, nowMs)).toEqual({ do: 'BOOK' });
  expect(life.takeReports(200)).toHaveLength(200);
  expect(nextAction(life, nowMs)).toEqual({ do: 'CANCEL', actor: 'client' });
  life.retries.failed('CANCEL', { code: 'BrokerUnavailable', class: 'TRANSIENT', step: null, progress: null }, nowMs + 1);
  expect(nextAction(life, nowMs)).toEqual({ do: 'BOOK' });
  expect(life.takeReports(300).map(({ sequence }) => sequence)).toEqual(Array.from({ length: 300 }, (_, index) => index + 200));
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
