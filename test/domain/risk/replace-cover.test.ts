import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alwaysOpenCalendar } from '../../../domain/market/always-open.ts';
import { Decimal, ZERO } from '../../../domain/money/decimal.ts';
import { type FilledWorth, fillCash } from '../../../domain/orders/fill-cash.ts';
import { type CashHold, holdAfterFill, holdFor } from '../../../domain/risk/hold.ts';
import { decideReplacement, replacementHold } from '../../../domain/risk/replace.ts';
import { cutUnits, cutWeights, decimalOf, unitsArbitrary } from '../arbitraries.ts';

const RICH = new Decimal('1e12');
const CENT = new Decimal('0.01');

interface Part {
  quantity: Decimal;
  price: Decimal;
}

/** A purchase, how it fills, and what is to take its place. */
interface Scenario {
  total: Decimal;
  price: Decimal;
  parts: Part[];
  /** How many of the parts are filled when the replacement is decided. */
  before: number;
  newTotal: Decimal;
  newPrice: Decimal;
}

interface Filled {
  hold: CashHold;
  worth: FilledWorth;
  filled: Decimal;
}

function fill({ hold, worth, filled }: Filled, part: Part, total: Decimal): Filled {
  const sum = filled.plus(part.quantity);
  const notional = worth.notional.plus(part.quantity.times(part.price));
  const cost = fillCash('BUY', worth.cash, notional, hold.amount);
  const after = { notional, cash: worth.cash.plus(cost) };
  const movement = holdAfterFill(hold, { cost, filled: after, leaves: total.minus(sum) });
  expect(movement.drawn.isZero()).toBe(true);
  return { hold: { ...hold, amount: movement.held }, worth: after, filled: sum };
}

function fillBefore({ total, price, parts, before }: Scenario): Filled {
  const hold = holdFor({ side: 'BUY', quantity: total, price, shortingAllowed: false });
  if (hold.kind !== 'CASH') throw new Error('a BUY holds cash');
  return parts.slice(0, before).reduce((state: Filled, part) => fill(state, part, total), {
    hold,
    worth: { notional: ZERO, cash: ZERO },
    filled: ZERO,
  });
}

/** What the replacement holds beyond the original; `null` when it is rejected. */
function extraFor(
  { total, newTotal, newPrice }: Scenario,
  { hold, worth, filled }: Filled,
  buyingPower: Decimal,
): Decimal | null {
  const decision = decideReplacement({
    original: {
      side: 'BUY',
      type: 'LIMIT',
      timeInForce: 'GTC',
      quantity: total,
      filledQuantity: filled,
      filled: worth,
      limitPrice: newPrice,
      stopPrice: null,
      trailPercent: null,
      protectionPrice: null,
      isTriggered: false,
      releaseAtMs: null,
      auctionAtMs: null,
      expiresAtMs: null,
      hold: { kind: 'CASH', price: hold.price, remaining: hold.amount },
    },
    terms: {
      quantity: newTotal,
      limitPrice: newPrice,
      stopPrice: null,
      trailPercent: null,
      timeInForce: 'GTC',
    },
    account: { status: 'ACTIVE', buyingPower, shortingAllowed: false },
    // A purchase that closes a short position may be as small as it likes.
    position: { quantity: filled.minus(newTotal), heldQuantity: ZERO },
    instrument: { tradable: true, fractionable: true },
    quote: { bid: newPrice, ask: newPrice },
    nowMs: 0,
    calendar: alwaysOpenCalendar,
  });
  if (decision.ok && decision.value.hold?.kind !== 'CASH') throw new Error('a BUY holds cash');
  return decision.ok ? (decision.value.hold?.extra ?? null) : null;
}

/**
 * Now and after each fill to come but the last: how much the two are short of what the replacement
 * must hold if the venue accepts it then. The venue makes no part that is worth less than a cent;
 * what was filled before may be of any size.
 */
function shortages(scenario: Scenario, state: Filled, extra: Decimal): Decimal[] {
  const found: Decimal[] = [];
  let current = state;
  for (const part of [null, ...scenario.parts.slice(scenario.before, -1)]) {
    if (part?.quantity.times(part.price).lt(CENT)) break;
    if (part) current = fill(current, part, scenario.total);
    const leaves = scenario.newTotal.minus(current.filled);
    if (!leaves.gt(ZERO)) break;
    found.push(replacementHold(scenario.newPrice, leaves).minus(current.hold.amount).minus(extra));
  }
  return found;
}

