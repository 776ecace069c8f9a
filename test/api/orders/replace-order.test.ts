import { describe, expect, it } from 'vitest';
import { HubError } from '../../../contracts/errors.ts';
import { callJson, createApiRig } from '../api-rig.ts';
import {
  CUSTOMER,
  createStubUseCases,
  NEW_ORDER_ID,
  ORDER_ID,
  orderOf,
} from '../stub-use-cases.ts';

const SQL = `'; DROP TABLE orders; --`;
const PATH = `/v1/orders/${ORDER_ID}`;

async function replace(body: unknown, headers: Record<string, string> = {}, path = PATH) {
  const stub = createStubUseCases();
  const rig = await createApiRig({ useCases: stub.useCases });
  const response = await callJson(rig, 'PATCH', path, body, {
    Authorization: `Bearer ${rig.customerToken}`,
    ...headers,
  });
  return {
    response,
    answer: (await response.json()) as Record<string, unknown>,
    replacements: stub.replacements,
  };
}

const replacing = async (
  replaceOrder: () => Promise<{ order: ReturnType<typeof orderOf>; replayed: boolean }>,
) => {
  const rig = await createApiRig({
    useCases: createStubUseCases({ orders: { replaceOrder } }).useCases,
  });
  return callJson(rig, 'PATCH', PATH, { quantity: '5' });
};

describe('PATCH /v1/orders/{id}', () => {
  it('answers 202 with the new order and where it is', async () => {
    const { response, answer } = await replace({ quantity: '5' });
    expect(response.status).toBe(202);
    expect(response.headers.get('Location')).toBe(`/v1/orders/${NEW_ORDER_ID}`);
    expect(response.headers.get('Idempotency-Replayed')).toBeNull();
    expect(answer).toMatchObject({ id: NEW_ORDER_ID, replaces: ORDER_ID, quantity: '5' });
  });

  it.each([
    { quantity: '5' },
    { limitPrice: '200.10' },
    { stopPrice: '199' },
    { trailPercent: '0.0001' },
    { timeInForce: 'GTC' },
    { clientOrderId: 'mine-2' },
    {
      quantity: '5',
      limitPrice: '200',
      stopPrice: '199',
      trailPercent: '99.9999',
      timeInForce: 'DAY',
      clientOrderId: 'mine-2',
    },
  ])('passes on what is named and nothing else: %j', async (terms) => {
    const { replacements } = await replace(terms, { 'Idempotency-Key': 'key-1' });
    expect(replacements).toEqual([{ caller: CUSTOMER, orderId: ORDER_ID, terms, key: 'key-1' }]);
    expect(Object.keys(replacements[0]?.terms ?? {})).toEqual(Object.keys(terms));
  });

  it('says so when the first answer is given again', async () => {
    const response = await replacing(async () => ({
      order: orderOf({ id: NEW_ORDER_ID }),
      replayed: true,
    }));
    expect(response.status).toBe(202);
    expect(response.headers.get('Idempotency-Replayed')).toBe('true');
  });

  it('tells a rejected replacement as a 422 with its reason and the new order', async () => {
    const order = orderOf({
      id: NEW_ORDER_ID,
      status: 'REJECTED',
      rejectCode: 'REPLACE_REJECTED',
      rejectFacts: { status: 'FILLED' },
    });
    const response = await replacing(async () => ({ order, replayed: false }));
    expect(response.status).toBe(422);
    expect(response.headers.get('Location')).toBeNull();
    expect(await response.json()).toMatchObject({
      code: 'REPLACE_REJECTED',
      orderId: NEW_ORDER_ID,
      facts: { status: 'FILLED' },
    });
  });

  it('tells that the order cannot be replaced as a 409 with how it stands', async () => {
    const response = await replacing(async () => {
      throw new HubError('ORDER_NOT_REPLACEABLE', { status: 'FILLED', filledQuantity: '10' });
    });
    expect(response.status).toBe(409);
    expect(await response.json()).toMatchObject({
      code: 'ORDER_NOT_REPLACEABLE',
      facts: { status: 'FILLED', filledQuantity: '10' },
    });
  });

  it.each<[string, unknown, string]>([
    ['nothing to change', {}, ''],
    ['null', null, ''],
    ['an array', ['5'], ''],
    ['a quantity of zero', { quantity: '0' }, 'quantity'],
    ['a quantity that is null', { quantity: null }, 'quantity'],
    ['a quantity that is a number', { quantity: 5 }, 'quantity'],
    ['SQL as quantity', { quantity: SQL }, 'quantity'],
    ['a negative price', { limitPrice: '-1' }, 'limitPrice'],
    ['a stop price with nine decimals', { stopPrice: '1.000000001' }, 'stopPrice'],
    ['a trail of 100', { trailPercent: '100' }, 'trailPercent'],
    ['IOC', { timeInForce: 'IOC' }, 'timeInForce'],
    ['NUL in the client order id', { clientOrderId: 'a\u0000' }, 'clientOrderId'],
    ['another symbol', { quantity: '5', symbol: 'IBM' }, 'symbol'],
    ['a notional', { quantity: '5', notional: '100' }, 'notional'],
    ['a status', { quantity: '5', status: 'FILLED' }, 'status'],
  ])('rejects %s by name, before any use-case', async (_what, body, path) => {
    const { response, answer, replacements } = await replace(body);
    expect(response.status).toBe(400);
    expect(answer).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ path }] });
    expect(replacements).toEqual([]);
  });

  it('rejects a key with a space', async () => {
    const { answer, replacements } = await replace({ quantity: '5' }, { 'Idempotency-Key': 'a b' });
    expect(answer).toMatchObject({
      code: 'VALIDATION_FAILED',
      errors: [{ path: 'Idempotency-Key' }],
    });
    expect(replacements).toEqual([]);
  });

  it.each([
    ['nonsense'],
    [encodeURIComponent(SQL)],
    ['%00'],
    ['0198bbbb-0000-7000-8000-00000000ffff'],
  ])('knows no order %s', async (id) => {
    const { response, answer } = await replace({ quantity: '5' }, {}, `/v1/orders/${id}`);
    expect(response.status).toBe(404);
    expect(answer).toMatchObject({ code: 'ORDER_NOT_FOUND' });
  });
});
