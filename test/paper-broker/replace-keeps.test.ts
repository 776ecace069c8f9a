import { describe, expect, it } from 'vitest';
import { Decimal } from '../../domain/money/decimal.ts';
import { viewOrder } from '../../paper-broker/engine-state.ts';
import type { LiveOrder, OrderTerms } from '../../paper-broker/order.ts';
import {
  createEngineRig,
  describeReports,
  type EngineRig,
  restart,
  tell,
} from './support/engine-rig.ts';
import { limitTerms, type QuoteNumbers, terms } from './support/orders.ts';

// What a replace does not name stays as it is. Each order is brought to a moment of its life, then
// replaced by what one field says.

const at = (last: string, changes: QuoteNumbers = {}): QuoteNumbers => ({
  bid: new Decimal(last).minus('0.01').toFixed(),
  ask: new Decimal(last).plus('0.01').toFixed(),
  last,
  ...changes,
});

interface Kind {
  name: string;
  terms: Partial<OrderTerms>;
  /** Set off, and out of reach of its limit or protection. */
  trigger: string;
  /** Fills 4 of the 10, then back to where nothing of it trades. */
  fillPart: QuoteNumbers;
  waterMark: string | null;
  stopPrice: string | null;
}

const KINDS: Kind[] = [
  {
    name: 'a LIMIT',
    terms: { type: 'LIMIT', limitPrice: '99' },
    trigger: '100',
    fillPart: { bid: '98.90', ask: '99', last: '99', askSize: '4' },
    waterMark: null,
    stopPrice: null,
  },
  {
    name: 'a BUY STOP',
    terms: { type: 'STOP', stopPrice: '101', protectionPrice: '102' },
    trigger: '103',
    fillPart: at('101.50', { askSize: '4' }),
    waterMark: null,
    stopPrice: '101',
  },
  {
    name: 'a SELL STOP_LIMIT',
    terms: { type: 'STOP_LIMIT', side: 'SELL', stopPrice: '99', limitPrice: '98.50' },
    trigger: '97',
    fillPart: at('98.60', { bidSize: '4' }),
    waterMark: null,
    stopPrice: '99',
  },
  {
    name: 'a SELL TRAILING_STOP',
    terms: { type: 'TRAILING_STOP', side: 'SELL', trailPercent: '1', protectionPrice: '108' },
    trigger: '105',
    fillPart: at('108.50', { bidSize: '4' }),
    waterMark: '110',
    stopPrice: '108.9',
  },
  {
    name: 'a BUY TRAILING_STOP',
    terms: { type: 'TRAILING_STOP', side: 'BUY', trailPercent: '1', protectionPrice: '92' },
    trigger: '95',
    fillPart: at('91.50', { askSize: '4' }),
    waterMark: '90',
    stopPrice: '90.9',
  },
];

const MOMENTS = ['BEFORE_TRIGGER', 'AFTER_TRIGGER', 'AFTER_PART_FILL'] as const;
type Moment = (typeof MOMENTS)[number];

const CHANGES: Record<string, Partial<OrderTerms>> = {
  'fewer shares': { quantity: '7' },
  'more shares': { quantity: '12' },
  'another time in force': { timeInForce: 'GTC' },
};

/** The order at the moment, and a market in which it stays as it is. */
function bring({ terms: wanted, waterMark, trigger, fillPart }: Kind, moment: Moment) {
  const rig = createEngineRig();
  tell(rig, at('100'));
  const order = rig.engine.accept(terms(wanted), null);
  // Back, but not as far as the stop: a mark that were taken anew would be another.
  const back = waterMark === null ? '100' : wanted.side === 'SELL' ? '109.20' : '90.70';
  if (waterMark !== null) tell(rig, at(waterMark));
  tell(rig, at(back));
  rig.clock.nowMs = 2_000;
  if (moment !== 'BEFORE_TRIGGER') tell(rig, at(trigger));
  if (moment === 'AFTER_PART_FILL') {
    tell(rig, fillPart);
    tell(rig, at(trigger));
  }
  rig.clock.nowMs = 3_000;
  return { rig, order, market: at(moment === 'BEFORE_TRIGGER' ? back : trigger) };
}

function replaceBy(rig: EngineRig, original: LiveOrder, changes: Partial<OrderTerms>): LiveOrder {
  const replacement = rig.engine.replace(
    original,
    terms({ ...original.terms, clientOrderId: `${rig.reports.length}.1`, ...changes }),
  );
  if (!replacement) throw new Error('the replacement was rejected');
  return replacement;
}

const cases = KINDS.flatMap((kind) =>
  MOMENTS.flatMap((moment) => Object.keys(CHANGES).map((named) => ({ kind, moment, named }))),
);

describe('what a replace does not name', () => {
  it.each(cases)('stays, when $kind.name gets $named $moment', ({ kind, moment, named }) => {
    const { rig, order, market } = bring(kind, moment);
    const isPartFilled = moment === 'AFTER_PART_FILL';
    const before = viewOrder(order);
    expect(before.filledQuantity).toBe(isPartFilled ? '4' : '0');
    const quantity = CHANGES[named]?.quantity ?? '10';
    const replacement = replaceBy(rig, order, CHANGES[named] ?? {});
    const expected = {
      triggeredAtMs: kind.stopPrice !== null && moment !== 'BEFORE_TRIGGER' ? 2_000 : null,
      waterMark: kind.waterMark,
      carriedQuantity: isPartFilled ? '4' : '0',
      leavesQuantity: new Decimal(quantity).minus(isPartFilled ? 4 : 0).toFixed(),
      arrival: named === 'more shares' ? replacement.firstSequence : before.arrival,
      status: 'NEW',
    };
    expect(viewOrder(replacement)).toMatchObject(expected);
    expect(replacement.stop?.toFixed() ?? null).toBe(kind.stopPrice);
    // The trigger was reported of the order it came to, and is no news of the next.
    expect(describeReports(replacement.reports)).toEqual(['NEW/NEW']);

    const again = restart(rig);
    tell(again, market);
    const revived = again.engine.find(replacement.terms.clientOrderId);
    expect(revived && viewOrder(revived)).toEqual(viewOrder(replacement));
    if (!revived) throw new Error('it was lost');
    const next = replaceBy(again, revived, { quantity: '6' });
    expect(viewOrder(next)).toMatchObject({
      triggeredAtMs: expected.triggeredAtMs,
      waterMark: expected.waterMark,
      leavesQuantity: '6',
    });
  });
});

