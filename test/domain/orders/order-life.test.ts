import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decimal, roundPrice, ZERO } from '../../../domain/money/decimal.ts';
import {
  averageFillPrice,
  isOpen,
  leavesQuantity,
  type OrderState,
} from '../../../domain/orders/order.ts';
import { type ExecutionEvent, transition } from '../../../domain/orders/transition.ts';
import { cutUnits, cutWeights, decimalOf, priceUnits, quantityUnits } from '../arbitraries.ts';

const ORDERED = new Decimal(10);

const tradeArbitrary: fc.Arbitrary<ExecutionEvent> = fc
  .tuple(fc.integer({ min: -1, max: 120 }), fc.integer({ min: 1, max: 1_000 }))
  .map(([tenths, cents]) => ({
    execType: 'TRADE',
    quantity: new Decimal(tenths).div(10),
    price: new Decimal(cents).div(100),
  }));

const informationArbitrary: fc.Arbitrary<ExecutionEvent> = fc
  .constantFrom(
    'NEW',
    'TRIGGERED',
    'PENDING_CANCEL',
    'CANCELED',
    'CANCEL_REJECTED',
    'PENDING_REPLACE',
    'REPLACED',
    'REPLACE_REJECTED',
    'REJECTED',
    'EXPIRED',
    'SUSPENDED',
    'RESUMED',
  )
  .map((execType) => ({ execType }));

/** Events that end an order are rare, else most sequences would be short. */
const eventsArbitrary = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: tradeArbitrary },
    {
      weight: 4,
      arbitrary: informationArbitrary.filter(
        (event) => !['CANCELED', 'EXPIRED', 'REJECTED', 'REPLACED'].includes(event.execType),
      ),
    },
    { weight: 1, arbitrary: informationArbitrary },
  ),
  { maxLength: 40 },
);

const accepted: OrderState = {
  status: 'PENDING_NEW',
  restoreStatus: null,
  quantity: ORDERED,
  filledQuantity: ZERO,
  filledNotional: ZERO,
  isTriggered: false,
};

/** Every state that the events lead through; rejected events change nothing. */
function statesThrough(events: readonly ExecutionEvent[]): OrderState[] {
  const states = [Object.freeze(accepted)];
  for (const event of events) {
    const result = transition(states.at(-1) ?? accepted, event);
    if (result.ok) states.push(Object.freeze(result.value));
  }
  return states;
}

