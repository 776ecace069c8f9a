import { describe, expect, it } from 'vitest';
import { planOrderChange } from '../../../use-cases/orders/plan-order-change.ts';
import { OPEN } from './decision-fixtures.ts';
import {
  accepted,
  BROKER,
  LATER,
  lines,
  planned,
  SHARES,
  trade,
  working,
  XNYS,
} from './planned-changes.ts';

describe('a fill', () => {
  it('of a purchase pays from its hold, gives back what a better price saved, and moves the position', () => {
    const change = planned(working(), trade('4', '99.5'));
    expect(change).toMatchObject({
      orderId: accepted.id,
      accountId: accepted.accountId,
      symbol: 'AAPL',
      expectedVersion: 1,
      order: {
        status: 'PARTIALLY_FILLED',
        restoreStatus: null,
        filledQuantity: '4',
        filledNotional: '398',
        updatedAt: LATER,
        filledAt: null,
      },
      holdRemaining: '600',
      buyingPowerChange: '2.00',
      heldQuantityChange: '0',
      position: {
        expectedVersion: 0,
        quantity: '4',
        averagePrice: '99.5',
        costBasis: '398',
        realizedPnl: '0',
        status: 'ACTIVE',
        positionType: 'LONG',
        lastTradeAt: LATER,
      },
      execution: {
        broker: BROKER,
        brokerExecutionId: 'x1',
        side: 'BUY',
        quantity: '4',
        price: '99.5',
        cash: '398.00',
        executedAt: LATER,
        tradeDate: '2026-11-24',
        settlementDate: '2026-11-25',
      },
    });
    expect(lines(change)).toEqual([
      'x1/TRADE_CASH CASH_HELD CLEARING 398 USD',
      'x1/TRADE_SECURITIES CLEARING SECURITIES_UNSETTLED 4 AAPL',
      'x1/RELEASE CASH_HELD CASH_UNSETTLED 2 USD',
    ]);
    expect(change.audit).toEqual({
      actor: 'broker',
      action: 'TRADE',
      details: {
        ...{ from: 'NEW', to: 'PARTIALLY_FILLED', brokerExecutionId: 'x1' },
        ...{ quantity: '4', price: '99.5' },
      },
    });
  });

  it('rounds with the fills before it, not by itself', () => {
    const before = working(
      { status: 'PARTIALLY_FILLED', filledQuantity: '1' },
      {
        filledNotional: '1.004',
        filledCash: '1.01',
        hold: { kind: 'CASH', price: '100', amount: '1000.00', remaining: '900.00' },
      },
    );
    expect(planned(before, trade('1', '1.004'))).toMatchObject({
      order: { filledNotional: '2.008' },
      execution: { cash: '1.00' },
    });
  });

  it('of a sale takes the shares from its hold and the position, and pays to buying power', () => {
    const before = working(
      { side: 'SELL' },
      {
        hold: SHARES,
        position: { quantity: '10', costBasis: '900', realizedPnl: '5', version: 3 },
      },
    );
    const change = planned(before, trade('10', '100'));
    expect(change).toMatchObject({
      order: { status: 'FILLED', filledAt: LATER, canceledAt: null },
      holdRemaining: '0',
      buyingPowerChange: '1000.00',
      heldQuantityChange: '-10',
      position: {
        expectedVersion: 3,
        quantity: '0',
        averagePrice: '0',
        costBasis: '0',
        realizedPnl: '105',
        status: 'CLOSED',
      },
      execution: { side: 'SELL', cash: '1000.00' },
    });
    expect(lines(change)).toEqual([
      'x1/TRADE_SECURITIES SECURITIES_UNSETTLED CLEARING 10 AAPL',
      'x1/TRADE_CASH CLEARING CASH_UNSETTLED 1000 USD',
    ]);
  });

  it('of a sale that holds nothing makes the position short, and frees no shares', () => {
    const change = planned(working({ side: 'SELL' }, { hold: null }), trade('4', '100'));
    expect(change).toMatchObject({
      holdRemaining: null,
      heldQuantityChange: '0',
      position: { quantity: '-4', positionType: 'SHORT', averagePrice: '100' },
    });
  });

  it('of a sale frees no more shares than are held for it', () => {
    const before = working({ side: 'SELL' }, { hold: { ...SHARES, remaining: '3' } });
    expect(planned(before, trade('4', '100'))).toMatchObject({
      holdRemaining: '0',
      heldQuantityChange: '-3',
    });
  });

  it('that comes late is paid from buying power: the hold of the order is gone', () => {
    const late = working({ status: 'CANCELED', canceledAt: OPEN }, { hold: null });
    const change = planned(late, trade('4', '99.5'));
    expect(change).toMatchObject({
      order: { status: 'CANCELED', canceledAt: OPEN, filledQuantity: '4' },
      holdRemaining: null,
      buyingPowerChange: '-398.00',
    });
    expect(lines(change)).toEqual([
      'x1/HOLD CASH_UNSETTLED CASH_HELD 398 USD',
      'x1/TRADE_CASH CASH_HELD CLEARING 398 USD',
      'x1/TRADE_SECURITIES CLEARING SECURITIES_UNSETTLED 4 AAPL',
    ]);
  });

  it('that comes late costs a cent at least, one in time no more than is held', () => {
    const paid = { filledNotional: '0.001', filledCash: '0.01' };
    const tiny = trade('0.00000001', '1');
    const late = working({ status: 'CANCELED', filledQuantity: '1' }, { ...paid, hold: null });
    expect(planned(late, tiny).execution?.cash).toBe('0.01');
    const hold = { kind: 'CASH', price: '0.001', amount: '0.01', remaining: '0' } as const;
    const inTime = working({ status: 'PARTIALLY_FILLED', filledQuantity: '1' }, { ...paid, hold });
    expect(planned(inTime, tiny).execution?.cash).toBe('0.00');
  });

  it('has an id of the broker, by which it is booked once', () => {
    const { broker: _, ...ownerless } = trade('4', '100');
    for (const nameless of [{ ...trade('4', '100'), brokerExecutionId: null }, ownerless])
      expect(() => planOrderChange(working(), nameless, XNYS)).toThrow(
        new RangeError('A trade has a broker and its execution id'),
      );
    const id = planned(working(), trade('4', '100')).execution?.id;
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(planned(working(), trade('1', '90')).execution?.id).toBe(id);
  });
});
