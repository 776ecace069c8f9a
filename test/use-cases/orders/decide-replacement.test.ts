import { describe, expect, it } from 'vitest';
import { HubError } from '../../../contracts/errors.ts';
import type { Order, OrderSubmission, ReplaceTerms } from '../../../contracts/orders/order.ts';
import { ORDER_FIELDS } from '../../../contracts/orders/order-fields.ts';
import type { SubmissionContext, WorkingOrder } from '../../../contracts/orders/order-store.ts';
import {
  checkReplacement,
  decideReplacementSubmission,
  replacementSubmission,
} from '../../../use-cases/orders/decide-replacement.ts';
import { decideSubmission } from '../../../use-cases/orders/decide-submission.ts';
import { contextWith, OPEN, quoteAt, submissionAt, when, workingOf } from './decision-fixtures.ts';

const NEW_ID = '0198cccc-0000-7000-8000-000000000002';
const LATER = '2026-11-24T15:05:00.000Z';

/** The order as it was accepted, with what has become of it since. */
function original(
  over: Partial<OrderSubmission> = {},
  filledQuantity = '0',
  more: Partial<WorkingOrder> = {},
): WorkingOrder {
  const { order } = decideSubmission(
    submissionAt(OPEN, over),
    contextWith({ position: { quantity: '100', heldQuantity: '0' } }),
    quoteAt(OPEN),
    when(OPEN),
  );
  return workingOf({ ...order, status: 'NEW', filledQuantity }, more);
}

const replacementOf = (terms: ReplaceTerms) => ({
  orderId: NEW_ID,
  terms,
  idempotency: { key: 'k-2', fingerprint: 'f-2' },
  requestedAt: LATER,
});

const replace = (
  working: WorkingOrder,
  terms: ReplaceTerms,
  context: Partial<SubmissionContext> = {},
  time = LATER,
) =>
  decideReplacementSubmission(
    working,
    replacementOf(terms),
    contextWith(context),
    quoteAt(time),
    when(time),
  );

describe('an order that is to take another’s place', () => {
  it('is a new order with the merged terms, what is left to fill, and a hold of what it needs beyond the original', () => {
    const hold = { kind: 'CASH', price: '100', amount: '1000.00', remaining: '600.00' } as const;
    const write = replace(original({}, '4', { hold }), {
      quantity: '12',
      limitPrice: '101.00',
      timeInForce: 'GTC',
    });
    expect(write.order).toMatchObject({
      id: NEW_ID,
      clientOrderId: NEW_ID,
      status: 'PENDING_NEW',
      replaces: '0198bbbb-0000-7000-8000-000000000001',
      side: 'BUY',
      type: 'LIMIT',
      timeInForce: 'GTC',
      quantity: '8',
      leavesQuantity: '8',
      filledQuantity: '0',
      notional: null,
      limitPrice: '101',
      releaseAt: null,
      expiresAt: '2027-02-22T15:05:00.000Z',
      submittedAt: LATER,
    });
    expect(write.hold).toEqual({ kind: 'CASH', price: '101', amount: '208.00' });
    expect(write.transfers).toMatchObject([
      { key: `order/${NEW_ID}/accepted/HOLD`, amount: '208' },
    ]);
    expect(write.audit).toMatchObject({
      action: 'ACCEPTED',
      details: { replaces: '0198bbbb-0000-7000-8000-000000000001' },
    });
    expect(Object.keys(write.order)).toEqual(Object.keys(ORDER_FIELDS));
  });

  it('is submitted with the full terms, its own key, and a minute to be decided in', () => {
    const working = original({ clientOrderId: 'first' });
    expect(replace(working, { limitPrice: '99', clientOrderId: 'second' }).submission).toEqual({
      ...submissionAt(LATER),
      orderId: NEW_ID,
      limitPrice: '99',
      clientOrderId: 'second',
      idempotency: { key: 'k-2', fingerprint: 'f-2' },
      acceptBy: '2026-11-24T15:06:00.000Z',
    });
    expect(replacementSubmission(working.order, replacementOf({}))).toMatchObject({
      orderId: NEW_ID,
      symbol: 'AAPL',
      clientOrderId: null,
    });
  });

  it('has a hold of nothing, and no transfer, when the original’s is enough', () => {
    const write = replace(original(), { limitPrice: '99.00' });
    expect(write.hold).toEqual({ kind: 'CASH', price: '99', amount: '0.00' });
    expect(write.transfers).toEqual([]);
  });

  it('holds the shares that a sale grows by', () => {
    const hold = { kind: 'SHARES', price: null, amount: '10', remaining: '10' } as const;
    const sale = original({ side: 'SELL' }, '0', { hold });
    const context = { position: { quantity: '15', heldQuantity: '10' } };
    expect(replace(sale, { quantity: '13' }, context).hold).toEqual({
      kind: 'SHARES',
      price: null,
      amount: '3',
    });
    expect(replace(sale, { quantity: '8' }, context).hold).toEqual({
      kind: 'SHARES',
      price: null,
      amount: '0',
    });
    expect(replace(sale, { quantity: '16' }, context).order).toMatchObject({
      rejectCode: 'INSUFFICIENT_POSITION',
      quantity: '16',
    });
  });

  it('waits for the open as its original does', () => {
    const closed = '2026-11-24T22:00:00.000Z';
    const { order } = decideSubmission(
      submissionAt(closed),
      contextWith(),
      quoteAt(closed),
      when(closed),
    );
    const write = replace(workingOf(order), { limitPrice: '99' }, {}, '2026-11-24T22:05:00.000Z');
    expect(write.order).toMatchObject({
      releaseAt: '2026-11-25T14:30:00.000Z',
      expiresAt: '2026-11-25T21:00:00.000Z',
    });
  });

  it('is protected anew when it has no limit', () => {
    const hold = { kind: 'CASH', price: '115.5', amount: '1155.00', remaining: '1155.00' } as const;
    const stop = original({ type: 'STOP', limitPrice: null, stopPrice: '110.00' }, '0', {
      hold,
      protectionPrice: '115.5',
    });
    expect(replace(stop, { stopPrice: '112.00' })).toMatchObject({
      order: { stopPrice: '112', limitPrice: null },
      protectionPrice: '117.6',
      hold: { price: '117.6', amount: '21.00' },
    });
  });
});

