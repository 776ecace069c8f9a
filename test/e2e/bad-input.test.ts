import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAccessTokens } from '../../adapters/security/access-tokens.ts';
import type { ErrorCode } from '../../contracts/errors.ts';
import { expectBooksInOrder } from '../support/books-in-order.ts';
import { type Answer, buyLimit, buyMarket, type ProblemBody } from '../support/e2e-client.ts';
import { forgeTokens } from '../support/e2e-forged-tokens.ts';
import { type E2eStack, leaseE2eStack, type Trader } from '../support/e2e-stack.ts';
import { expectUnchanged, waitForFirstReport } from '../support/e2e-unchanged.ts';
import { countRows, readMoney } from '../support/trading-snapshot.ts';

const SQL_TEXT = `'; DROP TABLE orders; --`;
/** The same without a space, which an id may not have. */
const SQL_ID = `');DROP/**/TABLE/**/orders;--`;

let e2e: E2eStack;
/** Has 10 AAPL, an open order, and cash. */
let trader: Trader;
let stranger: Trader;
let openOrderId: string;

beforeAll(async () => {
  e2e = await leaseE2eStack('usual');
  trader = await e2e.createTrader();
  stranger = await e2e.createTrader();
  const { body: bought } = await trader.submit(buyMarket('AAPL', '10'));
  await trader.waitForEnd(bought.id);
  const { body: resting } = await trader.submit(buyLimit('IBM', '10', '100.00'));
  openOrderId = resting.id;
  await trader.waitForOrder(openOrderId, (order) => order.status === 'NEW');
  await waitForFirstReport(e2e.hub);
});

afterAll(() => e2e?.stop());

const expectNothingChanged = (
  code: ErrorCode,
  status: number,
  call: () => Promise<Answer<unknown>>,
): Promise<void> => expectUnchanged(e2e.hub, { code, status }, call);

const post = (body: unknown, headers: Record<string, string> = {}) =>
  trader.send('POST', '/v1/orders', { body, headers });

const GOOD = {
  symbol: 'AAPL',
  side: 'BUY',
  type: 'LIMIT',
  timeInForce: 'DAY',
  quantity: '1',
  limitPrice: '200.00',
};
const { limitPrice: _, ...WITHOUT_PRICE } = GOOD;
const { quantity: __, ...MARKET } = { ...WITHOUT_PRICE, type: 'MARKET' };

