import { describe, expect, it } from 'vitest';
import { HubError } from '../../../contracts/errors.ts';
import { ALL_ORDERS } from '../../support/all-orders.ts';
import { callJson, createApiRig } from '../api-rig.ts';
import {
  BREAK_ID,
  BULK_ID,
  createStubUseCases,
  EXECUTION_ID,
  OPERATOR,
  ORDER_ID,
} from '../stub-use-cases.ts';

const SQL = `'; DROP TABLE orders; --`;
const NOBODY = '0198bbbb-0000-7000-8000-00000000ffff';
const REASON = 'the venue confirmed by telephone';
const HOURS = { opensAt: '2026-11-27T14:30:00.000Z', closesAt: '2026-11-27T18:00:00.000Z' };

async function rigOf(over: Parameters<typeof createStubUseCases>[0] = {}) {
  const stub = createStubUseCases(over);
  const rig = await createApiRig({ useCases: stub.useCases });
  const call = async (method: string, path: string, body?: unknown, token = rig.operatorToken) => {
    const response = await callJson(rig, method, `/v1/admin/${path}`, body, {
      Authorization: `Bearer ${token}`,
    });
    const text = await response.text();
    return {
      status: response.status,
      answer: (text === '' ? null : JSON.parse(text)) as Record<string, unknown> | null,
    };
  };
  return { rig, call, calls: stub.adminCalls };
}

/** Every call for operators, well formed. */
const CALLS: [string, string, unknown?][] = [
  ['GET', 'orders'],
  ['GET', `orders/${ORDER_ID}`],
  ['GET', `orders/${ORDER_ID}/timeline`],
  ['POST', `orders/${ORDER_ID}/retry`, { reason: REASON }],
  ['POST', `orders/${ORDER_ID}/fail`, { reason: REASON }],
  ['POST', `orders/${ORDER_ID}/cancel`, { reason: REASON }],
  ['GET', 'users?email=olga@test.local'],
  ['GET', 'system'],
  ['GET', 'breaks'],
  ['POST', `breaks/${BREAK_ID}/resolve`, { resolution: 'booked' }],
  ['GET', 'executions'],
  ['POST', 'executions/paper-broker/x-1/retry', { reason: REASON }],
  ['GET', 'settlements'],
  ['POST', `settlements/${EXECUTION_ID}/retry`, { reason: REASON }],
  ['POST', 'bulk-operations', { action: 'CANCEL', filter: { symbol: 'AAPL' }, reason: REASON }],
  ['GET', 'bulk-operations'],
  ['GET', `bulk-operations/${BULK_ID}`],
  ['POST', `bulk-operations/${BULK_ID}/stop`, { reason: REASON }],
  ['GET', 'instruments/AAPL/sessions'],
  ['PUT', 'instruments/AAPL/sessions/2026-11-27', { ...HOURS, reason: REASON }],
  ['DELETE', 'instruments/AAPL/sessions/2026-11-27?reason=over'],
];

describe('what is for operators', () => {
  it.each(CALLS)(
    'is done for an operator and for nobody else: %s %s',
    async (method, path, body) => {
      const { rig, call, calls } = await rigOf();
      expect(await call(method, path, body, rig.customerToken)).toMatchObject({
        status: 403,
        answer: { code: 'FORBIDDEN' },
      });
      const anonymous = await callJson(rig, method, `/v1/admin/${path}`, body, {});
      expect(anonymous.status).toBe(401);
      expect(calls).toEqual([]);
      expect((await call(method, path, body)).status).toBeLessThan(300);
    },
  );
});

describe('users', () => {
  it('are found by e-mail, id or account, one of them', async () => {
    const { call, calls } = await rigOf();
    const nobody = { email: null, id: null, accountId: null };
    await call('GET', 'users?email=Olga@test.local');
    await call('GET', `users?id=${NOBODY.toUpperCase()}`);
    expect(await call('GET', `users?accountId=${NOBODY}`)).toMatchObject({
      status: 200,
      answer: { items: [] },
    });
    expect(calls.map(({ args }) => args[0])).toEqual([
      { ...nobody, email: 'olga@test.local' },
      { ...nobody, id: NOBODY },
      { ...nobody, accountId: NOBODY },
    ]);
    for (const query of ['', '?id=me', `?id=${NOBODY}&accountId=${NOBODY}`, '?name=olga'])
      expect(await call('GET', `users${query}`)).toMatchObject({
        status: 400,
        answer: { code: 'VALIDATION_FAILED' },
      });
  });
});

