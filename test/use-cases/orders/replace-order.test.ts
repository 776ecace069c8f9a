import { describe, expect, it } from 'vitest';
import { createWorkContext } from '../../../adapters/telemetry/work-context.ts';
import type { Order, ReplaceTerms } from '../../../contracts/orders/order.ts';
import type { OrderStore, SubmissionContext } from '../../../contracts/orders/order-store.ts';
import type { OrderWorkflows } from '../../../contracts/orders/order-workflows.ts';
import type { Replacement } from '../../../contracts/orders/workflow-messages.ts';
import { orderIdFor } from '../../../use-cases/orders/order-identity.ts';
import { type ReplaceOrderDeps, replaceOrder } from '../../../use-cases/orders/replace-order.ts';
import { CUSTOMER, ORDER_ID, orderOf } from '../../api/stub-use-cases.ts';
import { UNLIMITED } from '../../support/raised-limits.ts';

type Outcome = Awaited<ReturnType<OrderWorkflows['replaceOrder']>>;

interface World {
  original?: Partial<Order>;
  /** What the workflow answers; a function runs first, as the workflow's doing. */
  workflow?: (replacement: Replacement, world: Books) => Outcome;
  clientOrderIdTaken?: boolean;
}

/** The orders that there are, and the answers that are kept by key. */
interface Books {
  original: Order;
  orders: Map<string, Order>;
  answers: Map<string, { fingerprint: string; order: Order }>;
}

/** As the workflow's decision writes it: the new order with its first answer. */
function accept(
  { orderId, terms, idempotency }: Replacement,
  { original, orders, answers }: Books,
  over: Partial<Order> = {},
): Order {
  const order = {
    ...original,
    ...terms,
    id: orderId,
    replaces: original.id,
    status: 'PENDING_NEW',
    ...over,
  } as Order;
  orders.set(orderId, order);
  if (idempotency) answers.set(idempotency.key, { fingerprint: idempotency.fingerprint, order });
  return order;
}

function worldOf({ original = {}, workflow = done, clientOrderIdTaken = false }: World = {}) {
  const books: Books = {
    original: orderOf({ status: 'NEW', ...original }),
    orders: new Map(),
    answers: new Map(),
  };
  const requests: { requestId: string; replacement: Replacement }[] = [];
  const started: string[] = [];
  const readSubmission: OrderStore['readSubmission'] = async ({ orderId, idempotency }) => {
    const firstAnswer = (idempotency && books.answers.get(idempotency.key)) ?? null;
    const context = { decided: books.orders.get(orderId) ?? null, firstAnswer, clientOrderIdTaken };
    return context as SubmissionContext;
  };
  const deps: ReplaceOrderDeps = {
    orders: { readSubmission },
    reader: {
      findOrder: async (_accountId, id) =>
        id === ORDER_ID ? books.original : (books.orders.get(id) ?? null),
    },
    workflows: {
      replaceOrder: async (_orderId, requestId, replacement) => {
        requests.push({ requestId, replacement });
        return workflow(replacement, books);
      },
      startOrder: async ({ orderId }) => void started.push(orderId),
    },
    rateLimits: UNLIMITED,
    work: createWorkContext(),
    clock: () => Date.parse('2026-11-24T14:31:00Z'),
  };
  const replace = (terms: ReplaceTerms, key: string | null = null, id = ORDER_ID) =>
    replaceOrder(deps, CUSTOMER, id, terms, key);
  return { replace, requests, started, books };
}

function done(replacement: Replacement, books: Books): Outcome {
  accept(replacement, books);
  books.original = { ...books.original, status: 'REPLACED', replacedBy: replacement.orderId };
  return 'DONE';
}