describe('an order that is not well formed', () => {
  it.each<[string, unknown]>([
    ['no symbol', { ...GOOD, symbol: undefined }],
    ['a quantity of zero', { ...GOOD, quantity: '0' }],
    ['a negative quantity', { ...GOOD, quantity: '-1' }],
    ['a quantity with nine decimals', { ...GOOD, quantity: '1.123456789' }],
    ['a quantity of 1e400 as text', { ...GOOD, quantity: '1e400' }],
    ['a quantity of 400 digits', { ...GOOD, quantity: '9'.repeat(400) }],
    ['a quantity that is NaN', { ...GOOD, quantity: 'NaN' }],
    ['a quantity with a separator', { ...GOOD, quantity: '1,000' }],
    ['a quantity that is a number', { ...GOOD, quantity: 1 }],
    ['a quantity in Arabic digits', { ...GOOD, quantity: '١٠' }],
    ['a limit order without a price', WITHOUT_PRICE],
    ['a market order with a price', { ...GOOD, type: 'MARKET' }],
    ['a price of zero', { ...GOOD, limitPrice: '0.00' }],
    ['a negative price', { ...GOOD, limitPrice: '-200.00' }],
    ['a type that nobody has', { ...GOOD, type: 'ICEBERG' }],
    ['a time in force that nobody has', { ...GOOD, timeInForce: 'GTD' }],
    ['a stop order without a stop price', { ...WITHOUT_PRICE, type: 'STOP' }],
    ['a stop order with a limit price', { ...GOOD, type: 'STOP', stopPrice: '210.00' }],
    [
      'a stop order that is IOC',
      { ...WITHOUT_PRICE, type: 'STOP', stopPrice: '210.00', timeInForce: 'IOC' },
    ],
    [
      'a stop-limit order without a limit price',
      { ...WITHOUT_PRICE, type: 'STOP_LIMIT', stopPrice: '210.00' },
    ],
    [
      'a stop-limit order for the opening',
      { ...GOOD, type: 'STOP_LIMIT', stopPrice: '210.00', timeInForce: 'OPG' },
    ],
    ['a limit order with a stop price', { ...GOOD, stopPrice: '210.00' }],
    ['a negative stop price', { ...WITHOUT_PRICE, type: 'STOP', stopPrice: '-1' }],
    ['a trailing stop without a trail', { ...WITHOUT_PRICE, type: 'TRAILING_STOP' }],
    ['a trail of 0', { ...WITHOUT_PRICE, type: 'TRAILING_STOP', trailPercent: '0' }],
    ['a trail of 100', { ...WITHOUT_PRICE, type: 'TRAILING_STOP', trailPercent: '100' }],
    [
      'a trail with five decimals',
      { ...WITHOUT_PRICE, type: 'TRAILING_STOP', trailPercent: '1.00001' },
    ],
    ['a market order with a trail', { ...WITHOUT_PRICE, type: 'MARKET', trailPercent: '1' }],
    ['neither quantity nor notional', MARKET],
    ['quantity and notional', { ...MARKET, quantity: '1', notional: '100.00' }],
    ['a notional of nothing', { ...MARKET, notional: '0.00' }],
    ['a notional with a part of a cent', { ...MARKET, notional: '100.001' }],
    ['a notional of 400 digits', { ...MARKET, notional: '9'.repeat(400) }],
    ['a notional for a limit order', { ...GOOD, quantity: undefined, notional: '100.00' }],
    ['a notional good till canceled', { ...MARKET, timeInForce: 'GTC', notional: '100.00' }],
    ['a side in small letters', { ...GOOD, side: 'buy' }],
    ['a symbol in small letters', { ...GOOD, symbol: 'aapl' }],
    ['an unknown field', { ...GOOD, acountId: 'x' }],
    ['a field of the order that is not the client’s to set', { ...GOOD, status: 'FILLED' }],
    ['a client order id with NUL', { ...GOOD, clientOrderId: 'a\0b' }],
    ['an array', [GOOD]],
    ['null', null],
    ['text', 'BUY'],
  ])('is rejected with nothing changed: %s', async (_name, body) => {
    await expectNothingChanged('VALIDATION_FAILED', 400, () => post(JSON.stringify(body)));
  });

  it.each([
    'symbol',
    'side',
    'type',
    'timeInForce',
    'quantity',
    'limitPrice',
    'stopPrice',
    'clientOrderId',
  ])('is rejected with SQL as its %s', async (field) => {
    await expectNothingChanged('VALIDATION_FAILED', 400, () =>
      post({ ...GOOD, [field]: SQL_TEXT }),
    );
  });

  it('is rejected with SQL as its notional or its trail', async () => {
    const trailing = { ...WITHOUT_PRICE, type: 'TRAILING_STOP', trailPercent: SQL_TEXT };
    for (const body of [{ ...MARKET, notional: SQL_TEXT }, trailing]) {
      await expectNothingChanged('VALIDATION_FAILED', 400, () => post(body));
    }
  });

  it('is rejected when a number is too large for a number', async () => {
    await expectNothingChanged('VALIDATION_FAILED', 400, () =>
      post(JSON.stringify(GOOD).replace('"1"', '1e400')),
    );
  });

  it('is rejected when it is no JSON', async () => {
    for (const text of [
      '{"symbol":',
      '{',
      '',
      'symbol=AAPL',
      JSON.stringify(GOOD).slice(0, -1),
      '\0',
    ]) {
      await expectNothingChanged('MALFORMED_JSON', 400, () => post(text));
    }
  });

  it('is rejected when it is not sent as JSON', async () => {
    await expectNothingChanged('UNSUPPORTED_MEDIA_TYPE', 415, () =>
      post(JSON.stringify(GOOD), { 'Content-Type': 'text/plain' }),
    );
  });

  it('is rejected when its body has 10 MB', async () => {
    const body = JSON.stringify({ ...GOOD, clientOrderId: 'x'.repeat(10 * 1024 * 1024) });
    await expectNothingChanged('BODY_TOO_LARGE', 413, () => post(body));
  });

  it('is rejected with an idempotency key of white space or 256 characters', async () => {
    for (const key of ['a b', 'k'.repeat(256)]) {
      await expectNothingChanged('VALIDATION_FAILED', 400, () =>
        post(GOOD, { 'Idempotency-Key': key }),
      );
    }
  });
});