describe('orders of all accounts', () => {
  it('are listed by what the query says', async () => {
    const { call, calls } = await rigOf();
    const { answer } = await call('GET', 'orders');
    expect(answer).toMatchObject({
      items: [
        { id: ORDER_ID, attentionReason: { step: 'placeOrder', code: 'BROKER_UNAVAILABLE' } },
      ],
    });
    await call(
      'GET',
      `orders?attention=true&status=open&symbol=IBM&accountId=${NOBODY.toUpperCase()}&limit=2&cursor=next`,
    );
    await call(
      'GET',
      'orders?status=PENDING_CANCEL&clientOrderId=mine&step=BOOK&code=PostgresError&after=2026-11-24T15:00:00%2B01:00&until=2026-11-25T00:00:00Z',
    );
    await call('GET', 'orders?attention=false');
    expect(calls.map(({ args }) => args[0])).toEqual([
      { ...ALL_ORDERS, limit: 50, cursor: null },
      {
        ...ALL_ORDERS,
        attention: true,
        status: 'open',
        symbol: 'IBM',
        accountId: NOBODY,
        limit: 2,
        cursor: 'next',
      },
      {
        ...ALL_ORDERS,
        ...{ status: 'PENDING_CANCEL', clientOrderId: 'mine', step: 'BOOK', code: 'PostgresError' },
        submittedAfter: '2026-11-24T14:00:00.000Z',
        submittedUntil: '2026-11-25T00:00:00.000Z',
        ...{ limit: 50, cursor: null },
      },
      { ...ALL_ORDERS, attention: false, limit: 50, cursor: null },
    ]);
  });

  it('are read with why they wait and what happened to them', async () => {
    const { call } = await rigOf();
    expect((await call('GET', `orders/${ORDER_ID.toUpperCase()}`)).answer).toMatchObject({
      status: 'SUSPENDED',
      attentionReason: {},
    });
    expect((await call('GET', `orders/${ORDER_ID}/timeline`)).answer).toMatchObject({
      items: [{ action: 'SUSPENDED' }],
    });
  });

  it.each(['retry', 'fail', 'cancel'])(
    'are interfered with in the operator’s name and with the reason: %s',
    async (verb) => {
      const { call, calls } = await rigOf();
      const { status, answer } = await call('POST', `orders/${ORDER_ID}/${verb}`, {
        reason: `  ${REASON} `,
      });
      expect(status).toBe(202);
      expect(answer).toMatchObject({ id: ORDER_ID });
      expect(calls).toEqual([
        { name: `${verb}Order`, operator: OPERATOR.userId, args: [ORDER_ID, REASON] },
      ]);
    },
  );

  it.each(['retry', 'fail', 'cancel'])(
    'are not interfered with when the use-case says no: %s',
    async (verb) => {
      const reject = async () => {
        throw new HubError('ORDER_NOT_WAITING', { status: 'NEW' });
      };
      const { call } = await rigOf({
        operators: { retryOrder: reject, failOrder: reject, cancelOrder: reject },
      });
      const { status, answer } = await call('POST', `orders/${ORDER_ID}/${verb}`, {
        reason: REASON,
      });
      expect({ status, answer }).toMatchObject({
        status: 409,
        answer: { code: 'ORDER_NOT_WAITING', facts: { status: 'NEW' } },
      });
    },
  );
});

describe('breaks', () => {
  it('are listed open ones first of all, and resolved by an operator with what was found', async () => {
    const { call, calls } = await rigOf();
    expect((await call('GET', 'breaks')).answer).toMatchObject({
      items: [{ id: BREAK_ID, kind: 'LATE_FILL', details: { quantity: '1' } }],
    });
    await call('GET', 'breaks?status=all&limit=1&cursor=abc');
    const resolved = await call('POST', `breaks/${BREAK_ID}/resolve`, { resolution: 'booked' });
    expect(resolved).toMatchObject({
      status: 200,
      answer: { resolvedBy: `user/${OPERATOR.userId}`, resolution: 'booked' },
    });
    expect(calls).toEqual([
      { name: 'listBreaks', operator: '', args: [{ status: 'open', limit: 50, cursor: null }] },
      { name: 'listBreaks', operator: '', args: [{ status: 'all', limit: 1, cursor: 'abc' }] },
      { name: 'resolveBreak', operator: OPERATOR.userId, args: [BREAK_ID, 'booked'] },
    ]);
  });
});

