import { ApplicationFailure } from '@temporalio/activity';
import type { WorkflowFailedError } from '@temporalio/client';
import { CancelledFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ABANDON_SIGNAL, type ExecutedSteps } from '../../../contracts/orders/workflow-messages.ts';
import {
  CANCELED,
  createOrderWorkflowRig,
  executed,
  type OrderWorkflowRig,
  progressOf,
} from '../../support/order-workflow-rig.ts';

let rig: OrderWorkflowRig;
beforeAll(async () => {
  rig = await createOrderWorkflowRig('real');
});
afterAll(() => rig?.stop());

const FILLED = progressOf({
  status: 'FILLED',
  filledQuantity: '10',
  leavesQuantity: '0',
  averageFillPrice: '199.99',
});

describe('an order whose first stretch does not get through', () => {
  const down = async (): Promise<ExecutedSteps> => {
    throw ApplicationFailure.create({ type: 'DATABASE_UNAVAILABLE', message: 'no database' });
  };
  const undecided = async () => null;
  const soonOver = () => ({ acceptBy: new Date(Date.now() + 500).toISOString() });
  const decided = async () => progressOf({ status: 'PENDING_NEW', isAcknowledged: false });

  it('is given up by a cancellation when nobody decided on it: the workflow ends as canceled', async () => {
    const failure = await rig.withOrder(
      { executeOrder: down, findDecision: undecided },
      async (handle) => {
        await handle.cancel();
        return handle.result().catch((error: unknown) => error);
      },
      soonOver(),
    );
    expect((failure as WorkflowFailedError).cause).toBeInstanceOf(CancelledFailure);
  });

  it('is canceled at the venue when somebody decided on it', async () => {
    await rig.withOrder(
      { executeOrder: down, findDecision: decided, cancelOrder: async () => CANCELED },
      async (handle) => {
        await handle.cancel();
        expect(await handle.result()).toEqual(CANCELED);
      },
    );
  });

  it('is given up when the API abandons it and nobody decided', async () => {
    const result = await rig.withOrder(
      { executeOrder: down, findDecision: undecided },
      async (handle) => {
        await handle.signal(ABANDON_SIGNAL);
        return handle.result();
      },
      soonOver(),
    );
    expect(result).toBeNull();
  });

  it('is not given up before its accept-by time: an attempt that was cut short may still decide', async () => {
    let asked = 0;
    const findDecision = async () => {
      asked += 1;
      return asked < 3 ? undecided() : decided();
    };
    await rig.withOrder(
      { executeOrder: down, findDecision, cancelOrder: async () => CANCELED },
      async (handle) => {
        await handle.signal(ABANDON_SIGNAL);
        expect(await handle.result()).toEqual(CANCELED);
      },
    );
    expect(asked).toBe(3);
  });

  it('goes on after it was abandoned when another request under its key was answered', async () => {
    let isDown = true;
    const executeOrder = async () => (isDown ? down() : executed({ progress: FILLED }));
    const findDecision = async () => {
      isDown = false;
      return decided();
    };
    const keyed = { idempotency: { key: 'k', fingerprint: 'f' } };
    await rig.withOrder(
      { executeOrder, findDecision },
      async (handle) => {
        await handle.signal(ABANDON_SIGNAL);
        expect(await handle.result()).toEqual(FILLED);
      },
      keyed,
    );
  });

  it('is canceled after it was abandoned when it has no key: its client was told to send a new one', async () => {
    await rig.withOrder(
      { executeOrder: down, findDecision: decided, cancelOrder: async () => CANCELED },
      async (handle) => {
        await handle.signal(ABANDON_SIGNAL);
        expect(await handle.result()).toEqual(CANCELED);
      },
    );
  });
});