/**
 * What an order that is rejected leaves: itself, one entry of its audit trail and, with a key, the
 * answer. No money, no share.
 */
async function expectRejection(
  code: ErrorCode,
  body: Record<string, unknown>,
): Promise<ProblemBody> {
  const before = { rows: await countRows(e2e.hub), money: await readMoney(e2e.hub) };
  const answer = (await post(body)) as Answer<ProblemBody>;
  expect({ status: answer.status, code: answer.body.code }, answer.text).toEqual({
    status: 422,
    code,
  });
  expect(await trader.getOrder(answer.body.orderId ?? '')).toMatchObject({
    status: 'REJECTED',
    rejectCode: code,
    filledQuantity: '0',
  });
  expect(await readMoney(e2e.hub)).toEqual(before.money);
  const { orders = 0, audit_events: audits = 0, ...others } = before.rows;
  expect(await countRows(e2e.hub)).toEqual({
    ...others,
    orders: orders + 1,
    audit_events: audits + 1,
  });
  return answer.body;
}

describe('an order that breaks a rule', () => {
  it.each<[ErrorCode, string, Record<string, unknown>]>([
    ['UNKNOWN_SYMBOL', 'a symbol that nobody knows', { ...GOOD, symbol: 'ZZZZ' }],
    [
      'LIMIT_PRICE_OUTSIDE_COLLAR',
      'a price 11 % above the market',
      { ...GOOD, limitPrice: '229.00' },
    ],
    [
      'LIMIT_PRICE_OUTSIDE_COLLAR',
      'a price a tenth of the market',
      { ...GOOD, limitPrice: '20.00' },
    ],
    ['PRICE_INCREMENT_INVALID', 'a price between two cents', { ...GOOD, limitPrice: '200.001' }],
    ['INSUFFICIENT_BUYING_POWER', 'more than the account can pay', { ...GOOD, quantity: '490' }],
    [
      'INSUFFICIENT_POSITION',
      'a sale of more than is held',
      { ...GOOD, side: 'SELL', quantity: '10.00000001' },
    ],
    [
      'INSUFFICIENT_POSITION',
      'a sale of what was never held',
      { ...GOOD, symbol: 'MSFT', side: 'SELL', limitPrice: '28.00' },
    ],
    ['ORDER_TOO_SMALL', 'the smallest quantity there is', { ...GOOD, quantity: '0.00000001' }],
    ['ORDER_TOO_SMALL', 'a notional below a dollar', { ...MARKET, notional: '0.99' }],
    [
      'ORDER_TOO_SMALL',
      'a sale of a part of the position that is worth less than a dollar',
      { ...MARKET, side: 'SELL', quantity: '0.001' },
    ],
    ['ORDER_TOO_LARGE', 'the largest quantity there is', { ...GOOD, quantity: '999999999999' }],
    [
      'STOP_PRICE_INVALID',
      'a buy that stops below the market',
      { ...WITHOUT_PRICE, type: 'STOP', stopPrice: '200.00' },
    ],
    [
      'STOP_PRICE_INVALID',
      'a sale that stops above the market',
      { ...WITHOUT_PRICE, side: 'SELL', type: 'STOP', stopPrice: '210.00' },
    ],
    [
      'PRICE_INCREMENT_INVALID',
      'a stop price between two cents',
      { ...WITHOUT_PRICE, type: 'STOP', stopPrice: '210.001' },
    ],
    [
      'INSUFFICIENT_BUYING_POWER',
      'a notional that the account can only just not pay',
      { ...MARKET, notional: '99000.00' },
    ],
    [
      'INSUFFICIENT_POSITION',
      'a sale by notional of more than is held',
      { ...MARKET, side: 'SELL', notional: '50000.00' },
    ],
    [
      'UNKNOWN_SYMBOL',
      'a notional of a symbol that nobody knows',
      { ...MARKET, symbol: 'ZZZZ', notional: '100.00' },
    ],
  ])('is kept as rejected with %s and moves nothing: %s', async (code, _name, body) => {
    await expectRejection(code, body);
  });

  it('says how much is missing', async () => {
    const { buyingPower } = await trader.getBalance();
    const problem = await expectRejection('INSUFFICIENT_BUYING_POWER', {
      ...GOOD,
      quantity: '500',
    });
    expect(problem.facts).toEqual({ required: '100000.00', available: buyingPower });
  });
});