describe('executions', () => {
  it('that wait are listed, and booked again in the operator’s name', async () => {
    const { call, calls } = await rigOf();
    expect((await call('GET', 'executions')).answer).toMatchObject({
      items: [
        {
          brokerExecutionId: 'x-1',
          orderId: ORDER_ID,
          waiting: { for: 'OPERATOR', lastFailure: 'DATABASE_UNAVAILABLE' },
        },
      ],
    });
    const retried = await call('POST', 'executions/paper-broker/x-1/retry', { reason: REASON });
    expect(retried).toEqual({
      status: 202,
      answer: {
        ...{ broker: 'paper-broker', brokerExecutionId: 'x-1' },
        ...{ status: 'BOOKED', lastFailure: null },
      },
    });
    expect(calls).toEqual([
      { name: 'retryExecution', operator: OPERATOR.userId, args: ['paper-broker', 'x-1', REASON] },
    ]);
  });
});

describe('settlements', () => {
  it('in repair are listed, and tried again in the operator’s name', async () => {
    const { call, calls } = await rigOf();
    expect((await call('GET', 'settlements')).answer).toMatchObject({
      items: [{ executionId: EXECUTION_ID, reason: 'COUNTERPARTY_FAILED' }],
    });
    const retried = await call('POST', `settlements/${EXECUTION_ID}/retry`, { reason: REASON });
    expect(retried).toMatchObject({
      status: 202,
      answer: { executionId: EXECUTION_ID, status: 'SETTLED' },
    });
    expect(calls).toEqual([
      {
        name: 'retrySettlement',
        operator: `user/${OPERATOR.userId}`,
        args: [EXECUTION_ID, REASON],
      },
    ]);
  });
});

describe('the sessions of an instrument', () => {
  it('are listed, set and removed', async () => {
    const { call, calls } = await rigOf();
    expect(
      (await call('GET', 'instruments/AAPL/sessions?start=2026-11-01&end=2026-11-30')).answer,
    ).toMatchObject({
      items: [{ date: '2026-11-27' }],
    });
    const inNewYork = {
      opensAt: '2026-11-27T09:30:00-05:00',
      closesAt: '2026-11-27T13:00:00-05:00',
      reason: REASON,
    };
    const set = await call('PUT', 'instruments/AAPL/sessions/2026-11-27', inNewYork);
    expect(set).toEqual({ status: 200, answer: { date: '2026-11-27', ...HOURS } });
    expect(
      await call(
        'DELETE',
        `instruments/AAPL/sessions/2026-11-27?reason=${encodeURIComponent(REASON)}`,
      ),
    ).toEqual({
      status: 204,
      answer: null,
    });
    expect(calls).toEqual([
      {
        name: 'listInstrumentSessions',
        operator: '',
        args: ['AAPL', { start: '2026-11-01', end: '2026-11-30' }],
      },
      {
        name: 'setSession',
        operator: OPERATOR.userId,
        args: ['AAPL', { date: '2026-11-27', ...HOURS }, REASON],
      },
      { name: 'removeSession', operator: OPERATOR.userId, args: ['AAPL', '2026-11-27', REASON] },
    ]);
  });
});

