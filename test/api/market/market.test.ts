import { describe, expect, it } from 'vitest';
import { callJson, createApiRig } from '../api-rig.ts';

const SQL = `'; DROP TABLE orders; --`;

describe('the market', () => {
  it('gives instruments and quotes', async () => {
    const rig = await createApiRig();
    const get = async (path: string) => (await callJson(rig, 'GET', path)).json();
    expect(await get('/v1/instruments')).toMatchObject({
      items: [{ symbol: 'AAPL' }],
      nextCursor: null,
    });
    expect(await get('/v1/instruments/AAPL')).toMatchObject({ symbol: 'AAPL' });
    expect(await get('/v1/market-data?symbols=AAPL,MSFT,AAPL')).toEqual({
      quotes: [],
      unknownSymbols: ['AAPL', 'MSFT'],
    });
  });

  it.each([
    ['/v1/market-data'],
    ['/v1/market-data?symbols='],
    ['/v1/market-data?symbols=AAPL,'],
    ['/v1/market-data?symbols=aapl'],
  ])('rejects %s', async (path) => {
    const rig = await createApiRig();
    const response = await callJson(rig, 'GET', path);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'VALIDATION_FAILED' });
  });

  it('keeps a watchlist', async () => {
    const rig = await createApiRig();
    const symbols = async (method: string, path: string, body?: unknown) => {
      const response = await callJson(rig, method, path, body);
      expect(response.status).toBe(200);
      return ((await response.json()) as { items: { symbol: string }[] }).items.map(
        (item) => item.symbol,
      );
    };
    expect(await symbols('GET', '/v1/watchlist')).toEqual(['AAPL']);
    expect(await symbols('PUT', '/v1/watchlist', { symbols: ['IBM', 'FB', 'IBM'] })).toEqual([
      'IBM',
      'FB',
    ]);
    expect(await symbols('PUT', '/v1/watchlist/AAPL')).toEqual(['AAPL']);
    expect(await symbols('DELETE', '/v1/watchlist/AAPL')).toEqual(['AAPL']);
  });

  it('names the wrong symbol of a watchlist by its place', async () => {
    const rig = await createApiRig();
    const response = await callJson(rig, 'PUT', '/v1/watchlist', { symbols: ['IBM', SQL] });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ path: 'symbols.1' }] });
  });

  it('lets only an operator touch the cache of quotes', async () => {
    const rig = await createApiRig();
    const post = (path: string, token: string, body?: unknown) =>
      callJson(rig, 'POST', `/v1/admin/market-data/cache/${path}`, body, {
        Authorization: `Bearer ${token}`,
      });
    const rejected = await post('invalidate', rig.customerToken, {});
    expect(rejected.status).toBe(403);
    expect(await rejected.json()).toMatchObject({ code: 'FORBIDDEN' });
    expect(
      await (await post('invalidate', rig.operatorToken, { symbols: ['AAPL'] })).json(),
    ).toEqual({ invalidated: 1 });
    expect(await (await post('invalidate', rig.operatorToken)).json()).toEqual({ invalidated: 0 });
    expect(await (await post('warm', rig.operatorToken, {})).json()).toEqual({ warmed: 0 });
  });
});
