import { describe, expect, it } from 'vitest';
import { balanceChanges, type Posting, postDeposit, postFill, postHold, postRelease } from '../../../domain/ledger/postings.ts';
import { Decimal, ZERO } from '../../../domain/money/decimal.ts';

const dec = (text: string | number): Decimal => new Decimal(text);
const lines = (postings: Posting[]) => postings.map((p) => `${p.code} ${p.debit} → ${p.credit} ${p.amount.toFixed()} ${p.asset}`);
const changes = (postings: Posting[]) => balanceChanges(postings).map((c) => `${c.kind} ${c.asset} ${c.change.toFixed()}`);

describe('postings', () => {
  it('move money in, aside and back', () => {
    expect(lines([...postDeposit(dec('100000.00')), ...postHold(dec('2057.51')), ...postRelease(dec('0.01'))])).toEqual([
      'DEPOSIT DEPOSITS → CASH_SETTLED 100000 USD',
      'HOLD CASH_UNSETTLED → CASH_HELD 2057.51 USD',
      'RELEASE CASH_HELD → CASH_UNSETTLED 0.01 USD',
    ]);
  });

  it('pay a purchase from what is held, and a sale to unsettled cash', () => {
    const fill = { symbol: 'AAPL', quantity: dec(10), cash: dec('2057.50') };
    expect(lines(postFill({ side: 'BUY', ...fill }))).toEqual([
      'TRADE_CASH CASH_HELD → CLEARING 2057.5 USD',
      'TRADE_SECURITIES CLEARING → SECURITIES 10 AAPL',
    ]);
    expect(lines(postFill({ side: 'SELL', ...fill }))).toEqual([
      'TRADE_SECURITIES SECURITIES → CLEARING 10 AAPL',
      'TRADE_CASH CLEARING → CASH_UNSETTLED 2057.5 USD',
    ]);
  });

  it('are none for an amount of zero', () => {
    expect([...postDeposit(ZERO), ...postHold(ZERO), ...postRelease(ZERO)]).toEqual([]);
    expect(lines(postFill({ side: 'BUY', symbol: 'AAPL', quantity: dec('0.00000001'), cash: ZERO }))).toEqual([
      'TRADE_SECURITIES CLEARING → SECURITIES 0.00000001 AAPL',
    ]);
  });

  it('refuse a negative amount as a defect', () => {
    expect(() => postHold(dec('-0.01'))).toThrow(RangeError);
    expect(() => postFill({ side: 'SELL', symbol: 'AAPL', quantity: dec(1), cash: dec(-1) })).toThrow(RangeError);
  });
});

describe('balanceChanges', () => {
  it('nets, sorts by kind and asset, and leaves out what comes to zero', () => {
    const postings = [
      ...postFill({ side: 'BUY', symbol: 'IBM', quantity: dec(2), cash: dec('300.10') }),
      ...postFill({ side: 'BUY', symbol: 'AAPL', quantity: dec(1), cash: dec('200') }),
      ...postHold(dec('50')),
      ...postRelease(dec('50')),
    ];
    expect(changes(postings)).toEqual([
      'CASH_HELD USD -500.1',
      'CLEARING AAPL -1',
      'CLEARING IBM -2',
      'CLEARING USD 500.1',
      'SECURITIES AAPL 1',
      'SECURITIES IBM 2',
    ]);
    expect(changes([...postings].reverse())).toEqual(changes(postings));
  });

  it('is empty for nothing', () => {
    expect(balanceChanges([])).toEqual([]);
  });
});
