import { describe, expect, it } from 'vitest';
import { HubError } from '../../../contracts/errors.ts';
import type { OrderFilter } from '../../../use-cases/orders/read-orders.ts';
import { callJson, createApiRig } from '../api-rig.ts';
import { CUSTOMER, createStubUseCases, ORDER_ID } from '../stub-use-cases.ts';

const SQL = `'; DROP TABLE orders; --`;

describe('orders', () => {
  it('gives the order, its status, its fills and its timeline', async () => {
    const rig = await createApiRig();
    const get = async (path: string) =>
      (await callJson(rig, 'GET', `/v1/orders/${ORDER_ID}${path}`)).json();
    expect(await get('')).toMatchObject({ id: ORDER_ID, symbol: 'AAPL' });
    expect(await get('/status')).toEqual({
      id: ORDER_ID,
      status: 'PENDING_NEW',
      filledQuantity: '0',
      leavesQuantity: '10',
      updatedAt: '2026-11-24T14:30:00.000Z',
    });
    expect(await get('/executions')).toMatchObject({
      items: [{ orderId: ORDER_ID, quantity: '4' }],
    });
    expect(await get('/timeline')).toMatchObject({ items: [{ sequence: 1, action: 'ACCEPTED' }] });
  });

  it.each([
    ['GET', ''],
    ['GET', '/status'],
    ['GET', '/executions'],
    ['GET', '/timeline'],
    ['PUT', '/cancel'],
  ])('hides another account’s order: %s /v1/orders/{id}%s is 404', async (method, path) => {
    const rig = await createApiRig();
    const stranger = await rig.accessTokens.sign({
      ...CUSTOMER,
      accountId: '0198cccc-0000-7000-8000-00000000000c',
    });
    const response = await callJson(rig, method, `/v1/orders/${ORDER_ID}${path}`, undefined, {
      Authorization: `Bearer ${stranger}`,
    });
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ code: 'ORDER_NOT_FOUND' });
  });

  it.each([['nonsense'], ['1'], [encodeURIComponent(SQL)], ['%00'], [`${ORDER_ID}x`]])(
    'knows no order %s',
    async (id) => {
      const rig = await createApiRig();
      const response = await callJson(rig, 'GET', `/v1/orders/${id}`);
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ code: 'ORDER_NOT_FOUND' });
    },
  );

  it('takes an id in capitals', async () => {
    const rig = await createApiRig();
    expect((await callJson(rig, 'GET', `/v1/orders/${ORDER_ID.toUpperCase()}`)).status).toBe(200);
  });

  it('answers a cancel with 202 and the order', async () => {
    const rig = await createApiRig();
    const response = await callJson(rig, 'PUT', `/v1/orders/${ORDER_ID}/cancel`);
    expect(response.status).toBe(202);
    expect(await response.json()).toMatchObject({ id: ORDER_ID });
  });

  it('lists the open ones, 50 a page, unless told otherwise', async () => {
    const filters: OrderFilter[] = [];
    const listOrders = async (_caller: unknown, filter: OrderFilter) => {
      filters.push(filter);
      return { items: [], nextCursor: 'next' };
    };
    const rig = await createApiRig({
      useCases: createStubUseCases({ orders: { listOrders } }).useCases,
    });
    expect(await (await callJson(rig, 'GET', '/v1/orders')).json()).toEqual({
      items: [],
      nextCursor: 'next',
    });
    await callJson(rig, 'GET', '/v1/orders?status=all&symbol=IBM&limit=200&cursor=next');
    expect(filters).toEqual([
      { status: 'open', symbol: null, limit: 50, cursor: null },
      { status: 'all', symbol: 'IBM', limit: 200, cursor: 'next' },
    ]);
  });

  it('names the field that a use-case finds wrong', async () => {
    const listOrders = async () => {
      throw new HubError(
        'VALIDATION_FAILED',
        { field: 'cursor' },
        { detail: 'is not a cursor of this list' },
      );
    };
    const rig = await createApiRig({
      useCases: createStubUseCases({ orders: { listOrders } }).useCases,
    });
    const response = await callJson(rig, 'GET', '/v1/orders?cursor=abc');
    expect(await response.json()).toMatchObject({
      status: 400,
      errors: [{ path: 'cursor', message: 'is not a cursor of this list' }],
    });
  });

  it.each([
    ['limit=0', 'limit'],
    ['limit=201', 'limit'],
    ['limit=-1', 'limit'],
    ['limit=1e2', 'limit'],
    ['limit=ten', 'limit'],
    ['status=some', 'status'],
    ['status=open&status=all', 'status'],
    [`symbol=${encodeURIComponent(SQL)}`, 'symbol'],
    ['cursor=%00', 'cursor'],
    [`cursor=${'x'.repeat(513)}`, 'cursor'],
    ['colour=red', 'colour'],
  ])('rejects the query %s', async (query, path) => {
    const rig = await createApiRig();
    const response = await callJson(rig, 'GET', `/v1/orders?${query}`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ path }] });
  });
});
