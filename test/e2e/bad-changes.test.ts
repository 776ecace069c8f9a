import { randomUUID } from 'node:crypto';
import { Code, ConnectError } from '@connectrpc/connect';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAccessTokens } from '../../adapters/security/access-tokens.ts';
import { createHubClient } from '../../clients/hub-client.ts';
import type { ErrorCode } from '../../contracts/errors.ts';
import { OrderType, Side, TimeInForce } from '../../proto/gen/hub/v1/broker_pb.js';
import { ErrorInfoSchema } from '../../proto/gen/hub/v1/error_pb.js';
import { expectBooksInOrder } from '../support/books-in-order.ts';
import {
  type Answer,
  buyLimit,
  buyMarket,
  createE2eClient,
  type E2eClient,
} from '../support/e2e-client.ts';
import { type E2eStack, leaseE2eStack, type Trader } from '../support/e2e-stack.ts';
import { expectUnchanged, waitForFirstReport } from '../support/e2e-unchanged.ts';
import { countRows, readMoney } from '../support/trading-snapshot.ts';

const SQL_TEXT = `'; DROP TABLE orders; --`;
/** The same without a space, which an id may not have. */
const SQL_ID = `');DROP/**/TABLE/**/orders;--`;

let e2e: E2eStack;
/** Has 10 AAPL, an open order, and cash. */
let trader: Trader;
let operator: E2eClient;
let operatorName: string;
let openOrderId: string;
let filledOrderId: string;

