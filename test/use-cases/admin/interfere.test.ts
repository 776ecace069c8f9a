import { describe, expect, it } from 'vitest';
import type { Caller } from '../../../contracts/caller.ts';
import { HubError } from '../../../contracts/errors.ts';
import type { OperatorOrder } from '../../../contracts/ports/attention-reader.ts';
import type { OrderWorkflows } from '../../../contracts/ports/order-workflows.ts';
import type { OrderStatus } from '../../../domain/order/order.ts';
import { createCancelOrder } from '../../../use-cases/admin/cancel-order.ts';
import { createFailOrder } from '../../../use-cases/admin/fail-order.ts';
import { createRetryOrder } from '../../../use-cases/admin/retry-order.ts';
import { ORDER_ID, orderOf } from '../../api/stub-use-cases.ts';

const OPERATOR: Caller = { userId: 'op-1', username: 'olga@test.local', accountId: 'none', roles: ['OPERATOR'] };
const REQUEST = { operator: 'user/op-1', reason: 'the venue is back' };

type Outcome = Awaited<ReturnType<OrderWorkflows['retryOrder']>>;

/** Workflows that answer so, and an order that stands so before and after. */
function deps(outcome: Outcome | HubError, [before, after = before]: readonly [OrderStatus, OrderStatus?]) {
  const happened: unknown[] = [];
  let reads = 0;
  const ask =
    (name: string) =>
    async (...args: unknown[]): Promise<never> => {
      happened.push([name, ...args]);
      if (outcome instanceof HubError) throw outcome;
      return outcome as never;
    };
  const given: Parameters<typeof createRetryOrder>[0] = {
    orders: {
      findOrder: async (id) =>
        id === ORDER_ID ? ({ ...orderOf({ status: reads++ === 0 ? before : after }), attentionReason: null } as OperatorOrder) : null,
    },
    workflows: {
      retryOrder: ask('retryOrder'),
      failOrder: ask('failOrder'),
      cancelOrder: ask('cancelOrder'),
      startOrder: async ({ orderId }) => void happened.push(['startOrder', orderId]),
    },
    log: { recordRequest: async (...args) => void happened.push(['recordRequest', ...args]) },
    newId: () => 'request-1',
  };
  return { given, happened };
}

const VERBS = [
  ['retryOrder', 'RETRY_REQUESTED', createRetryOrder, 'ORDER_NOT_WAITING'],
  ['failOrder', 'FAIL_REQUESTED', createFailOrder, 'ORDER_NOT_WAITING'],
  ['cancelOrder', 'CANCEL_REQUESTED', createCancelOrder, 'ORDER_NOT_CANCELABLE'],
] as const;

describe.each(VERBS)('%s for an operator', (name, action, create, refusalCode) => {
  it('records who asked and why before it asks the workflow', async () => {
    const { given, happened } = deps('DONE', ['SUSPENDED', 'CANCELED']);
    expect(await create(given)(OPERATOR, ORDER_ID, REQUEST.reason)).toMatchObject({ id: ORDER_ID, status: 'CANCELED' });
    expect(happened).toEqual([
      ['recordRequest', ORDER_ID, action, REQUEST],
      [name, ORDER_ID, name === 'cancelOrder' ? expect.stringContaining('operator/') : 'request-1', REQUEST],
    ]);
  });

  it('answers with the order as it stands while the workflow is still at it', async () => {
    const { given } = deps('PENDING', ['SUSPENDED']);
    expect((await create(given)(OPERATOR, ORDER_ID, 'x')).status).toBe('SUSPENDED');
  });

  it('does not ask about a closed order', async () => {
    const { given, happened } = deps('DONE', ['FILLED']);
    await expect(create(given)(OPERATOR, ORDER_ID, 'x')).rejects.toMatchObject({ code: refusalCode, facts: { status: 'FILLED' } });
    expect(happened).toEqual([]);
  });

  it('tells a refusal of the workflow with how the order stands', async () => {
    const { given } = deps('REFUSED', ['NEW', 'PARTIALLY_FILLED']);
    const failed = create(given)(OPERATOR, ORDER_ID, 'x');
    await expect(failed).rejects.toMatchObject({ code: refusalCode, facts: { status: 'PARTIALLY_FILLED' } });
  });

  it('tells an order that closed meanwhile from one whose workflow is being taken up again', async () => {
    const closed = create(deps('NOT_RUNNING', ['NEW', 'FILLED']).given)(OPERATOR, ORDER_ID, 'x');
    await expect(closed).rejects.toMatchObject({ code: refusalCode });
    const { given, happened } = deps('NOT_RUNNING', ['NEW']);
    await expect(create(given)(OPERATOR, ORDER_ID, 'x')).rejects.toMatchObject({ code: 'TEMPORAL_UNAVAILABLE' });
    expect(happened).toContainEqual(['startOrder', ORDER_ID]);
  });

  it('passes on that the server is away, with the request on record', async () => {
    const { given, happened } = deps(new HubError('TEMPORAL_UNAVAILABLE'), ['NEW']);
    await expect(create(given)(OPERATOR, ORDER_ID, 'x')).rejects.toMatchObject({ code: 'TEMPORAL_UNAVAILABLE' });
    expect(happened[0]).toEqual(['recordRequest', ORDER_ID, action, { operator: 'user/op-1', reason: 'x' }]);
  });

  it('knows no order that is not there, nor an id that is none', async () => {
    for (const id of ['nonsense', '0198bbbb-0000-7000-8000-00000000ffff']) {
      const { given, happened } = deps('DONE', ['NEW']);
      await expect(create(given)(OPERATOR, id, 'x')).rejects.toMatchObject({ code: 'ORDER_NOT_FOUND' });
      expect(happened).toEqual([]);
    }
  });
});

describe('a cancel for an operator', () => {
  it('that came too late for a fill is no success', async () => {
    const { given } = deps('DONE', ['NEW', 'FILLED']);
    await expect(createCancelOrder(given)(OPERATOR, ORDER_ID, 'x')).rejects.toMatchObject({ code: 'ORDER_NOT_CANCELABLE' });
  });
});