describe('replacing an order', () => {
  it('asks its workflow once under the new order’s id, and answers with the new order', async () => {
    const { replace, requests } = worldOf();
    const { order, replayed } = await replace({ quantity: '12', limitPrice: '206.00' }, 'key-1');
    expect(replayed).toBe(false);
    expect(order).toMatchObject({ replaces: ORDER_ID, quantity: '12', limitPrice: '206.00' });
    expect(requests).toEqual([
      {
        requestId: order.id,
        replacement: {
          orderId: order.id,
          terms: { quantity: '12', limitPrice: '206.00' },
          idempotency: {
            key: 'replace: key-1',
            fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
          },
          requestedAt: '2026-11-24T14:31:00.000Z',
        },
      },
    ]);
  });

  it('gives the same answer again for the same key, though the original is gone by then', async () => {
    const { replace, requests } = worldOf();
    const first = await replace({ quantity: '12' }, 'key-1');
    expect(await replace({ quantity: '12' }, 'key-1')).toEqual({
      order: first.order,
      replayed: true,
    });
    expect(requests).toHaveLength(1);
  });

  it('takes the client order id for the key where none is sent', async () => {
    const { replace, requests } = worldOf();
    const first = await replace({ quantity: '12', clientOrderId: 'mine-2' });
    expect(await replace({ quantity: '12', clientOrderId: 'mine-2' })).toEqual({
      order: first.order,
      replayed: true,
    });
    expect(requests).toHaveLength(1);
  });

  it('rejects the key of another replacement', async () => {
    const { replace } = worldOf();
    await replace({ quantity: '12' }, 'key-1');
    await expect(replace({ quantity: '13' }, 'key-1')).rejects.toMatchObject({
      code: 'IDEMPOTENCY_KEY_REUSED',
    });
  });

  it('never comes to the order of a submission, whatever their keys', async () => {
    const { replace } = worldOf();
    const { order } = await replace({ quantity: '12' }, 'k');
    for (const key of ['k', 'replace:k', 'replace:%20k'])
      expect(order.id).not.toBe(orderIdFor(CUSTOMER.accountId, key));
  });

  it('is a new order each time without a key', async () => {
    const { replace, requests } = worldOf({ workflow: () => 'REJECTED' });
    for (let i = 0; i < 2; i += 1)
      await expect(replace({ quantity: '12' })).rejects.toMatchObject({
        code: 'ORDER_NOT_REPLACEABLE',
      });
    expect(new Set(requests.map((request) => request.requestId)).size).toBe(2);
  });

  it('answers with the rejection of a new order that the decision rejected, and so again', async () => {
    const rejected: Partial<Order> = {
      status: 'REJECTED',
      rejectCode: 'INSUFFICIENT_BUYING_POWER',
    };
    const workflow: World['workflow'] = (replacement, books) => {
      accept(replacement, books, rejected);
      return 'DONE';
    };
    const { replace } = worldOf({ workflow });
    expect(await replace({ quantity: '12' }, 'k')).toMatchObject({
      order: rejected,
      replayed: false,
    });
    expect(await replace({ quantity: '12' }, 'k')).toMatchObject({
      order: rejected,
      replayed: true,
    });
  });

  it.each(['REPLACE_REJECTED', 'STOP_ALREADY_TRIGGERED'] as const)(
    'answers with %s of a new order that the venue rejected, and so again',
    async (rejectCode) => {
      const rejected: Partial<Order> = { status: 'REJECTED', rejectCode };
      const workflow: World['workflow'] = (replacement, books) => {
        const order = accept(replacement, books);
        books.orders.set(order.id, { ...order, ...rejected } as Order);
        return 'DONE';
      };
      const { replace } = worldOf({ workflow });
      expect(await replace({ quantity: '12' }, 'k')).toMatchObject({
        order: rejected,
        replayed: false,
      });
      expect(await replace({ quantity: '12' }, 'k')).toMatchObject({
        order: rejected,
        replayed: true,
      });
    },
  );

  it('keeps the first answer, whatever becomes of the new order later', async () => {
    const { replace, books } = worldOf();
    const first = await replace({ quantity: '12' }, 'k');
    books.orders.set(first.order.id, {
      ...first.order,
      status: 'REJECTED',
      rejectCode: 'OPERATOR_FAILED',
    });
    expect(await replace({ quantity: '12' }, 'k')).toEqual({ order: first.order, replayed: true });
  });

  it('answers with the new order while the venue has not spoken, when it is there', async () => {
    const workflow: World['workflow'] = (replacement, books) => {
      accept(replacement, books);
      return 'PENDING';
    };
    const { replace } = worldOf({ workflow });
    expect((await replace({ quantity: '12' }, 'k')).order).toMatchObject({
      status: 'PENDING_NEW',
      replaces: ORDER_ID,
    });
  });

  it.each<Outcome>(['NOT_RUNNING', 'REJECTED'])(
    'answers with the new order also when its workflow has decided but says %s',
    async (outcome) => {
      const workflow: World['workflow'] = (replacement, books) => {
        done(replacement, books);
        return outcome;
      };
      expect((await worldOf({ workflow }).replace({ quantity: '12' }, 'k')).order).toMatchObject({
        replaces: ORDER_ID,
        quantity: '12',
      });
    },
  );

  it('asks again under the same id, with the same answer, while the first request has not been seen through', async () => {
    const workflow: World['workflow'] = (replacement, books) => {
      if (!books.orders.has(replacement.orderId)) accept(replacement, books);
      books.original = { ...books.original, status: 'PENDING_REPLACE' };
      return 'PENDING';
    };
    const { replace, requests } = worldOf({ workflow });
    const first = await replace({ quantity: '12' }, 'k');
    expect(await replace({ quantity: '12' }, 'k')).toEqual({ order: first.order, replayed: true });
    expect(requests.map(({ requestId }) => requestId)).toEqual([first.order.id, first.order.id]);
  });

  it('says to send it again when nobody has decided in time, and then asks under the same id', async () => {
    const { replace, requests } = worldOf({ workflow: () => 'PENDING' });
    for (let i = 0; i < 2; i += 1) {
      const failed = replace({ quantity: '12' }, 'k');
      await expect(failed).rejects.toMatchObject({
        code: 'TEMPORAL_UNAVAILABLE',
        message: expect.stringContaining('same key'),
      });
    }
    expect(requests[0]?.requestId).toBe(requests[1]?.requestId);
  });
});