describe('a stop that was not reached', () => {
  it('lies where the new stop price says, and works at once when the market is there already', () => {
    const rig = createEngineRig();
    tell(rig, at('100'));
    const order = rig.engine.accept(terms({ type: 'STOP', stopPrice: '101' }), null);
    const further = replaceBy(rig, order, { stopPrice: '105' });
    tell(rig, at('102'));
    expect(further).toMatchObject({ triggeredAtMs: null, status: 'NEW' });
    const reached = replaceBy(rig, further, { stopPrice: '101.50' });
    expect(describeReports(reached.reports)).toEqual(['NEW/NEW', 'TRIGGERED/NEW', 'TRADE/FILLED']);
    expect(reached.reports.every(({ inAnswer }) => inAnswer)).toBe(true);
  });

  it.each([
    ['SELL', '241.54', '240.04', '20', '193.23'],
    ['BUY', '198.46', '199.96', '20', '238.16'],
  ] as const)(
    'to %s trails the mark that it had, %s, by its new trail',
    (side, mark, last, trailPercent, stop) => {
      const rig = createEngineRig();
      tell(rig, at('220'));
      const order = rig.engine.accept(
        terms({ type: 'TRAILING_STOP', trailPercent: '9.5', side }),
        null,
      );
      tell(rig, at(mark));
      tell(rig, at(last));
      const replacement = replaceBy(rig, order, { trailPercent });
      expect(viewOrder(replacement)).toMatchObject({ waterMark: mark, triggeredAtMs: null });
      expect(replacement.stop?.toFixed()).toBe(stop);
    },
  );
});

describe('a stop that was reached', () => {
  it.each([
    ['STOP_LIMIT', { stopPrice: '98' }],
    ['STOP', { stopPrice: '98' }],
    ['STOP', { type: 'TRAILING_STOP', stopPrice: null, trailPercent: '1' }],
    ['TRAILING_STOP', { trailPercent: '2' }],
  ] as const)('of a %s is not moved by %o: nothing changes', (type, changes) => {
    const kind = KINDS.find((one) => one.terms.type === type);
    if (!kind) throw new Error(`no kind is ${type}`);
    const { rig, order } = bring(kind, 'AFTER_TRIGGER');
    const before = viewOrder(order);
    expect(
      rig.engine.replace(order, terms({ ...order.terms, clientOrderId: 'moved.1', ...changes })),
    ).toBeNull();
    expect(viewOrder(order)).toEqual(before);
  });

  it('lets a STOP_LIMIT have a new limit, which trades at once', () => {
    const kind = KINDS.find(({ terms: { type } }) => type === 'STOP_LIMIT');
    if (!kind) throw new Error('no kind is STOP_LIMIT');
    const { rig, order } = bring(kind, 'AFTER_TRIGGER');
    const replacement = replaceBy(rig, order, { limitPrice: '96.50', stopPrice: '99.00' });
    expect(describeReports(replacement.reports)).toEqual(['NEW/NEW', 'TRADE/FILLED']);
    expect(replacement.triggeredAtMs).toBe(2_000);
  });
});

describe('the place in the queue', () => {
  it.each([
    ['stays for fewer shares', { quantity: '8' }, true],
    ['stays for another time in force', { timeInForce: 'GTC' }, true],
    ['is lost for more shares', { quantity: '11' }, false],
    ['is lost for another limit, though it comes back', { limitPrice: '98' }, false],
  ] as const)('%s', (_what, changes, isKept) => {
    const rig = createEngineRig();
    tell(rig);
    const order = rig.engine.accept(limitTerms('99'), null);
    const behind = rig.engine.accept(limitTerms('99'), null);
    let replacement = replaceBy(rig, order, changes);
    if (replacement.limit?.toFixed() !== '99')
      replacement = replaceBy(rig, replacement, { limitPrice: '99' });
    const again = restart(rig);
    tell(again, { bid: '98', ask: '99', askSize: '5' });
    const filled = again.engine.find((isKept ? replacement : behind).terms.clientOrderId);
    expect(filled?.filled.toFixed()).toBe('5');
  });

  it('stays for fewer shares in an auction', () => {
    const rig = createEngineRig();
    tell(rig);
    const auction = { timeInForce: 'CLS', auctionAtMs: Date.now() + 60_000 } as const;
    const order = rig.engine.accept(limitTerms('101', auction), null);
    const behind = rig.engine.accept(limitTerms('101', auction), null);
    const replacement = replaceBy(rig, order, { quantity: '8' });
    tell(rig, { askSize: '9' });
    rig.clock.nowMs = auction.auctionAtMs;
    rig.engine.runDue();
    expect([replacement, behind].map(({ filled }) => filled.toFixed())).toEqual(['8', '1']);
  });
});
