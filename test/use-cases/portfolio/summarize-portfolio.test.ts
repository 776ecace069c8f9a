import { describe, expect, it } from 'vitest';
import { HubError } from '../../../contracts/errors.ts';
import type { Quotes } from '../../../contracts/market/market-data.ts';
import {
  CALLER,
  CASH,
  NOW,
  pricesOf,
  quote,
  readerOf,
  stored,
  useCasesOf,
} from './portfolio-fixtures.ts';

describe('the portfolio summary', () => {
  it('values longs and shorts at the last price, to the cent', async () => {
    const positions = [
      stored('AAPL', {
        quantity: '10.50000000',
        averagePrice: '100.12345678',
        costBasis: '1051.2962961900000000',
        realizedPnl: '12.3450000000000000',
      }),
      stored('MSFT', {
        quantity: '-4.00000000',
        averagePrice: '50.00000000',
        costBasis: '200.0000000000000000',
        positionType: 'SHORT',
      }),
    ];
    const marketData = pricesOf({ AAPL: '101.33', MSFT: '51.10' });
    const summary = await useCasesOf(
      readerOf({ settled: '1000', unsettled: '-851.30', held: '0', leastDue: '0' }, positions),
      marketData,
    ).summarizePortfolio(CALLER);
    expect(summary).toEqual({
      balance: {
        currency: 'USD',
        cash: '148.70',
        settledCash: '1000.00',
        unsettledCash: '-851.30',
        heldCash: '0.00',
        buyingPower: '148.70',
        withdrawableCash: '148.70',
      },
      positions: [
        {
          ...{
            symbol: 'AAPL',
            quantity: '10.5',
            heldQuantity: '0',
            averagePrice: '100.12345678',
            costBasis: '1051.30',
            realizedPnl: '12.34',
          },
          ...{ status: 'ACTIVE', positionType: 'LONG', lastTradeAt: null },
          // 10.5 × 101.33 = 1063.965, half-even to 1063.96; less 1051.29629619 it is 12.66870381.
          ...{ marketPrice: '101.33', marketValue: '1063.96', unrealizedPnl: '12.67' },
        },
        {
          ...{
            symbol: 'MSFT',
            quantity: '-4',
            heldQuantity: '0',
            averagePrice: '50',
            costBasis: '200.00',
            realizedPnl: '0.00',
          },
          ...{ status: 'ACTIVE', positionType: 'SHORT', lastTradeAt: null },
          ...{ marketPrice: '51.1', marketValue: '-204.40', unrealizedPnl: '-4.40' },
        },
      ],
      totalMarketValue: '859.56',
      equity: '1008.26',
      asOf: NOW,
      unpricedSymbols: [],
    });
    expect(marketData.calls).toEqual([['AAPL', 'MSFT']]);
  });

  it.each([
    ['0.125', '0.12'],
    ['0.135', '0.14'],
    ['-0.125', '-0.12'],
    ['-0.135', '-0.14'],
    ['-0.004', '0.00'],
  ])(
    'shows a realized P&L of %s as %s: half-even, and zero without a sign',
    async (realizedPnl, shown) => {
      const useCases = useCasesOf(
        readerOf(CASH, [stored('AAPL', { realizedPnl, costBasis: realizedPnl.replace('-', '') })]),
        pricesOf({}),
      );
      const [position] = (await useCases.summarizePortfolio(CALLER)).positions;
      expect(position).toMatchObject({ realizedPnl: shown, costBasis: shown.replace('-', '') });
    },
  );

  it('has totals that are the sums of what it shows', async () => {
    const thirds = ['AAPL', 'IBM', 'MSFT'].map((symbol) => stored(symbol, { quantity: '1' }));
    const marketData = pricesOf({ AAPL: '0.005', IBM: '0.005', MSFT: '0.005' });
    const summary = await useCasesOf(readerOf(CASH, thirds), marketData).summarizePortfolio(CALLER);
    expect(summary.positions.map((position) => position.marketValue)).toEqual([
      '0.00',
      '0.00',
      '0.00',
    ]);
    expect(summary).toMatchObject({ totalMarketValue: '0.00', equity: '1000.00' });
  });

  it('keeps cents exact where binary floats would not', async () => {
    const positions = [stored('AAPL', { quantity: '999999999999.12345678' })];
    const useCases = useCasesOf(
      readerOf({ settled: '0.10', unsettled: '0.20', held: '0', leastDue: '0' }, positions),
      pricesOf({ AAPL: '123456.78901234' }),
    );
    expect(await useCases.summarizePortfolio(CALLER)).toMatchObject({
      balance: { cash: '0.30' },
      totalMarketValue: '123456789012231784.79',
      equity: '123456789012231785.09',
    });
  });

  it('names the positions without a quote, and leaves them out of the totals', async () => {
    const useCases = useCasesOf(
      readerOf(CASH, [stored('AAPL'), stored('IBM'), stored('MSFT')]),
      pricesOf({ IBM: '5' }),
    );
    const summary = await useCases.summarizePortfolio(CALLER);
    expect(summary).toMatchObject({
      totalMarketValue: '50.00',
      equity: '1050.00',
      unpricedSymbols: ['AAPL', 'MSFT'],
    });
    expect(summary.positions[0]).toMatchObject({
      symbol: 'AAPL',
      quantity: '10',
      marketPrice: null,
      marketValue: null,
      unrealizedPnl: null,
    });
  });

  it('is given without live fields while market data is away', async () => {
    const away = { getQuotes: () => Promise.reject(new HubError('MARKET_DATA_UNAVAILABLE')) };
    const summary = await useCasesOf(readerOf(CASH, [stored('AAPL')]), away).summarizePortfolio(
      CALLER,
    );
    expect(summary).toMatchObject({
      totalMarketValue: '0.00',
      equity: '1000.00',
      unpricedSymbols: ['AAPL'],
      positions: [{ marketPrice: null }],
    });
  });

  it('does not hide any other failure', async () => {
    const broken = { getQuotes: () => Promise.reject(new TypeError('a defect')) };
    await expect(
      useCasesOf(readerOf(CASH, [stored('AAPL')]), broken).summarizePortfolio(CALLER),
    ).rejects.toThrow(TypeError);
    const gone = { ...readerOf(CASH, []), readPortfolio: async () => null };
    await expect(useCasesOf(gone, pricesOf({})).summarizePortfolio(CALLER)).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  it('asks for no quotes when nothing is held', async () => {
    const marketData = pricesOf({});
    expect(
      await useCasesOf(readerOf(CASH, []), marketData).summarizePortfolio(CALLER),
    ).toMatchObject({ positions: [], equity: '1000.00' });
    expect(marketData.calls).toEqual([]);
  });

  it('shares one call for quotes among those who ask for the same symbols at the same time, and asks anew afterwards', async () => {
    let calls = 0;
    const answers: (() => void)[] = [];
    const marketData = {
      getQuotes: () =>
        new Promise<Quotes>((resolve, reject) => {
          calls += 1;
          const first = calls === 1;
          answers.push(() =>
            first
              ? reject(new TypeError('lost'))
              : resolve({ quotes: [quote('AAPL', '7')], unknownSymbols: [] }),
          );
        }),
    };
    const useCases = useCasesOf(readerOf(CASH, [stored('AAPL')]), marketData);
    const failing = Promise.allSettled(
      Array.from({ length: 5 }, () => useCases.summarizePortfolio(CALLER)),
    );
    await expect.poll(() => answers.length).toBe(1);
    answers[0]?.();
    expect((await failing).map((result) => result.status)).toEqual(
      Array.from({ length: 5 }, () => 'rejected'),
    );
    const next = useCases.summarizePortfolio(CALLER);
    await expect.poll(() => answers.length).toBe(2);
    answers[1]?.();
    expect((await next).positions[0]?.marketPrice).toBe('7');
    expect(calls).toBe(2);
  });
});

describe('the balance', () => {
  it('shows what open orders set aside as held, and not as owed', async () => {
    const useCases = useCasesOf(
      readerOf({ settled: '1000.00', unsettled: '-108.00', held: '66.00', leastDue: '0' }, []),
      pricesOf({}),
    );
    expect(await useCases.getBalance(CALLER)).toEqual({
      ...{
        currency: 'USD',
        cash: '958.00',
        settledCash: '1000.00',
        unsettledCash: '-42.00',
        heldCash: '66.00',
        buyingPower: '892.00',
      },
      withdrawableCash: '892.00',
    });
  });

  it.each([
    [
      'all that is settled, though sales are still to come in',
      { settled: '100', unsettled: '250', held: '0', leastDue: '0' },
      '100.00',
    ],
    [
      'no more than buying power, which open orders and purchases lower',
      { settled: '100', unsettled: '-70.01', held: '30', leastDue: '0' },
      '29.99',
    ],
    [
      'nothing of what a purchase that is due still needs, though a later sale covers it',
      { settled: '100', unsettled: '0', held: '0', leastDue: '-60' },
      '40.00',
    ],
    [
      'never less than nothing',
      { settled: '100', unsettled: '-100', held: '0', leastDue: '-130' },
      '0.00',
    ],
  ])('lets withdraw %s', async (_rule, cash, withdrawable) => {
    expect(await useCasesOf(readerOf(cash, []), pricesOf({})).getBalance(CALLER)).toMatchObject({
      withdrawableCash: withdrawable,
    });
  });
});

describe('positions', () => {
  const closed = stored('IBM', {
    status: 'CLOSED',
    quantity: '0',
    costBasis: '0',
    averagePrice: '0',
    realizedPnl: '-3.125',
  });

  it('that are closed are worth nothing, and are not asked a price for', async () => {
    const marketData = pricesOf({ AAPL: '100.5', IBM: '9' });
    const useCases = useCasesOf(readerOf(CASH, [stored('AAPL'), closed]), marketData);
    expect(await useCases.listPositions(CALLER, { includeClosed: true })).toMatchObject([
      { symbol: 'AAPL', marketPrice: '100.5', marketValue: '1005.00', unrealizedPnl: '5.00' },
      {
        symbol: 'IBM',
        quantity: '0',
        marketPrice: null,
        marketValue: '0.00',
        unrealizedPnl: '0.00',
        realizedPnl: '-3.12',
      },
    ]);
    expect(await useCases.listPositions(CALLER, { includeClosed: false })).toHaveLength(1);
    expect(await useCases.getPosition(CALLER, 'IBM')).toMatchObject({
      status: 'CLOSED',
      marketValue: '0.00',
    });
    expect(marketData.calls).toEqual([['AAPL'], ['AAPL']]);
  });

  it('never held are POSITION_NOT_FOUND', async () => {
    await expect(
      useCasesOf(readerOf(CASH, []), pricesOf({})).getPosition(CALLER, 'NOPE'),
    ).rejects.toMatchObject({
      code: 'POSITION_NOT_FOUND',
      facts: { symbol: 'NOPE' },
    });
  });
});