describe('an order that cannot be replaced', () => {
  it.each<[string, Partial<Order>, ReplaceTerms, string]>([
    ['a MARKET order', { type: 'MARKET', limitPrice: null }, { limitPrice: '1' }, 'limitPrice'],
    ['a MARKET order', { type: 'MARKET', limitPrice: null }, { stopPrice: '1' }, 'stopPrice'],
    ['a LIMIT order', {}, { stopPrice: '1' }, 'stopPrice'],
    [
      'a STOP order',
      { type: 'STOP', limitPrice: null, stopPrice: '1' },
      { limitPrice: '1' },
      'limitPrice',
    ],
    [
      'a STOP_LIMIT order',
      { type: 'STOP_LIMIT', stopPrice: '1' },
      { trailPercent: '1' },
      'trailPercent',
    ],
    [
      'a TRAILING_STOP order',
      { type: 'TRAILING_STOP', limitPrice: null, trailPercent: '1' },
      { stopPrice: '1' },
      'stopPrice',
    ],
    ['an IOC order', { timeInForce: 'IOC' }, { timeInForce: 'DAY' }, 'timeInForce'],
    ['an OPG order', { timeInForce: 'OPG' }, { timeInForce: 'GTC' }, 'timeInForce'],
  ])('%s is told by the field what it does not have', async (_what, original, terms, field) => {
    const { replace, requests } = worldOf({ original });
    await expect(replace(terms)).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      facts: { field },
    });
    expect(requests).toEqual([]);
  });

  it.each<[string, Partial<Order>, ReplaceTerms]>([
    ['is filled', { status: 'FILLED', filledQuantity: '10' }, { limitPrice: '1' }],
    ['is canceled', { status: 'CANCELED' }, { quantity: '20' }],
    [
      'has a notional',
      { type: 'MARKET', limitPrice: null, notional: '100.00' },
      { quantity: '20' },
    ],
    [
      'is filled as far as asked for',
      { status: 'PARTIALLY_FILLED', filledQuantity: '4' },
      { quantity: '4' },
    ],
    [
      'is filled beyond what is asked for',
      { status: 'PARTIALLY_FILLED', filledQuantity: '4' },
      { quantity: '3.99999999' },
    ],
  ])(
    'is told with how it stands, and its workflow is not asked, when it %s',
    async (_what, original, terms) => {
      const { replace, requests } = worldOf({ original });
      const { status = 'NEW', filledQuantity = '0' } = original;
      await expect(replace(terms)).rejects.toMatchObject({
        code: 'ORDER_NOT_REPLACEABLE',
        facts: { status, filledQuantity },
      });
      expect(requests).toEqual([]);
    },
  );

  it('is told with how it stands when its workflow rejects', async () => {
    const workflow: World['workflow'] = (_replacement, books) => {
      books.original = { ...books.original, status: 'PENDING_CANCEL' };
      return 'REJECTED';
    };
    const failed = worldOf({ workflow }).replace({ quantity: '12' });
    await expect(failed).rejects.toMatchObject({
      code: 'ORDER_NOT_REPLACEABLE',
      facts: { status: 'PENDING_CANCEL' },
    });
  });

  it.each<Outcome>(['DONE', 'NOT_RUNNING'])(
    'is told from one that is filled before anybody decides, when its workflow says %s',
    async (outcome) => {
      const workflow: World['workflow'] = (_replacement, books) => {
        books.original = { ...books.original, status: 'FILLED', filledQuantity: '10' };
        return outcome;
      };
      await expect(worldOf({ workflow }).replace({ quantity: '12' })).rejects.toMatchObject({
        code: 'ORDER_NOT_REPLACEABLE',
      });
    },
  );

  it('is told from one whose workflow is being started again', async () => {
    const world = worldOf({ workflow: () => 'NOT_RUNNING' });
    const gone = world.replace({ quantity: '12' });
    await expect(gone).rejects.toMatchObject({ code: 'TEMPORAL_UNAVAILABLE' });
    expect(world.started).toEqual([ORDER_ID]);
  });

  it('is not asked about with a client order id that another order has', async () => {
    const { replace, requests } = worldOf({ clientOrderIdTaken: true });
    await expect(replace({ clientOrderId: 'mine-1' })).rejects.toMatchObject({
      code: 'CLIENT_ORDER_ID_REUSED',
    });
    expect(requests).toEqual([]);
  });

  it('is not found when it is another account’s', async () => {
    const failed = worldOf().replace(
      { quantity: '12' },
      null,
      '0198bbbb-0000-7000-8000-00000000ffff',
    );
    await expect(failed).rejects.toMatchObject({ code: 'ORDER_NOT_FOUND' });
  });
});
