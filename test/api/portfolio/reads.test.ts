import { describe, expect, it } from 'vitest';
import { callJson, createApiRig } from '../api-rig.ts';

const SQL = `'; DROP TABLE orders; --`;

describe('money and shares', () => {
  it('gives summary, balance, positions and one position, with amounts as strings', async () => {
    const rig = await createApiRig();
    const get = async (path: string) => (await callJson(rig, 'GET', path)).json();
    expect(await get('/v1/portfolio/summary')).toMatchObject({
      equity: '102060.00',
      balance: { cash: '100000.00' },
    });
    expect(await get('/v1/balance')).toMatchObject({ buyingPower: '97942.50' });
    expect(await get('/v1/positions')).toMatchObject({
      items: [{ symbol: 'AAPL', quantity: '10' }],
    });
    expect(await get('/v1/positions?includeClosed=true')).toMatchObject({
      items: [{ symbol: 'AAPL' }, { symbol: 'IBM' }],
    });
    expect(await get('/v1/positions/AAPL')).toMatchObject({ symbol: 'AAPL' });
  });

  it.each([['IBM'], ['aapl'], [encodeURIComponent(SQL)], ['%00']])(
    'has no position in %s',
    async (symbol) => {
      const rig = await createApiRig();
      const response = await callJson(rig, 'GET', `/v1/positions/${symbol}`);
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ code: 'POSITION_NOT_FOUND' });
    },
  );
});