describe('an operator’s request that is not well formed', () => {
  it.each<[string, string, unknown, string]>([
    ['GET', 'orders?attention=maybe', undefined, 'attention'],
    ['GET', 'orders?status=BROKEN', undefined, 'status'],
    ['GET', 'orders?step=SHIP', undefined, 'step'],
    ['GET', "orders?code='", undefined, 'code'],
    ['GET', 'orders?until=yesterday', undefined, 'until'],
    ['GET', 'orders?clientOrderId=%0A', undefined, 'clientOrderId'],
    ['GET', `orders?symbol=${encodeURIComponent(SQL)}`, undefined, 'symbol'],
    ['GET', 'orders?limit=0', undefined, 'limit'],
    ['GET', 'orders?accountId=x', undefined, 'accountId'],
    ['POST', `orders/${ORDER_ID}/retry`, {}, 'reason'],
    ['POST', `orders/${ORDER_ID}/retry`, { reason: '' }, 'reason'],
    ['POST', `orders/${ORDER_ID}/fail`, { reason: '   ' }, 'reason'],
    ['POST', `orders/${ORDER_ID}/fail`, { reason: 'x'.repeat(501) }, 'reason'],
    ['POST', `orders/${ORDER_ID}/cancel`, { reason: 'a\u0000b' }, 'reason'],
    ['POST', `orders/${ORDER_ID}/cancel`, { reason: 7 }, 'reason'],
    [
      'POST',
      `orders/${ORDER_ID}/cancel`,
      { reason: REASON, operator: 'somebody else' },
      'operator',
    ],
    ['GET', 'breaks?status=closed', undefined, 'status'],
    ['POST', `breaks/${BREAK_ID}/resolve`, {}, 'resolution'],
    ['POST', `breaks/${BREAK_ID}/resolve`, { resolution: '\ud800' }, 'resolution'],
    ['GET', 'settlements?status=all', undefined, 'status'],
    ['POST', `settlements/${EXECUTION_ID}/retry`, { reason: null }, 'reason'],
    ['GET', 'instruments/AAPL/sessions?start=2026-02-30', undefined, 'start'],
    ['PUT', 'instruments/AAPL/sessions/2026-02-30', { ...HOURS, reason: REASON }, 'date'],
    ['PUT', 'instruments/AAPL/sessions/0000-01-01', { ...HOURS, reason: REASON }, 'date'],
    [
      'PUT',
      `instruments/AAPL/sessions/${encodeURIComponent(SQL)}`,
      { ...HOURS, reason: REASON },
      'date',
    ],
    [
      'PUT',
      'instruments/AAPL/sessions/2026-11-27',
      { ...HOURS, opensAt: '09:30', reason: REASON },
      'opensAt',
    ],
    [
      'PUT',
      'instruments/AAPL/sessions/2026-11-27',
      { ...HOURS, closesAt: '2026-11-27T25:00:00Z', reason: REASON },
      'closesAt',
    ],
    [
      'PUT',
      'instruments/AAPL/sessions/2026-11-27',
      { ...HOURS, closesAt: '2026-11-27', reason: REASON },
      'closesAt',
    ],
    [
      'PUT',
      'instruments/AAPL/sessions/2026-11-27',
      { opensAt: HOURS.opensAt, reason: REASON },
      'closesAt',
    ],
    ['PUT', 'instruments/AAPL/sessions/2026-11-27', HOURS, 'reason'],
    ['DELETE', 'instruments/AAPL/sessions/2026-11-27', undefined, 'reason'],
    ['DELETE', 'instruments/AAPL/sessions/2026-11-27?reason=%20', undefined, 'reason'],
  ])(
    'is rejected by the name of the field, before any use-case: %s %s',
    async (method, path, body, field) => {
      const { call, calls } = await rigOf();
      const { status, answer } = await call(method, path, body);
      expect({ status, answer }).toMatchObject({
        status: 400,
        answer: { code: 'VALIDATION_FAILED', errors: [{ path: field }] },
      });
      expect(calls).toEqual([]);
    },
  );

  it.each<[string, string, unknown, string]>([
    ['GET', `orders/${NOBODY}`, undefined, 'ORDER_NOT_FOUND'],
    ['GET', `orders/${encodeURIComponent(SQL)}/timeline`, undefined, 'ORDER_NOT_FOUND'],
    ['POST', 'orders/%00/retry', { reason: REASON }, 'ORDER_NOT_FOUND'],
    ['POST', `orders/${NOBODY}/fail`, { reason: REASON }, 'ORDER_NOT_FOUND'],
    ['POST', `breaks/${encodeURIComponent(SQL)}/resolve`, { resolution: 'x' }, 'BREAK_NOT_FOUND'],
    ['POST', `breaks/${NOBODY}/resolve`, { resolution: 'x' }, 'BREAK_NOT_FOUND'],
    [
      'POST',
      `settlements/${encodeURIComponent(SQL)}/retry`,
      { reason: REASON },
      'SETTLEMENT_NOT_FOUND',
    ],
    ['POST', `settlements/${NOBODY}/retry`, { reason: REASON }, 'SETTLEMENT_NOT_FOUND'],
    [
      'POST',
      `executions/paper-broker/${encodeURIComponent(SQL)}/retry`,
      { reason: REASON },
      'EXECUTION_NOT_FOUND',
    ],
    ['POST', 'executions/paper-broker/%00/retry', { reason: REASON }, 'EXECUTION_NOT_FOUND'],
    ['POST', 'executions/%00/x-1/retry', { reason: REASON }, 'EXECUTION_NOT_FOUND'],
    ['POST', 'executions/second/x-1/retry', { reason: REASON }, 'EXECUTION_NOT_FOUND'],
    ['GET', 'instruments/aapl/sessions', undefined, 'INSTRUMENT_NOT_FOUND'],
    [
      'PUT',
      `instruments/${encodeURIComponent(SQL)}/sessions/2026-11-27`,
      { ...HOURS, reason: REASON },
      'INSTRUMENT_NOT_FOUND',
    ],
  ])('names what is not there: %s %s', async (method, path, body, code) => {
    const { call } = await rigOf();
    expect(await call(method, path, body)).toMatchObject({ status: 404, answer: { code } });
  });
});
