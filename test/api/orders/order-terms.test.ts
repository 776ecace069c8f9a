import { describe, expect, it } from 'vitest';
import type { OrderTerms } from '../../../contracts/orders/order.ts';
import { ORDER_TYPES, TIMES_IN_FORCE } from '../../../domain/orders/order.ts';
import { callJson, createApiRig } from '../api-rig.ts';
import { createStubUseCases } from '../stub-use-cases.ts';

type Body = Record<string, string | undefined>;

/** A good order of each type, by quantity. */
const GOOD: Record<(typeof ORDER_TYPES)[number], Body> = {
  MARKET: {},
  LIMIT: { limitPrice: '205.75' },
  STOP: { stopPrice: '210.5' },
  STOP_LIMIT: { stopPrice: '210.5', limitPrice: '211' },
  TRAILING_STOP: { trailPercent: '2.5' },
};

const ALL_PRICES = { limitPrice: '205.75', stopPrice: '210.5', trailPercent: '2.5' };

async function submit(body: Body) {
  const { useCases, submissions } = createStubUseCases();
  const rig = await createApiRig({ useCases });
  const response = await callJson(rig, 'POST', '/v1/orders', {
    symbol: 'AAPL',
    side: 'BUY',
    ...body,
  });
  const answer = (await response.json()) as {
    code?: string;
    errors?: { path: string; message: string }[];
  };
  return {
    status: response.status,
    answer,
    terms: submissions[0]?.terms as OrderTerms | undefined,
  };
}

async function expectWrong(body: Body, path: string, message: RegExp): Promise<void> {
  const { status, answer, terms } = await submit(body);
  expect({ status, code: answer.code, errors: answer.errors }).toEqual({
    status: 400,
    code: 'VALIDATION_FAILED',
    errors: [{ path, message: expect.stringMatching(message) }],
  });
  expect(terms).toBeUndefined();
}

describe('the terms of an order', () => {
  it.each(ORDER_TYPES)(
    'of type %s are taken as they are, and what it does not have is null',
    async (type) => {
      const { status, terms } = await submit({
        type,
        timeInForce: 'DAY',
        quantity: '10',
        ...GOOD[type],
      });
      expect(status).toBe(202);
      const absent = {
        notional: null,
        limitPrice: null,
        stopPrice: null,
        trailPercent: null,
        clientOrderId: null,
      };
      expect(terms).toEqual({
        ...absent,
        symbol: 'AAPL',
        side: 'BUY',
        type,
        timeInForce: 'DAY',
        quantity: '10',
        ...GOOD[type],
      });
    },
  );

  it.each(
    ORDER_TYPES.flatMap((type) =>
      TIMES_IN_FORCE.map((timeInForce) => [type, timeInForce] as const),
    ),
  )('%s goes with %s exactly when the venues have such an order', async (type, timeInForce) => {
    const body = { type, timeInForce, quantity: '10', ...GOOD[type] };
    const isOffered =
      type === 'MARKET' || type === 'LIMIT' || timeInForce === 'DAY' || timeInForce === 'GTC';
    if (isOffered) expect((await submit(body)).status).toBe(202);
    else
      await expectWrong(
        body,
        'timeInForce',
        new RegExp(`^a ${type} order is DAY or GTC, not ${timeInForce}$`),
      );
  });

  it.each(
    ORDER_TYPES.flatMap((type) =>
      (['limitPrice', 'stopPrice', 'trailPercent'] as const).map((field) => [type, field] as const),
    ),
  )(
    'of type %s with and without %s are right one way only, and the sentence says which',
    async (type, field) => {
      const base = { type, timeInForce: 'DAY', quantity: '10', ...GOOD[type] };
      const has = GOOD[type][field] !== undefined;
      if (has)
        await expectWrong(
          { ...base, [field]: undefined },
          field,
          new RegExp(`^a ${type} order needs a ${field}$`),
        );
      else
        await expectWrong(
          { ...base, [field]: ALL_PRICES[field] },
          field,
          new RegExp(`^a ${type} order has no ${field}$`),
        );
    },
  );

  it('name a notional for a MARKET DAY order, with two decimals from here on', async () => {
    for (const [notional, kept] of [
      ['0.01', '0.01'],
      ['1.00', '1.00'],
      ['1', '1.00'],
      ['500.5', '500.50'],
      ['999999999999.99', '999999999999.99'],
    ]) {
      const { status, terms } = await submit({ type: 'MARKET', timeInForce: 'DAY', notional });
      expect(status).toBe(202);
      expect(terms).toMatchObject({ quantity: null, notional: kept });
    }
  });

  it.each(TIMES_IN_FORCE.filter((word) => word !== 'DAY'))(
    'name no notional with %s',
    async (timeInForce) => {
      await expectWrong(
        { type: 'MARKET', timeInForce, notional: '100' },
        'timeInForce',
        /is DAY, not/,
      );
    },
  );

  it.each(ORDER_TYPES.filter((type) => type !== 'MARKET'))(
    'name no notional for a %s order',
    async (type) => {
      await expectWrong(
        { type, timeInForce: 'DAY', notional: '100', ...GOOD[type] },
        'notional',
        /only a MARKET order/,
      );
    },
  );

  it('name a quantity or a notional: neither and both are wrong', async () => {
    await expectWrong(
      { type: 'MARKET', timeInForce: 'DAY' },
      'quantity',
      /needs a quantity or a notional/,
    );
    await expectWrong(
      { type: 'MARKET', timeInForce: 'DAY', quantity: '1', notional: '100' },
      'notional',
      /not both/,
    );
  });

  it.each(['0', '0.00', '-5', '1.001', '1e3', '1000000000000', 'NaN', '', ' 5'])(
    'reject %j as a notional',
    async (notional) => {
      await expectWrong({ type: 'MARKET', timeInForce: 'DAY', notional }, 'notional', /above zero/);
    },
  );

  it.each(['0', '0.0000', '100', '100.0001', '-1', '2.00001', '1e1', '2,5', '', '٢'])(
    'reject %j as a trail',
    async (trailPercent) => {
      await expectWrong(
        { type: 'TRAILING_STOP', timeInForce: 'DAY', quantity: '1', trailPercent },
        'trailPercent',
        /above 0 and below 100/,
      );
    },
  );

  it.each(['0', '-1', '1.000000001', '1e2', 'Infinity', ''])(
    'reject %j as a stop price',
    async (stopPrice) => {
      await expectWrong(
        { type: 'STOP', timeInForce: 'DAY', quantity: '1', stopPrice },
        'stopPrice',
        /above zero/,
      );
    },
  );

  it('are told all that does not fit together at once', async () => {
    const { answer } = await submit({ type: 'STOP', timeInForce: 'IOC', limitPrice: '200' });
    expect(answer.errors?.map((error) => error.path).sort()).toEqual([
      'limitPrice',
      'quantity',
      'stopPrice',
      'timeInForce',
    ]);
  });
});