describe("another account's order", () => {
  it.each(['', '/status', '/executions', '/timeline'])('cannot be read: %s', async (path) => {
    await expectNothingChanged('ORDER_NOT_FOUND', 404, () =>
      stranger.get(`/v1/orders/${openOrderId}${path}`),
    );
  });

  it('cannot be canceled or replaced and is not listed', async () => {
    await expectNothingChanged('ORDER_NOT_FOUND', 404, () => stranger.cancel(openOrderId));
    await expectNothingChanged('ORDER_NOT_FOUND', 404, () =>
      stranger.send('PATCH', `/v1/orders/${openOrderId}`, { body: { quantity: '11' } }),
    );
    expect((await trader.getOrder(openOrderId)).status).toBe('NEW');
    expect((await stranger.get<{ items: unknown[] }>('/v1/orders?status=all')).body.items).toEqual(
      [],
    );
  });
});

describe('a path or query that nobody has', () => {
  it.each<[ErrorCode, number, string]>([
    ['ORDER_NOT_FOUND', 404, `/v1/orders/${randomUUID()}`],
    ['ORDER_NOT_FOUND', 404, `/v1/orders/${encodeURIComponent(SQL_TEXT)}`],
    ['ORDER_NOT_FOUND', 404, '/v1/orders/%00'],
    ['POSITION_NOT_FOUND', 404, `/v1/positions/${encodeURIComponent(SQL_TEXT)}`],
    ['INSTRUMENT_NOT_FOUND', 404, '/v1/instruments/%F0%9F%92%B8'],
    ['VALIDATION_FAILED', 400, `/v1/orders?symbol=${encodeURIComponent(SQL_TEXT)}`],
    ['VALIDATION_FAILED', 400, `/v1/orders?cursor=${encodeURIComponent(SQL_ID)}`],
    ['VALIDATION_FAILED', 400, '/v1/orders?limit=-1'],
    ['VALIDATION_FAILED', 400, '/v1/orders?status=everything'],
    ['VALIDATION_FAILED', 400, `/v1/market-data?symbols=${encodeURIComponent(SQL_TEXT)}`],
    ['NOT_FOUND', 404, '/v1/nothing'],
  ])('is %s (%i): %s', async (code, status, path) => {
    await expectNothingChanged(code, status, () => trader.get(path));
  });

  it('does not put SQL on a watchlist', async () => {
    const path = `/v1/watchlist/${encodeURIComponent(SQL_TEXT)}`;
    await expectNothingChanged('INSTRUMENT_NOT_FOUND', 404, () => trader.send('PUT', path));
    await expectNothingChanged('VALIDATION_FAILED', 400, () =>
      trader.send('PUT', '/v1/watchlist', { body: { symbols: ['AAPL', SQL_TEXT] } }),
    );
  });
});