/** With exactly the buying power that it asks for. */
function worstShortages(scenario: Scenario): Decimal[] {
  const state = fillBefore(scenario);
  const wanted = extraFor(scenario, state, RICH);
  if (!wanted) return [];
  if (wanted.gt(ZERO)) expect(extraFor(scenario, state, wanted.minus(CENT))).toBeNull();
  return shortages(
    scenario,
    state,
    extraFor(scenario, state, wanted) ?? expect.fail('it is rejected with what it asks for'),
  );
}

/**
 * Prices that an order may name: cents from a dollar on, hundredths of cents below. In units of
 * 10⁻⁸.
 */
const tickPrice = fc.oneof(
  fc.bigInt({ min: 1n, max: 9_999n }).map((ticks) => ticks * 10_000n),
  fc.bigInt({ min: 100n, max: 50_000n }).map((cents) => cents * 1_000_000n),
);
const centPrice = fc.bigInt({ min: 100n, max: 50_000n }).map((cents) => cents * 1_000_000n);
const nearby = (price: bigint, units: fc.Arbitrary<bigint>) => fc.oneof(fc.constant(price), units);

const scenarioOf = (
  shares: fc.Arbitrary<bigint>,
  sharesPlaces: number,
  price: fc.Arbitrary<bigint>,
): fc.Arbitrary<Scenario> =>
  fc
    .tuple(shares, price)
    .chain(([total, oldPrice]) =>
      fc.record({
        total: fc.constant(total),
        oldPrice: fc.constant(oldPrice),
        newTotal: nearby(total, shares),
        newPrice: nearby(oldPrice, price),
        weights: cutWeights,
        // In thousandths of the hold's price; often the price itself, where the hold is tightest.
        discounts: fc.array(fc.oneof(fc.constant(1_000n), fc.bigInt({ min: 1n, max: 1_000n })), {
          minLength: 13,
          maxLength: 13,
        }),
        before: fc.integer({ min: 0, max: 6 }),
      }),
    )
    .map(({ total, oldPrice, newTotal, newPrice, weights, discounts, before }) => {
      const parts = cutUnits(total, weights).map((part, index) => {
        const paid = (oldPrice * (discounts[index] ?? 1_000n)) / 1_000n;
        return {
          quantity: decimalOf(part, sharesPlaces),
          price: decimalOf(paid > 0n ? paid : 1n, 8),
        };
      });
      return {
        total: decimalOf(total, sharesPlaces),
        price: decimalOf(oldPrice, 8),
        parts,
        before: Math.min(before, parts.length - 1),
        newTotal: decimalOf(newTotal, sharesPlaces),
        newPrice: decimalOf(newPrice, 8),
      };
    });

const fractions = scenarioOf(unitsArbitrary(100_000_000_000n), 8, tickPrice).filter(
  ({ total }) => !total.isInteger(),
);
const shares = fc.bigInt({ min: 1n, max: 1_000n });
const RUNS = { numRuns: 2_000 };

describe('what an order and its replacement hold together, however it is cut and whatever fills before the venue answers', () => {
  it.each([
    ['fractions of shares', fractions],
    ['whole shares, cut at whole shares, at any price', scenarioOf(shares, 0, tickPrice)],
    ['whole shares, cut at whole shares, at whole cents', scenarioOf(shares, 0, centPrice)],
  ])(
    'covers the replacement with exactly the buying power that it asks for: %s',
    (_what, scenarios) => {
      let seen = 0;
      const property = fc.property(scenarios, (scenario) => {
        for (const shortage of worstShortages(scenario)) {
          seen += 1;
          expect(shortage.lte(ZERO)).toBe(true);
        }
      });
      fc.assert(property, RUNS);
      expect(seen).toBeGreaterThan(RUNS.numRuns);
    },
  );

  it('needs the cent that two orders can cost more than one: 2.5 shares at a cent cost 3 cents, but 1.2 and 1.3 apart 4', () => {
    const price = new Decimal('0.01');
    const parts = ['1.2', '1.3'].map((quantity) => ({ quantity: new Decimal(quantity), price }));
    const scenario = {
      total: new Decimal('2.5'),
      price,
      parts,
      before: 0,
      newTotal: new Decimal('2.5'),
      newPrice: price,
    };
    expect(worstShortages(scenario).map((shortage) => shortage.toFixed())).toEqual(['-0.01', '0']);
  });
});
