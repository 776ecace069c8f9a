import { describe, expect, it } from 'vitest';
import { HubError } from '../../../contracts/errors.ts';
import type { Caller } from '../../../contracts/identity/caller.ts';
import type { OperatorOrder } from '../../../contracts/operators/operator-reader.ts';
import type { OrderWorkflows } from '../../../contracts/orders/order-workflows.ts';
import type { OrderStatus } from '../../../domain/orders/order.ts';
import {
  cancelOrder,
  failOrder,
  type InterfereDeps,
  retryOrder,
} from '../../../use-cases/operators/interfere.ts';
import { ORDER_ID, orderOf } from '../../api/stub-use-cases.ts';

const OPERATOR: Caller = {
  userId: 'op-1',
  username: 'olga@test.local',
  accountId: 'none',
  sessionId: 's',
  roles: ['OPERATOR'],
};
const REQUEST = { operator: 'user/op-1', reason: 'the venue is back' };

type Outcome = Awaited<ReturnType<OrderWorkflows['retryOrder']>>;

/** Workflows that answer so, and an order that stands so before and after. */
function deps(
  outcome: Outcome | HubError,
  [before, after = before]: readonly [OrderStatus, OrderStatus?],
) {
  const happened: unknown[] = [];
  let reads = 0;
  const ask =
    (name: string) =>
    async (...args: unknown[]): Promise<never> => {
      happened.push([name, ...args]);
      if (outcome instanceof HubError) throw outcome;
      return outcome as never;
    };
  const given: InterfereDeps = {
    reader: {
      findOrder: async (id) =>
        id === ORDER_ID
          ? ({
              ...orderOf({ status: reads++ === 0 ? before : after }),
              attentionReason: null,
              trouble: null,
            } as OperatorOrder)
          : null,
    },
    workflows: {
      retryOrder: ask('retryOrder'),
      failOrder: ask('failOrder'),
      cancelOrder: ask('cancelOrder'),
      startOrder: async ({ orderId }) => void happened.push(['startOrder', orderId]),
      findWorkflow: async () => null,
    },
    log: { recordRequest: async (...args) => void happened.push(['recordRequest', ...args]) },
    newId: () => 'request-1',
  };
  return { given, happened };
}

const VERBS = [
  ['retryOrder', 'RETRY_REQUESTED', retryOrder, 'ORDER_NOT_WAITING'],
  ['failOrder', 'FAIL_REQUESTED', failOrder, 'ORDER_NOT_WAITING'],
  ['cancelOrder', 'CANCEL_REQUESTED', cancelOrder, 'ORDER_NOT_CANCELABLE'],
] as const;

describe.each(VERBS)('%s for an operator', (name, action, interfere, rejectionCode) => {
  it('records who asked and why before it asks the workflow', async () => {
    const { given, happened } = deps('DONE', ['SUSPENDED', 'CANCELED']);
    expect(await interfere(given, OPERATOR, ORDER_ID, REQUEST.reason)).toMatchObject({
      id: ORDER_ID,
      status: 'CANCELED',
    });
    expect(happened).toEqual([
      ['recordRequest', ORDER_ID, action, REQUEST],
      [
        name,
        ORDER_ID,
        name === 'cancelOrder' ? expect.stringContaining('operator/') : 'request-1',
        REQUEST,
      ],
    ]);
  });

  it('answers with the order as it stands while the workflow is still at it', async () => {
    const { given } = deps('PENDING', ['SUSPENDED']);
    expect((await interfere(given, OPERATOR, ORDER_ID, 'x')).status).toBe('SUSPENDED');
  });

  it('does not ask about a closed order', async () => {
    const { given, happened } = deps('DONE', ['FILLED']);
    await expect(interfere(given, OPERATOR, ORDER_ID, 'x')).rejects.toMatchObject({
      code: rejectionCode,
      facts: { status: 'FILLED' },
    });
    expect(happened).toEqual([]);
  });

  it('tells a rejection of the workflow with how the order stands', async () => {
    const { given } = deps('REJECTED', ['NEW', 'PARTIALLY_FILLED']);
    const failed = interfere(given, OPERATOR, ORDER_ID, 'x');
    await expect(failed).rejects.toMatchObject({
      code: rejectionCode,
      facts: { status: 'PARTIALLY_FILLED' },
    });
  });

  it('tells an order that closed meanwhile from one whose workflow is being started again', async () => {
    const closed = interfere(deps('NOT_RUNNING', ['NEW', 'FILLED']).given, OPERATOR, ORDER_ID, 'x');
    await expect(closed).rejects.toMatchObject({ code: rejectionCode });
    const { given, happened } = deps('NOT_RUNNING', ['NEW']);
    await expect(interfere(given, OPERATOR, ORDER_ID, 'x')).rejects.toMatchObject({
      code: 'TEMPORAL_UNAVAILABLE',
    });
    expect(happened).toContainEqual(['startOrder', ORDER_ID]);
  });

  it('passes on that the server is away, with the request on record', async () => {
    const { given, happened } = deps(new HubError('TEMPORAL_UNAVAILABLE'), ['NEW']);
    await expect(interfere(given, OPERATOR, ORDER_ID, 'x')).rejects.toMatchObject({
      code: 'TEMPORAL_UNAVAILABLE',
    });
    expect(happened[0]).toEqual([
      'recordRequest',
      ORDER_ID,
      action,
      { operator: 'user/op-1', reason: 'x' },
    ]);
  });

  it('knows no order that is not there, nor an id that is none', async () => {
    for (const id of ['nonsense', '0198bbbb-0000-7000-8000-00000000ffff']) {
      const { given, happened } = deps('DONE', ['NEW']);
      await expect(interfere(given, OPERATOR, id, 'x')).rejects.toMatchObject({
        code: 'ORDER_NOT_FOUND',
      });
      expect(happened).toEqual([]);
    }
  });
});

describe('a cancel for an operator', () => {
  it('that came too late for a fill is no success', async () => {
    const { given } = deps('DONE', ['NEW', 'FILLED']);
    await expect(cancelOrder(given, OPERATOR, ORDER_ID, 'x')).rejects.toMatchObject({
      code: 'ORDER_NOT_CANCELABLE',
    });
  });
});