describe('a token', () => {
  const withToken = (token: string | null) =>
    e2e.anyone.send('POST', '/v1/orders', {
      body: GOOD,
      headers: token === null ? {} : { Authorization: `Bearer ${token}` },
    });

  it('that is missing is UNAUTHENTICATED', async () => {
    await expectNothingChanged('UNAUTHENTICATED', 401, () => withToken(null));
  });

  it('that has expired is TOKEN_EXPIRED', async () => {
    const anHourAgo = createAccessTokens(
      e2e.stack.env.JWT_SECRET ?? '',
      () => Date.now() - 3_600_000,
    );
    const token = await anHourAgo.sign(trader.account.caller);
    await expectNothingChanged('TOKEN_EXPIRED', 401, () => withToken(token));
  });

  it('that is forged is TOKEN_INVALID', async () => {
    const forged = Object.values(await forgeTokens(trader));
    for (const token of forged)
      await expectNothingChanged('TOKEN_INVALID', 401, () => withToken(token));
  });

  it('of a customer opens nothing to operators', async () => {
    await expectNothingChanged('FORBIDDEN', 403, () =>
      trader.send('POST', '/v1/admin/market-data/cache/invalidate', { body: {} }),
    );
  });
});

describe('words of all kinds', () => {
  const person = (over: Record<string, unknown>) => ({
    email: `${randomUUID()}@test.local`,
    password: 'correct-horse-battery',
    firstName: 'Ada',
    lastName: 'Lovelace',
    ...over,
  });
  const register = (body: Record<string, unknown>) =>
    e2e.anyone.send<{ firstName: string; lastName: string }>('POST', '/v1/auth/register', { body });

  it('are kept as they were written when they can be names', async () => {
    for (const firstName of ['Zoë 🦄', '李小龍', SQL_TEXT, "O'Brien", '‮Ada']) {
      const answer = await register(person({ firstName }));
      expect(answer.status, answer.text).toBe(201);
      expect(answer.body.firstName).toBe(firstName);
      const kept = await e2e.hub`select 1 from users where first_name = ${firstName}`;
      expect(kept.length).toBe(1);
    }
  });

  it('are rejected when no database can keep them', async () => {
    for (const over of [
      { firstName: 'A\0da' },
      { lastName: '\ud800' },
      { firstName: ' ' },
      { firstName: 'x'.repeat(101) },
      { email: SQL_TEXT },
      { roles: ['OPERATOR'] },
    ]) {
      await expectNothingChanged('VALIDATION_FAILED', 400, () => register(person(over)));
    }
  });

  it('are no way into an account', async () => {
    const { email } = trader.account;
    await expectNothingChanged('INVALID_CREDENTIALS', 401, () =>
      e2e.anyone.send('POST', '/v1/auth/login', { body: { email, password: "' OR '1'='1" } }),
    );
  });

  it('are kept as they were written when they name an order or a key', async () => {
    const request = { ...buyMarket('FB', '1'), clientOrderId: SQL_ID };
    const accepted = await trader.submit(request, SQL_ID);
    expect(accepted).toMatchObject({ status: 202, body: { clientOrderId: SQL_ID } });
    expect((await trader.waitForEnd(accepted.body.id)).status).toBe('FILLED');
    expect((await trader.submit(request, SQL_ID)).text).toBe(accepted.text);
  });
});

it('leaves books that add up, every table, and an API that logged no error', async () => {
  await expectBooksInOrder(e2e);
  expect(Object.keys(await countRows(e2e.hub))).toEqual(
    expect.arrayContaining(['orders', 'users', 'ledger_transfers']),
  );
  const metrics = await (await fetch(`${e2e.stack.urls.apiMetrics}/metrics`)).text();
  expect(metrics).not.toMatch(/status="500"/);
});
