import { describe, expect, it } from 'vitest';
import {
  balanceChanges,
  LEDGER_ACCOUNT_KINDS,
  postDeposit,
  postFill,
  postHold,
  postRelease,
  postSettlement,
  postWithdrawal,
  TRANSFER_CODES,
  type Transfer,
} from '../../../domain/ledger/transfers.ts';
import { Decimal, ZERO } from '../../../domain/money/decimal.ts';

const dec = (text: string | number): Decimal => new Decimal(text);
const lines = (transfers: Transfer[]) =>
  transfers.map((p) => `${p.code} ${p.debit} → ${p.credit} ${p.amount.toFixed()} ${p.asset}`);
const changes = (transfers: Transfer[]) =>
  balanceChanges(transfers).map((c) => `${c.kind} ${c.asset} ${c.change.toFixed()}`);

describe('transfers', () => {
  it('move money in, aside and back', () => {
    expect(
      lines([
        ...postDeposit(dec('100000.00')),
        ...postHold(dec('2057.51')),
        ...postRelease(dec('0.01')),
      ]),
    ).toEqual([
      'DEPOSIT DEPOSITS → CASH_SETTLED 100000 USD',
      'HOLD CASH_UNSETTLED → CASH_HELD 2057.51 USD',
      'RELEASE CASH_HELD → CASH_UNSETTLED 0.01 USD',
    ]);
  });

  it('pay a purchase from what is held, and a sale to unsettled cash', () => {
    const fill = { symbol: 'AAPL', quantity: dec(10), cash: dec('2057.50') };
    expect(lines(postFill({ side: 'BUY', ...fill }))).toEqual([
      'TRADE_CASH CASH_HELD → CLEARING 2057.5 USD',
      'TRADE_SECURITIES CLEARING → SECURITIES_UNSETTLED 10 AAPL',
    ]);
    expect(lines(postFill({ side: 'SELL', ...fill }))).toEqual([
      'TRADE_SECURITIES SECURITIES_UNSETTLED → CLEARING 10 AAPL',
      'TRADE_CASH CLEARING → CASH_UNSETTLED 2057.5 USD',
    ]);
  });

  it('settle a purchase and a sale with each what its trade left unsettled', () => {
    const trade = { symbol: 'AAPL', quantity: dec(10), cash: dec('2057.50') };
    expect(lines(postSettlement({ side: 'BUY', ...trade }))).toEqual([
      'SETTLE_CASH CASH_SETTLED → CASH_UNSETTLED 2057.5 USD',
      'SETTLE_SECURITIES SECURITIES_UNSETTLED → SECURITIES 10 AAPL',
    ]);
    expect(lines(postSettlement({ side: 'SELL', ...trade }))).toEqual([
      'SETTLE_CASH CASH_UNSETTLED → CASH_SETTLED 2057.5 USD',
      'SETTLE_SECURITIES SECURITIES → SECURITIES_UNSETTLED 10 AAPL',
    ]);
    for (const side of ['BUY', 'SELL'] as const) {
      const held = side === 'BUY' ? postHold(trade.cash) : [];
      const all = changes([
        ...held,
        ...postFill({ side, ...trade }),
        ...postSettlement({ side, ...trade }),
      ]);
      expect(all).toContain(`CASH_SETTLED USD ${side === 'BUY' ? '-2057.5' : '2057.5'}`);
      expect(
        all.filter((change) => change.includes('UNSETTLED') || change.includes('HELD')),
      ).toEqual([]);
    }
  });

  it('take a withdrawal from settled cash', () => {
    expect(lines(postWithdrawal(dec('250.00')))).toEqual([
      'WITHDRAWAL CASH_SETTLED → WITHDRAWALS 250 USD',
    ]);
  });

  it('are none for an amount of zero', () => {
    expect([
      ...postDeposit(ZERO),
      ...postHold(ZERO),
      ...postRelease(ZERO),
      ...postWithdrawal(ZERO),
    ]).toEqual([]);
    expect(
      lines(postFill({ side: 'BUY', symbol: 'AAPL', quantity: dec('0.00000001'), cash: ZERO })),
    ).toEqual(['TRADE_SECURITIES CLEARING → SECURITIES_UNSETTLED 0.00000001 AAPL']);
  });

  it('reject a negative amount as a defect', () => {
    expect(() => postHold(dec('-0.01'))).toThrow(
      new RangeError('A HOLD transfer is not negative: -0.01'),
    );
    expect(() =>
      postFill({ side: 'SELL', symbol: 'AAPL', quantity: dec(1), cash: dec(-1) }),
    ).toThrow(new RangeError('A TRADE_CASH transfer is not negative: -1'));
  });

  it('together use every code and every kind of account that there is, and no other', () => {
    const one = dec(1);
    const trades = (['BUY', 'SELL'] as const).map((side) => {
      return { side, symbol: 'AAPL', quantity: one, cash: one };
    });
    const all = [
      ...[postDeposit, postHold, postRelease, postWithdrawal].flatMap((post) => post(one)),
      ...trades.flatMap((trade) => [...postFill(trade), ...postSettlement(trade)]),
    ];
    expect(new Set(all.map(({ code }) => code))).toEqual(new Set(TRANSFER_CODES));
    expect(new Set(all.flatMap(({ debit, credit }) => [debit, credit]))).toEqual(
      new Set(LEDGER_ACCOUNT_KINDS),
    );
  });
});

describe('balanceChanges', () => {
  it('nets, sorts by kind and asset, and leaves out what comes to zero', () => {
    const transfers = [
      ...postFill({ side: 'BUY', symbol: 'IBM', quantity: dec(2), cash: dec('300.10') }),
      ...postFill({ side: 'BUY', symbol: 'AAPL', quantity: dec(1), cash: dec('200') }),
      ...postHold(dec('50')),
      ...postRelease(dec('50')),
    ];
    expect(changes(transfers)).toEqual([
      'CASH_HELD USD -500.1',
      'CLEARING AAPL -1',
      'CLEARING IBM -2',
      'CLEARING USD 500.1',
      'SECURITIES_UNSETTLED AAPL 1',
      'SECURITIES_UNSETTLED IBM 2',
    ]);
    expect(changes([...transfers].reverse())).toEqual(changes(transfers));
  });

  it('is empty for nothing', () => {
    expect(balanceChanges([])).toEqual([]);
  });
});