describe('a replacement that is rejected', () => {
  it('is kept as a REJECTED order that names its original, and holds nothing', () => {
    const poor = {
      account: { status: 'ACTIVE', buyingPower: '9.99', shortingAllowed: false },
    } as const;
    const write = replace(original({}, '4'), { limitPrice: '102.00', quantity: '20' }, poor);
    expect(write.order).toMatchObject({
      status: 'REJECTED',
      rejectCode: 'INSUFFICIENT_BUYING_POWER',
      replaces: '0198bbbb-0000-7000-8000-000000000001',
      quantity: '16',
      leavesQuantity: '0',
      rejectedAt: LATER,
    });
    expect([write.hold, write.transfers, write.auctionAt]).toEqual([null, [], null]);
    expect(write.audit.details).toMatchObject({
      code: 'INSUFFICIENT_BUYING_POWER',
      replaces: '0198bbbb-0000-7000-8000-000000000001',
    });
  });

  it('is rejected when it moves a stop that was reached', () => {
    const hold = { kind: 'CASH', price: '115.5', amount: '1155.00', remaining: '1155.00' } as const;
    const stop = original({ type: 'STOP', limitPrice: null, stopPrice: '110.00' }, '0', { hold });
    const reached = { ...stop, order: { ...stop.order, triggeredAt: OPEN } };
    expect(replace(stop, { stopPrice: '112.00' }).order.rejectCode).toBeNull();
    expect(replace(reached, { stopPrice: '112.00' }).order).toMatchObject({
      rejectCode: 'STOP_ALREADY_TRIGGERED',
      rejectFacts: { stopPrice: '110', newStopPrice: '112' },
    });
  });

  it('keeps the quantity that was asked for when all of it is filled by now', () => {
    expect(replace(original({}, '5'), { quantity: '5' }).order).toMatchObject({
      rejectCode: 'REPLACE_REJECTED',
      rejectFacts: { quantity: '5', filledQuantity: '5' },
      quantity: '5',
    });
  });

  it('takes the instrument’s own hours into account', () => {
    const halted = [
      { date: '2026-11-24', opensAtMs: Date.parse(OPEN), closesAtMs: Date.parse(OPEN) },
    ];
    expect(
      replace(original({ timeInForce: 'IOC' }), { limitPrice: '99' }, { sessionOverrides: halted })
        .order.rejectCode,
    ).toBe('MARKET_CLOSED');
  });

  it('is thrown when its time in force is none that the edge lets through', () => {
    expect(() => replace(original(), { timeInForce: 'FOK' })).toThrow(RangeError);
  });
});

describe('what is asked of a replacement before its workflow is', () => {
  const { order: limit } = original({}, '4');
  const refused = (order: Order, terms: ReplaceTerms) => {
    try {
      checkReplacement(order, terms);
      return 'CHECKED';
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      return { code: error.code, facts: error.facts, says: error.message };
    }
  };
  const notReplaceable = (says: string, status = 'NEW') => ({
    code: 'ORDER_NOT_REPLACEABLE',
    facts: { status, filledQuantity: '4' },
    says,
  });

  it.each<[ReplaceTerms]>([
    [{}],
    [{ limitPrice: '99' }],
    [{ quantity: '4.00000001' }],
    [{ timeInForce: 'DAY' }],
    [{ timeInForce: 'GTC', quantity: '12', limitPrice: '101' }],
  ])('is nothing that an open order may not be replaced by: %o', (terms) => {
    expect(refused(limit, terms)).toBe('CHECKED');
  });

  it.each([
    ['LIMIT', 'stopPrice'],
    ['LIMIT', 'trailPercent'],
    ['STOP', 'limitPrice'],
    ['TRAILING_STOP', 'stopPrice'],
    ['MARKET', 'limitPrice'],
  ] as const)('is a price of the order’s type: a %s order has no %s', (type, field) => {
    expect(refused({ ...limit, type }, { [field]: '5' })).toEqual({
      code: 'VALIDATION_FAILED',
      facts: { field },
      says: `a ${type} order has no ${field}`,
    });
  });

  it('is a time in force that the original may change to', () => {
    expect(refused({ ...limit, timeInForce: 'OPG' }, { timeInForce: 'DAY' })).toEqual({
      code: 'VALIDATION_FAILED',
      facts: { field: 'timeInForce' },
      says: 'a OPG order keeps its time in force',
    });
    expect(refused({ ...limit, timeInForce: 'OPG' }, { timeInForce: 'OPG' })).toBe('CHECKED');
  });

  it('is that the original is open', () => {
    expect(refused({ ...limit, status: 'FILLED' }, {})).toEqual(
      notReplaceable('The order cannot be replaced now', 'FILLED'),
    );
  });

  it('is that the original is not by notional', () => {
    expect(refused({ ...limit, notional: '500.00' }, {})).toEqual(
      notReplaceable('An order with a notional cannot be replaced; cancel it and submit another'),
    );
  });

  it.each(['4', '3.5'])('is more than the 4 shares that are filled already, not %s', (quantity) => {
    expect(refused(limit, { quantity })).toEqual(
      notReplaceable('The new quantity counts what is filled already, and must be more than that'),
    );
  });
});
