import { describe, expect, it } from 'vitest';
import { HubError } from '../../../contracts/errors.ts';
import type { Caller } from '../../../contracts/identity/caller.ts';
import type { PageRequest } from '../../../contracts/list-cursor.ts';
import { callJson, createApiRig } from '../api-rig.ts';
import { CUSTOMER, createStubUseCases } from '../stub-use-cases.ts';

const PATH = '/v1/withdrawals';
const TIME = '2026-11-24T14:30:00.000Z';

async function rigThat(
  withdraw?: (caller: Caller, amount: string, key: string | null) => Promise<never>,
  replayed = false,
) {
  const asked: { caller: Caller; amount: string; key: string | null }[] = [];
  const { useCases } = createStubUseCases({
    portfolio: {
      withdraw: async (caller, amount, key) => {
        asked.push({ caller, amount, key });
        if (withdraw) return withdraw(caller, amount, key);
        return {
          withdrawal: {
            id: 'w',
            accountId: caller.accountId,
            currency: 'USD',
            amount,
            createdAt: TIME,
          },
          replayed,
        };
      },
    },
  });
  return { rig: await createApiRig({ useCases }), asked };
}

describe('POST /v1/withdrawals', () => {
  it('takes an amount and answers 201 with the withdrawal', async () => {
    const { rig, asked } = await rigThat();
    const response = await callJson(rig, 'POST', PATH, { amount: '250.50' });
    expect(response.status).toBe(201);
    expect(response.headers.get('Idempotency-Replayed')).toBeNull();
    expect(await response.json()).toEqual({
      id: 'w',
      accountId: CUSTOMER.accountId,
      currency: 'USD',
      amount: '250.50',
      createdAt: TIME,
    });
    expect(asked).toMatchObject([
      { caller: { accountId: CUSTOMER.accountId }, amount: '250.50', key: null },
    ]);
  });

  it('passes the key on, and marks a first answer that is given again', async () => {
    const { rig, asked } = await rigThat(undefined, true);
    const headers = { Authorization: `Bearer ${rig.customerToken}`, 'Idempotency-Key': 'k-1' };
    const response = await callJson(rig, 'POST', PATH, { amount: '1' }, headers);
    expect([response.status, response.headers.get('Idempotency-Replayed')]).toEqual([201, 'true']);
    expect(asked[0]?.key).toBe('k-1');
  });

  it.each([
    ['nothing', {}],
    ['a number', { amount: 1 }],
    ['zero', { amount: '0.00' }],
    ['less than nothing', { amount: '-1.00' }],
    ['parts of a cent', { amount: '1.001' }],
    ['more digits than money has', { amount: '1000000000000' }],
    ['words', { amount: 'all of it' }],
    ['an exponent', { amount: '1e3' }],
    ['what it does not know', { amount: '1.00', currency: 'EUR' }],
    ['null', { amount: null }],
  ])('rejects %s with VALIDATION_FAILED, and asks nobody', async (_what, body) => {
    const { rig, asked } = await rigThat();
    const response = await callJson(rig, 'POST', PATH, body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'VALIDATION_FAILED' });
    expect(asked).toEqual([]);
  });

  it.each([[''], ['two words'], ['x'.repeat(256)]])('rejects the key %j', async (key) => {
    const { rig, asked } = await rigThat();
    const headers = { Authorization: `Bearer ${rig.customerToken}`, 'Idempotency-Key': key };
    expect((await callJson(rig, 'POST', PATH, { amount: '1.00' }, headers)).status).toBe(400);
    expect(asked).toEqual([]);
  });

  it('says what could have been taken when it is too much', async () => {
    const facts = { requested: '100.01', available: '100.00' };
    const { rig } = await rigThat(() =>
      Promise.reject(new HubError('INSUFFICIENT_WITHDRAWABLE_CASH', facts)),
    );
    const response = await callJson(rig, 'POST', PATH, { amount: '100.01' });
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ code: 'INSUFFICIENT_WITHDRAWABLE_CASH', facts });
  });

  it('needs a token', async () => {
    const { rig, asked } = await rigThat();
    expect((await callJson(rig, 'POST', PATH, { amount: '1.00' }, {})).status).toBe(401);
    expect((await callJson(rig, 'GET', PATH, undefined, {})).status).toBe(401);
    expect(asked).toEqual([]);
  });
});

describe('GET /v1/withdrawals', () => {
  it('passes limit and cursor on, and answers with a page', async () => {
    const pages: PageRequest[] = [];
    const withdrawal = {
      id: 'w',
      accountId: 'a',
      currency: 'USD' as const,
      amount: '1.00',
      createdAt: TIME,
    };
    const { useCases } = createStubUseCases({
      portfolio: {
        listWithdrawals: async (_caller, page) => {
          pages.push(page);
          return { items: [withdrawal], nextCursor: 'next' };
        },
      },
    });
    const rig = await createApiRig({ useCases });
    expect(await (await callJson(rig, 'GET', `${PATH}?limit=2&cursor=abc`)).json()).toEqual({
      items: [withdrawal],
      nextCursor: 'next',
    });
    await callJson(rig, 'GET', PATH);
    expect(pages).toEqual([
      { limit: 2, cursor: 'abc' },
      { limit: 50, cursor: null },
    ]);
    expect((await callJson(rig, 'GET', `${PATH}?limit=0`)).status).toBe(400);
    expect((await callJson(rig, 'GET', `${PATH}?all=1`)).status).toBe(400);
  });
});

describe('GET /v1/balance', () => {
  it('tells what can be withdrawn', async () => {
    const rig = await createApiRig();
    const balance = (await (await callJson(rig, 'GET', '/v1/balance')).json()) as Record<
      string,
      string
    >;
    expect(balance.withdrawableCash).toMatch(/^\d+\.\d{2}$/);
  });
});
