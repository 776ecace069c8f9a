import { describe, expect, it } from 'vitest';
import { Decimal } from '../../../domain/money/decimal.ts';
import { decideWithdrawal } from '../../../domain/portfolio/withdrawal.ts';

const ground = (settled: string, unsettled = '0', leastDue = '0') => ({
  settled: new Decimal(settled),
  unsettled: new Decimal(unsettled),
  leastDue: new Decimal(leastDue),
});

const decide = (of: ReturnType<typeof ground>, amount: string) =>
  decideWithdrawal(of, new Decimal(amount));

describe('a withdrawal', () => {
  it.each([
    ['settled cash', ground('100.00'), '100.00'],
    [
      'buying power, when open orders and purchases need the rest',
      ground('100.00', '-30'),
      '70.00',
    ],
    ['settled cash alone, when trades are yet to pay', ground('100.00', '500'), '100.00'],
    ['what is left when all that is due has settled', ground('100.00', '0', '-60.00'), '40.00'],
    ['nothing, when more is due than there is', ground('100.00', '0', '-100.01'), '0.00'],
  ])('may take %s, to the last cent', (_what, of, available) => {
    const more = new Decimal(available).plus('0.01').toFixed(2);
    expect(decide(of, more)).toEqual({
      outcome: 'INSUFFICIENT',
      available: new Decimal(available),
    });
    if (available === '0.00') return;
    expect(decide(of, available)).toEqual({
      outcome: 'ALLOWED',
      transfers: [
        {
          ...{ code: 'WITHDRAWAL', debit: 'CASH_SETTLED', credit: 'WITHDRAWALS', asset: 'USD' },
          amount: new Decimal(available),
        },
      ],
    });
  });
});