beforeAll(async () => {
  e2e = await leaseE2eStack('usual');
  trader = await e2e.createTrader();
  const { caller } = (await e2e.createTrader()).account;
  const tokens = createAccessTokens(e2e.stack.env.JWT_SECRET ?? '', Date.now);
  operator = createE2eClient(
    e2e.stack.urls.api,
    await tokens.sign({ ...caller, roles: ['OPERATOR'] }),
  );
  operatorName = `user/${caller.userId}`;
  const { body: bought } = await trader.submit(buyMarket('AAPL', '10'));
  filledOrderId = (await trader.waitForEnd(bought.id)).id;
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

describe('a replacement', () => {
  const replace = (body: unknown, orderId = openOrderId, headers: Record<string, string> = {}) =>
    trader.send('PATCH', `/v1/orders/${orderId}`, { body: JSON.stringify(body), headers });

  it.each<[string, unknown]>([
    ['nothing to change', {}],
    ['null', null],
    ['a quantity of zero', { quantity: '0' }],
    ['a quantity that is null', { quantity: null }],
    ['SQL as quantity', { quantity: SQL_TEXT }],
    ['SQL as limit price', { limitPrice: SQL_TEXT }],
    ['SQL as stop price', { stopPrice: SQL_TEXT }],
    ['SQL as trail', { trailPercent: SQL_TEXT }],
    ['a time in force of the moment', { timeInForce: 'IOC' }],
    ['a client order id with NUL', { clientOrderId: 'a\0b' }],
    ['another symbol', { quantity: '11', symbol: 'AAPL' }],
    ['another side', { quantity: '11', side: 'SELL' }],
    ['a stop price for a limit order', { stopPrice: '100.00' }],
    ['a trail for a limit order', { trailPercent: '1' }],
  ])('that is not well formed is rejected with nothing changed: %s', async (_name, body) => {
    await expectNothingChanged('VALIDATION_FAILED', 400, () => replace(body));
    expect(await trader.getOrder(openOrderId)).toMatchObject({
      status: 'NEW',
      quantity: '10',
      replacedBy: null,
    });
  });

  it('is rejected with a key of white space, and when it is no JSON', async () => {
    await expectNothingChanged('VALIDATION_FAILED', 400, () =>
      replace({ quantity: '11' }, openOrderId, { 'Idempotency-Key': 'a b' }),
    );
    await expectNothingChanged('MALFORMED_JSON', 400, () =>
      trader.send('PATCH', `/v1/orders/${openOrderId}`, { body: '{' }),
    );
  });

  it('of an order that is closed, or not there, changes nothing', async () => {
    await expectNothingChanged('ORDER_NOT_REPLACEABLE', 409, () =>
      replace({ quantity: '11' }, filledOrderId),
    );
    for (const id of [randomUUID(), encodeURIComponent(SQL_TEXT), '%00']) {
      await expectNothingChanged('ORDER_NOT_FOUND', 404, () => replace({ quantity: '11' }, id));
    }
  });
});

describe('a withdrawal', () => {
  it.each<[string, unknown]>([
    ['nothing', {}],
    ['zero', { amount: '0.00' }],
    ['a negative amount', { amount: '-1.00' }],
    ['part of a cent', { amount: '1.001' }],
    ['a number', { amount: 1 }],
    ['SQL', { amount: SQL_TEXT }],
    ['another account', { amount: '1.00', accountId: randomUUID() }],
  ])('of %s is rejected with nothing changed', async (_name, body) => {
    await expectNothingChanged('VALIDATION_FAILED', 400, () =>
      trader.send('POST', '/v1/withdrawals', { body }),
    );
  });

  it('of more than is there is rejected with nothing changed', async () => {
    const body = { amount: '1000000.00' };
    await expectNothingChanged('INSUFFICIENT_WITHDRAWABLE_CASH', 422, () =>
      trader.send('POST', '/v1/withdrawals', { body }),
    );
  });
});

describe('what is for operators', () => {
  const reason = 'because';
  const hours = { opensAt: '2027-03-01T14:30:00Z', closesAt: '2027-03-01T18:00:00Z' };
  const session = '/v1/admin/instruments/AAPL/sessions/2027-03-01';

  it('is closed to customers, whatever they send', async () => {
    const calls: [string, string, unknown?][] = [
      ['GET', '/v1/admin/orders'],
      ['GET', `/v1/admin/orders/${openOrderId}`],
      ['GET', `/v1/admin/orders/${openOrderId}/timeline`],
      ['POST', `/v1/admin/orders/${openOrderId}/retry`, { reason }],
      ['POST', `/v1/admin/orders/${openOrderId}/fail`, { reason }],
      ['POST', `/v1/admin/orders/${openOrderId}/cancel`, { reason }],
      ['GET', '/v1/admin/breaks'],
      ['POST', `/v1/admin/breaks/${randomUUID()}/resolve`, { resolution: 'x' }],
      ['GET', '/v1/admin/settlements'],
      ['POST', `/v1/admin/settlements/${randomUUID()}/retry`, { reason }],
      ['GET', '/v1/admin/instruments/AAPL/sessions'],
      ['PUT', session, { ...hours, reason }],
      ['DELETE', `${session}?reason=x`],
    ];
    for (const [method, path, body] of calls) {
      await expectNothingChanged('FORBIDDEN', 403, () =>
        trader.send(method, path, body === undefined ? {} : { body }),
      );
    }
  });

  it.each<[string, string, string, unknown?]>([
    ['no reason', 'POST', '/v1/admin/orders/:id/cancel', {}],
    ['a blank reason', 'POST', '/v1/admin/orders/:id/fail', { reason: ' ' }],
    [
      'a reason of 501 characters',
      'POST',
      '/v1/admin/orders/:id/retry',
      { reason: 'x'.repeat(501) },
    ],
    ['a reason with NUL', 'POST', '/v1/admin/orders/:id/cancel', { reason: 'a\0b' }],
    ['half a surrogate pair', 'POST', '/v1/admin/orders/:id/cancel', { reason: '\ud800' }],
    [
      'another operator’s name',
      'POST',
      '/v1/admin/orders/:id/cancel',
      { reason, operator: 'user/x' },
    ],
    ['SQL as filter', 'GET', `/v1/admin/orders?symbol=${encodeURIComponent(SQL_TEXT)}`],
    ['SQL as cursor', 'GET', `/v1/admin/orders?cursor=${encodeURIComponent(SQL_ID)}`],
    ['SQL as cursor of breaks', 'GET', `/v1/admin/breaks?cursor=${encodeURIComponent(SQL_ID)}`],
    [
      'SQL as cursor of settlements',
      'GET',
      `/v1/admin/settlements?cursor=${encodeURIComponent(SQL_ID)}`,
    ],
    ['an attention that is neither', 'GET', '/v1/admin/orders?attention=perhaps'],
    ['a day that no calendar has', 'PUT', session.replace('03-01', '02-30'), { ...hours, reason }],
    ['a day of the year 0', 'DELETE', `${session.replace('2027', '0000')}?reason=x`],
    ['a day that is over', 'PUT', session.replace('2027', '2020'), { ...hours, reason }],
    ['hours of another day', 'PUT', session.replace('03-01', '03-04'), { ...hours, reason }],
    [
      'a session that closes before it opens',
      'PUT',
      session,
      { opensAt: hours.closesAt, closesAt: hours.opensAt, reason },
    ],
    ['a session without a reason', 'PUT', session, hours],
    ['a removal without a reason', 'DELETE', session],
  ])('is rejected with nothing changed: %s', async (_name, method, path, body) => {
    const call = () =>
      operator.send(method, path.replace(':id', openOrderId), body === undefined ? {} : { body });
    await expectNothingChanged('VALIDATION_FAILED', 400, call);
  });

  it.each<[ErrorCode, string, string, unknown?]>([
    ['ORDER_NOT_FOUND', 'GET', `/v1/admin/orders/${encodeURIComponent(SQL_TEXT)}`],
    ['ORDER_NOT_FOUND', 'POST', `/v1/admin/orders/${randomUUID()}/fail`, { reason }],
    [
      'BREAK_NOT_FOUND',
      'POST',
      `/v1/admin/breaks/${encodeURIComponent(SQL_TEXT)}/resolve`,
      { resolution: 'x' },
    ],
    ['BREAK_NOT_FOUND', 'POST', `/v1/admin/breaks/${randomUUID()}/resolve`, { resolution: 'x' }],
    [
      'SETTLEMENT_NOT_FOUND',
      'POST',
      `/v1/admin/settlements/${encodeURIComponent(SQL_TEXT)}/retry`,
      { reason },
    ],
    ['SETTLEMENT_NOT_FOUND', 'POST', `/v1/admin/settlements/${randomUUID()}/retry`, { reason }],
    ['INSTRUMENT_NOT_FOUND', 'GET', '/v1/admin/instruments/ZZZZ/sessions'],
    ['INSTRUMENT_NOT_FOUND', 'PUT', session.replace('AAPL', 'ZZZZ'), { ...hours, reason }],
    [
      'INSTRUMENT_NOT_FOUND',
      'DELETE',
      `${session.replace('AAPL', encodeURIComponent(SQL_TEXT))}?reason=x`,
    ],
    ['TRADING_SESSION_NOT_FOUND', 'DELETE', `${session}?reason=x`],
  ])('is %s when it is not there, and nothing changes: %s %s', async (code, method, path, body) => {
    await expectNothingChanged(code, 404, () =>
      operator.send(method, path, body === undefined ? {} : { body }),
    );
  });

  it('leaves its request and no more on an order that waits for nothing', async () => {
    for (const verb of ['retry', 'fail']) {
      const before = { rows: await countRows(e2e.hub), money: await readMoney(e2e.hub) };
      const answer = await operator.send('POST', `/v1/admin/orders/${openOrderId}/${verb}`, {
        body: { reason: SQL_TEXT },
      });
      expect({ status: answer.status, body: answer.body }).toMatchObject({
        status: 409,
        body: { code: 'ORDER_NOT_WAITING' },
      });
      const { audit_events: audits = 0, ...others } = before.rows;
      expect(await countRows(e2e.hub)).toEqual({ ...others, audit_events: audits + 1 });
      expect(await readMoney(e2e.hub)).toEqual(before.money);
      const timeline = await operator.get<{ items: unknown[] }>(
        `/v1/admin/orders/${openOrderId}/timeline`,
      );
      expect(timeline.body.items.at(-1)).toMatchObject({
        actor: operatorName,
        action: `${verb.toUpperCase()}_REQUESTED`,
        details: { reason: SQL_TEXT },
      });
    }
    expect((await trader.getOrder(openOrderId)).status).toBe('NEW');
  });
});

describe('over Connect', () => {
  const codeOf = (error: unknown) =>
    error instanceof ConnectError ? error.findDetails(ErrorInfoSchema)[0]?.code : undefined;
  const terms = {
    symbol: 'AAPL',
    side: Side.BUY,
    type: OrderType.LIMIT,
    timeInForce: TimeInForce.DAY,
    quantity: '1',
    limitPrice: '200.00',
  };

  it('bad input has the same codes and changes nothing', async () => {
    const { orders } = createHubClient({ baseUrl: e2e.stack.urls.api, token: trader.token });
    const before = await readMoney(e2e.hub);
    const failures: [() => Promise<unknown>, Code, ErrorCode][] = [
      [
        () => orders.submitOrder({ ...terms, quantity: '-1' }),
        Code.InvalidArgument,
        'VALIDATION_FAILED',
      ],
      [
        () => orders.submitOrder({ ...terms, side: Side.UNSPECIFIED }),
        Code.InvalidArgument,
        'VALIDATION_FAILED',
      ],
      [
        () => orders.submitOrder({ ...terms, symbol: SQL_TEXT }),
        Code.InvalidArgument,
        'VALIDATION_FAILED',
      ],
      [
        () => orders.submitOrder({ ...terms, quantity: '490' }),
        Code.FailedPrecondition,
        'INSUFFICIENT_BUYING_POWER',
      ],
      [
        () => orders.submitOrder({ ...terms, type: OrderType.STOP, stopPrice: '210.00' }),
        Code.InvalidArgument,
        'VALIDATION_FAILED',
      ],
      [
        () => orders.submitOrder({ ...terms, notional: '100.00' }),
        Code.InvalidArgument,
        'VALIDATION_FAILED',
      ],
      [() => orders.replaceOrder({ id: openOrderId }), Code.InvalidArgument, 'VALIDATION_FAILED'],
      [
        () => orders.replaceOrder({ id: openOrderId, stopPrice: '1.00' }),
        Code.InvalidArgument,
        'VALIDATION_FAILED',
      ],
      [
        () => orders.replaceOrder({ id: filledOrderId, quantity: '11' }),
        Code.FailedPrecondition,
        'ORDER_NOT_REPLACEABLE',
      ],
      [
        () => orders.replaceOrder({ id: SQL_TEXT, quantity: '11' }),
        Code.NotFound,
        'ORDER_NOT_FOUND',
      ],
      [() => orders.getOrder({ id: SQL_TEXT }), Code.NotFound, 'ORDER_NOT_FOUND'],
      [
        () => createHubClient({ baseUrl: e2e.stack.urls.api }).orders.submitOrder(terms),
        Code.Unauthenticated,
        'UNAUTHENTICATED',
      ],
    ];
    for (const [call, code, hubCode] of failures) {
      const error = await call().catch((failure: unknown) => failure);
      expect({ code: (error as ConnectError).code, hubCode: codeOf(error) }).toEqual({
        code,
        hubCode,
      });
    }
    expect(await readMoney(e2e.hub)).toEqual(before);
  });
});

it('leaves books that add up, and an API that logged no error', async () => {
  await expectBooksInOrder(e2e);
  expect(await (await fetch(`${e2e.stack.urls.apiMetrics}/metrics`)).text()).not.toMatch(
    /status="500"/,
  );
});
