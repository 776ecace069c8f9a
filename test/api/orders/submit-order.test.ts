import { describe, expect, it } from 'vitest';
import { HubError } from '../../../contracts/errors.ts';
import { callJson, createApiRig } from '../api-rig.ts';
import { CUSTOMER, createStubUseCases, ORDER_ID, orderOf } from '../stub-use-cases.ts';

const LIMIT_ORDER = {
  symbol: 'AAPL',
  side: 'BUY',
  type: 'LIMIT',
  timeInForce: 'DAY',
  quantity: '10',
  limitPrice: '205.75',
};
/** What the edge fills in for what an order does not have. */
const NO_TERMS = { notional: null, stopPrice: null, trailPercent: null };
const SQL = `'; DROP TABLE orders; --`;

async function submit(over: Record<string, unknown>, headers: Record<string, string> = {}) {
  const { useCases, submissions } = createStubUseCases();
  const rig = await createApiRig({ useCases });
  const body = { ...LIMIT_ORDER, ...over };
  const response = await callJson(rig, 'POST', '/v1/orders', body, {
    Authorization: `Bearer ${rig.customerToken}`,
    ...headers,
  });
  return { response, answer: (await response.json()) as Record<string, unknown>, submissions };
}

describe('POST /v1/orders, accepted', () => {
  it('answers 202 with the order and where it is', async () => {
    const { response, answer } = await submit({});
    expect(response.status).toBe(202);
    expect(response.headers.get('Location')).toBe(`/v1/orders/${ORDER_ID}`);
    expect(response.headers.get('Idempotency-Replayed')).toBeNull();
    expect(answer).toMatchObject({
      id: ORDER_ID,
      status: 'PENDING_NEW',
      quantity: '10',
      limitPrice: '205.75',
    });
  });

  it('passes the caller of the token and the parsed terms on', async () => {
    const { submissions } = await submit(
      { clientOrderId: 'mine-1' },
      { 'Idempotency-Key': 'key-1' },
    );
    expect(submissions).toEqual([
      {
        caller: CUSTOMER,
        terms: { ...NO_TERMS, ...LIMIT_ORDER, clientOrderId: 'mine-1' },
        key: 'key-1',
      },
    ]);
  });

  it('takes a market order without a price, and null as no price', async () => {
    const { submissions } = await submit({ type: 'MARKET', limitPrice: null });
    expect(submissions[0]).toMatchObject({
      terms: { type: 'MARKET', limitPrice: null, clientOrderId: null },
      key: null,
    });
  });

  it('keeps eight decimals to the last digit', async () => {
    const { submissions } = await submit({
      quantity: '0.00000001',
      limitPrice: '999999999999.99999999',
    });
    expect(submissions[0]?.terms).toMatchObject({
      quantity: '0.00000001',
      limitPrice: '999999999999.99999999',
    });
  });

  it('says so when the first answer is given again, with the same status and body', async () => {
    const { useCases } = createStubUseCases({
      orders: { submitOrder: async () => ({ order: orderOf(), replayed: true }) },
    });
    const rig = await createApiRig({ useCases });
    const response = await callJson(rig, 'POST', '/v1/orders', LIMIT_ORDER);
    expect(response.status).toBe(202);
    expect(response.headers.get('Idempotency-Replayed')).toBe('true');
    expect(await response.json()).toEqual(orderOf());
  });
});

describe('POST /v1/orders, rejected', () => {
  const rejected = orderOf({
    status: 'REJECTED',
    rejectCode: 'INSUFFICIENT_BUYING_POWER',
    rejectFacts: { required: '2057.50', available: '100.00' },
    leavesQuantity: '0',
  });

  async function submitTwice() {
    let calls = 0;
    const submitOrder = async () => ({ order: rejected, replayed: calls++ > 0 });
    const rig = await createApiRig({
      useCases: createStubUseCases({ orders: { submitOrder } }).useCases,
    });
    return {
      first: await callJson(rig, 'POST', '/v1/orders', LIMIT_ORDER),
      second: await callJson(rig, 'POST', '/v1/orders', LIMIT_ORDER),
    };
  }

  it('is a 422 problem with the reason, its facts and the order', async () => {
    const { first } = await submitTwice();
    expect(first.status).toBe(422);
    expect(first.headers.get('Content-Type')).toBe('application/problem+json');
    expect(await first.json()).toEqual({
      type: 'urn:hub:error:insufficient-buying-power',
      title: 'The buying power does not suffice',
      status: 422,
      detail: 'The buying power does not suffice',
      instance: `/v1/orders/${ORDER_ID}`,
      code: 'INSUFFICIENT_BUYING_POWER',
      orderId: ORDER_ID,
      facts: { required: '2057.50', available: '100.00' },
    });
  });

  it('is replayed with the same status and the same bytes', async () => {
    const { first, second } = await submitTwice();
    expect(second.status).toBe(first.status);
    expect(await second.text()).toBe(await first.text());
    expect(first.headers.get('Idempotency-Replayed')).toBeNull();
    expect(second.headers.get('Idempotency-Replayed')).toBe('true');
  });

  it('tells an error of the use-case by its code and status', async () => {
    const submitOrder = async () => {
      throw new HubError('IDEMPOTENCY_KEY_REUSED');
    };
    const rig = await createApiRig({
      useCases: createStubUseCases({ orders: { submitOrder } }).useCases,
    });
    const response = await callJson(rig, 'POST', '/v1/orders', LIMIT_ORDER);
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({
      code: 'IDEMPOTENCY_KEY_REUSED',
      requestId: expect.any(String),
    });
  });
});

