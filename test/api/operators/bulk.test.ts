import { describe, expect, it } from 'vitest';
import { callJson, createApiRig } from '../api-rig.ts';
import { BULK_ID, createStubUseCases, OPERATOR, ORDER_ID } from '../stub-use-cases.ts';

const REASON = 'halted by the exchange';
const ACCOUNT = '0198dddd-0000-7000-8000-00000000000a';
const NOTHING = {
  attention: null,
  status: null,
  symbol: null,
  accountId: null,
  side: null,
  submittedAfter: null,
  submittedBefore: null,
};

async function rigOf() {
  const stub = createStubUseCases();
  const rig = await createApiRig({ useCases: stub.useCases });
  const call = async (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ) => {
    const response = await callJson(rig, method, `/v1/admin/bulk-operations${path}`, body, {
      Authorization: `Bearer ${rig.operatorToken}`,
      ...headers,
    });
    return {
      status: response.status,
      headers: response.headers,
      answer: (await response.json()) as Record<string, unknown>,
    };
  };
  const start = (body: unknown, headers?: Record<string, string>) =>
    call('POST', '', body, headers);
  return { call, start, calls: stub.adminCalls };
}

describe('a bulk operation', () => {
  it('is started in the operator’s name and says where it is', async () => {
    const { start, calls } = await rigOf();
    const { status, headers, answer } = await start({
      action: 'CANCEL',
      filter: { symbol: 'AAPL' },
      reason: ` ${REASON} `,
    });
    expect(status).toBe(202);
    expect(headers.get('location')).toBe(`/v1/admin/bulk-operations/${BULK_ID}`);
    expect(headers.get('idempotency-replayed')).toBeNull();
    expect(answer).toMatchObject({
      id: BULK_ID,
      action: 'CANCEL',
      status: 'RUNNING',
      matched: 7,
      failures: [{ orderId: ORDER_ID }],
    });
    const order = { action: 'CANCEL', filter: { ...NOTHING, symbol: 'AAPL' }, reason: REASON };
    expect(calls).toEqual([{ name: 'startBulk', operator: OPERATOR.userId, args: [order, null] }]);
  });

  it('says so when its key was sent before', async () => {
    const { start, calls } = await rigOf();
    const body = { action: 'RETRY', filter: { attention: true }, reason: REASON };
    const { headers } = await start(body, { 'Idempotency-Key': 'sent-before' });
    expect(headers.get('idempotency-replayed')).toBe('true');
    expect(calls[0]?.args[1]).toBe('sent-before');
    expect((await start(body, { 'Idempotency-Key': 'with a blank' })).status).toBe(400);
  });

  it('is only looked at ahead when it is a dry run', async () => {
    const { start, calls } = await rigOf();
    const { status, answer } = await start({
      action: 'FAIL',
      filter: { side: 'SELL' },
      reason: REASON,
      dryRun: true,
    });
    expect({ status, answer }).toEqual({
      status: 200,
      answer: { matched: 7, orderIds: [ORDER_ID] },
    });
    expect(calls.map(({ name }) => name)).toEqual(['previewBulk']);
  });

  it('is read, listed and stopped, with who and why', async () => {
    const { call, calls } = await rigOf();
    expect((await call('GET', `/${BULK_ID.toUpperCase()}`)).answer).toMatchObject({ id: BULK_ID });
    expect((await call('GET', '?limit=2&cursor=next')).answer).toMatchObject({
      items: [{ id: BULK_ID }],
      nextCursor: null,
    });
    const stopped = await call('POST', `/${BULK_ID}/stop`, { reason: REASON });
    expect(stopped).toMatchObject({
      status: 202,
      answer: { stoppedBy: { operator: `user/${OPERATOR.userId}`, reason: REASON } },
    });
    expect(calls).toEqual([
      { name: 'listBulks', operator: '', args: [{ limit: 2, cursor: 'next' }] },
      { name: 'stopBulk', operator: OPERATOR.userId, args: [BULK_ID, REASON] },
    ]);
  });

  it.each(['nonsense', ORDER_ID])('that is not there is not found: %s', async (id) => {
    const { call } = await rigOf();
    const missing = { status: 404, answer: { code: 'BULK_OPERATION_NOT_FOUND' } };
    expect(await call('GET', `/${id}`)).toMatchObject(missing);
    expect(await call('POST', `/${id}/stop`, { reason: REASON })).toMatchObject(missing);
  });
});

describe('the filter of a bulk operation', () => {
  it.each<[object, object]>([
    [{ all: true }, {}],
    [{ attention: true }, { attention: true }],
    [
      { attention: false, symbol: 'IBM' },
      { attention: false, symbol: 'IBM' },
    ],
    [{ status: 'PENDING_NEW' }, { status: 'PENDING_NEW' }],
    [{ accountId: ACCOUNT.toUpperCase() }, { accountId: ACCOUNT }],
    [
      { submittedAfter: '2026-11-24T10:00:00+01:00' },
      { submittedAfter: '2026-11-24T09:00:00.000Z' },
    ],
    [
      { submittedBefore: '2026-11-24T09:00:00Z', side: 'BUY' },
      { submittedBefore: '2026-11-24T09:00:00.000Z', side: 'BUY' },
    ],
  ])('is taken when it says which orders: %j', async (filter, passedOn) => {
    const { start, calls } = await rigOf();
    expect((await start({ action: 'CANCEL', filter, reason: REASON })).status).toBe(202);
    expect(calls[0]?.args[0]).toMatchObject({ filter: { ...NOTHING, ...passedOn } });
  });

  it.each<[unknown, string]>([
    [undefined, 'filter'],
    [{}, 'filter'],
    [{ attention: false }, 'filter'],
    [{ all: true, symbol: 'AAPL' }, 'filter'],
    [{ all: true, attention: false }, 'filter'],
    [{ all: false }, 'filter.all'],
    [{ attention: 'true' }, 'filter.attention'],
    [{ status: 'FILLED' }, 'filter.status'],
    [{ symbol: 'aapl' }, 'filter.symbol'],
    [{ symbol: null }, 'filter.symbol'],
    [{ accountId: 'mine' }, 'filter.accountId'],
    [{ side: 'LONG' }, 'filter.side'],
    [{ submittedAfter: 'yesterday' }, 'filter.submittedAfter'],
    [{ submittedBefore: '2026-11-24' }, 'filter.submittedBefore'],
    [{ symbol: 'AAPL', symbols: ['IBM'] }, 'filter.symbols'],
  ])(
    'is rejected when it does not, or is no filter, and nothing is asked: %j',
    async (filter, path) => {
      const { start, calls } = await rigOf();
      for (const dryRun of [true, false]) {
        const { status, answer } = await start({
          action: 'CANCEL',
          filter,
          reason: REASON,
          dryRun,
        });
        expect({ status, answer }).toMatchObject({
          status: 400,
          answer: { code: 'VALIDATION_FAILED', errors: [{ path }] },
        });
      }
      expect(calls).toEqual([]);
    },
  );

  it.each<[object, string]>([
    [{ action: 'REPLACE' }, 'action'],
    [{ reason: undefined }, 'reason'],
    [{ reason: '  ' }, 'reason'],
    [{ dryRun: 'yes' }, 'dryRun'],
    [{ operator: 'somebody else' }, 'operator'],
  ])('comes with an action and a reason, and nothing else: %j', async (over, path) => {
    const { start, calls } = await rigOf();
    const { answer } = await start({
      action: 'CANCEL',
      filter: { symbol: 'AAPL' },
      reason: REASON,
      ...over,
    });
    expect(answer).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ path }] });
    expect(calls).toEqual([]);
  });
});