describe('any sequence of events', () => {
  it('keeps quantity = filled + leaves while open, and leaves nothing once closed', () => {
    fc.assert(
      fc.property(eventsArbitrary, (events) => {
        for (const state of statesThrough(events)) {
          const leaves = leavesQuantity(state);
          if (isOpen(state.status)) {
            expect(state.filledQuantity.plus(leaves).eq(state.quantity)).toBe(true);
            expect(leaves.gt(0)).toBe(true);
          } else expect(leaves.isZero()).toBe(true);
        }
      }),
    );
  });

  it('never fills more than the ordered quantity, and is FILLED exactly when it is filled to it', () => {
    fc.assert(
      fc.property(eventsArbitrary, (events) => {
        for (const state of statesThrough(events)) {
          expect(state.filledQuantity.lte(ORDERED)).toBe(true);
          expect(state.status === 'FILLED').toBe(state.filledQuantity.eq(ORDERED));
          if (
            state.status === 'REJECTED' ||
            state.status === 'PENDING_NEW' ||
            state.status === 'NEW'
          ) {
            expect(state.filledQuantity.isZero()).toBe(true);
          }
          if (state.status === 'PARTIALLY_FILLED') expect(state.filledQuantity.gt(0)).toBe(true);
        }
      }),
    );
  });

  it('never opens a closed order again and never loses a fill', () => {
    fc.assert(
      fc.property(eventsArbitrary, (events) => {
        const states = statesThrough(events);
        states.slice(1).forEach((after, index) => {
          const before = states[index] ?? accepted;
          expect(!isOpen(before.status) && isOpen(after.status)).toBe(false);
          expect(after.filledQuantity.gte(before.filledQuantity)).toBe(true);
          expect(after.filledNotional.gte(before.filledNotional)).toBe(true);
        });
      }),
    );
  });

  it('remembers a status to restore exactly while a cancel, a replace or a suspension lies over it', () => {
    fc.assert(
      fc.property(eventsArbitrary, (events) => {
        for (const { status, restoreStatus } of statesThrough(events)) {
          const isOverlay = ['PENDING_CANCEL', 'PENDING_REPLACE', 'SUSPENDED'].includes(status);
          expect(restoreStatus !== null).toBe(isOverlay);
          if (restoreStatus) {
            expect(isOpen(restoreStatus)).toBe(true);
            expect(restoreStatus).not.toBe(status);
          }
        }
      }),
    );
  });

  it('takes an event that is said twice as said once', () => {
    fc.assert(
      fc.property(eventsArbitrary, informationArbitrary, (events, event) => {
        const once = transition(statesThrough(events).at(-1) ?? accepted, event);
        if (!once.ok) return;
        const twice = transition(once.value, event);
        expect(twice).toEqual({ ok: true, value: once.value });
      }),
    );
  });

  it('restores the status before a rejected cancel', () => {
    fc.assert(
      fc.property(eventsArbitrary, (events) => {
        const before = statesThrough(events).at(-1) ?? accepted;
        if (!isOpen(before.status) || before.status === 'PENDING_CANCEL') return;
        const asked = transition(before, { execType: 'PENDING_CANCEL' });
        if (!asked.ok) expect.fail('a cancel may be asked for while the order is open');
        const rejected = transition(asked.value, { execType: 'CANCEL_REJECTED' });
        expect(rejected).toMatchObject({ ok: true, value: { status: before.status } });
      }),
    );
  });

  it('can always be ended by an operator while it is open', () => {
    fc.assert(
      fc.property(eventsArbitrary, (events) => {
        const state = statesThrough(events).at(-1) ?? accepted;
        const ended = transition(state, {
          execType: state.filledQuantity.isZero() ? 'REJECTED' : 'CANCELED',
        });
        if (isOpen(state.status)) expect(ended.ok).toBe(true);
      }),
    );
  });
});

describe('the average fill price', () => {
  it('is null while nothing is filled', () => {
    expect(averageFillPrice(accepted)).toBeNull();
  });

  it('does not depend on how fills at one price are cut, nor on their order', () => {
    fc.assert(
      fc.property(quantityUnits, priceUnits, cutWeights, (quantity, price, weights) => {
        const parts = cutUnits(quantity, weights);
        for (const cut of [parts, [...parts].reverse(), [quantity]]) {
          const order = fillAll(quantity, cut, () => price);
          expect(order.status).toBe('FILLED');
          expect(averageFillPrice(order)?.eq(decimalOf(price, 8))).toBe(true);
        }
      }),
    );
  });

  it('is the weighted mean of the prices, rounded once', () => {
    fc.assert(
      fc.property(
        quantityUnits,
        fc.array(priceUnits, { minLength: 13, maxLength: 13 }),
        cutWeights,
        (quantity, prices, weights) => {
          const parts = cutUnits(quantity, weights);
          const order = fillAll(quantity, parts, (index) => prices[index] ?? 1n);
          const notional = parts.reduce(
            (sum, part, index) => sum + part * (prices[index] ?? 1n),
            0n,
          );
          expect(order.filledNotional.eq(decimalOf(notional, 16))).toBe(true);
          const mean = new Decimal(notional.toString()).div(quantity.toString()).div('1e8');
          expect(averageFillPrice(order)?.eq(roundPrice(mean))).toBe(true);
        },
      ),
    );
  });
});

function fillAll(
  quantity: bigint,
  parts: readonly bigint[],
  priceOf: (index: number) => bigint,
): OrderState {
  return parts.reduce<OrderState>(
    (order, part, index) => {
      const result = transition(order, {
        execType: 'TRADE',
        quantity: decimalOf(part, 8),
        price: decimalOf(priceOf(index), 8),
      });
      if (!result.ok) throw new Error(result.error.code);
      return result.value;
    },
    { ...accepted, quantity: decimalOf(quantity, 8) },
  );
}