describe('POST /v1/orders, not well formed', () => {
  const WRONG: [string, Record<string, unknown>, string][] = [
    ['a quantity of zero', { quantity: '0' }, 'quantity'],
    ['a quantity of zero with decimals', { quantity: '0.00000000' }, 'quantity'],
    ['a negative quantity', { quantity: '-1' }, 'quantity'],
    ['a quantity with nine decimals', { quantity: '1.000000001' }, 'quantity'],
    ['a quantity of 1e400', { quantity: '1e400' }, 'quantity'],
    ['a quantity with thirteen digits', { quantity: '1000000000000' }, 'quantity'],
    ['a quantity that is a number', { quantity: 10 }, 'quantity'],
    ['a quantity that is not a number', { quantity: 'NaN' }, 'quantity'],
    ['an endless quantity', { quantity: 'Infinity' }, 'quantity'],
    ['a quantity in hexadecimal', { quantity: '0x10' }, 'quantity'],
    ['a quantity with white space', { quantity: ' 10' }, 'quantity'],
    ['a quantity with a plus sign', { quantity: '+10' }, 'quantity'],
    ['an empty quantity', { quantity: '' }, 'quantity'],
    ['no quantity', { quantity: undefined }, 'quantity'],
    ['SQL as quantity', { quantity: SQL }, 'quantity'],
    ['a LIMIT order without a price', { limitPrice: undefined }, 'limitPrice'],
    ['a LIMIT order with null as price', { limitPrice: null }, 'limitPrice'],
    ['a price of zero', { limitPrice: '0' }, 'limitPrice'],
    ['a price that is a number', { limitPrice: 205.75 }, 'limitPrice'],
    ['SQL as price', { limitPrice: SQL }, 'limitPrice'],
    ['a MARKET order with a price', { type: 'MARKET' }, 'limitPrice'],
    ['SQL as symbol', { symbol: SQL }, 'symbol'],
    ['a symbol in lower case', { symbol: 'aapl' }, 'symbol'],
    ['a symbol of eleven characters', { symbol: 'ABCDEFGHIJK' }, 'symbol'],
    ['a symbol with NUL', { symbol: 'AAPL\u0000' }, 'symbol'],
    ['a symbol with a line break', { symbol: 'AAPL\n' }, 'symbol'],
    ['SQL as side', { side: SQL }, 'side'],
    ['a side in lower case', { side: 'buy' }, 'side'],
    ['SQL as type', { type: SQL }, 'type'],
    ['SQL as time in force', { timeInForce: SQL }, 'timeInForce'],
    ['SQL with spaces as client order id', { clientOrderId: SQL }, 'clientOrderId'],
    ['NUL in the client order id', { clientOrderId: 'a\u0000b' }, 'clientOrderId'],
    ['half a surrogate pair in the client order id', { clientOrderId: 'a\ud800' }, 'clientOrderId'],
    ['an empty client order id', { clientOrderId: '' }, 'clientOrderId'],
    ['a client order id of 129 characters', { clientOrderId: 'x'.repeat(129) }, 'clientOrderId'],
    [
      'SQL as notional',
      { quantity: undefined, type: 'MARKET', limitPrice: undefined, notional: SQL },
      'notional',
    ],
    ['SQL as stop price', { type: 'STOP_LIMIT', stopPrice: SQL }, 'stopPrice'],
    [
      'SQL as trail',
      { type: 'TRAILING_STOP', limitPrice: undefined, trailPercent: SQL },
      'trailPercent',
    ],
    ['an unknown field', { colour: 'red' }, 'colour'],
    ['a field of the prototype', { constructor: 'x' }, 'constructor'],
  ];

  it.each(WRONG)('rejects %s by name, before any use-case', async (_what, over, path) => {
    const { response, answer, submissions } = await submit(over);
    expect(response.status).toBe(400);
    expect(response.headers.get('Content-Type')).toBe('application/problem+json');
    expect(answer).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ path }] });
    expect(submissions).toEqual([]);
  });

  it('names each of several wrong fields', async () => {
    const { answer } = await submit({ quantity: '0', side: 'HOLD', colour: 'red', shape: 'round' });
    const paths = (answer.errors as { path: string }[]).map((error) => error.path);
    expect(paths.sort()).toEqual(['colour', 'quantity', 'shape', 'side']);
  });

  it.each([['null'], ['[]'], ['"AAPL"'], ['7']])('rejects %s as a body', async (body) => {
    const rig = await createApiRig();
    const response = await callJson(rig, 'POST', '/v1/orders', body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'VALIDATION_FAILED' });
  });

  it.each([
    ['an empty key', ''],
    ['a key with a space', 'a b'],
    ['a key of 256 characters', 'k'.repeat(256)],
    ['a key beyond ASCII', 'clé'],
  ])('rejects %s as Idempotency-Key', async (_what, key) => {
    const { response, answer, submissions } = await submit({}, { 'Idempotency-Key': key });
    expect(response.status).toBe(400);
    expect(answer).toMatchObject({
      code: 'VALIDATION_FAILED',
      errors: [{ path: 'Idempotency-Key' }],
    });
    expect(submissions).toEqual([]);
  });
});
