import { ApplicationFailure } from '@temporalio/activity';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  type OrderProgress,
  REPLACE_UPDATE,
  RETRY_NOW_UPDATE,
  type Replacement,
} from '../../../contracts/orders/workflow-messages.ts';
import {
  CANCELED,
  createOrderWorkflowRig,
  executed,
  FILLED,
  OPERATOR,
  type OrderWorkflowRig,
  PENDING,
  progressOf,
  REPLACED,
  timersOf,
} from '../../support/order-workflow-rig.ts';

// What a run meets that repeats one that was reset; the resets themselves are in test/e2e.

let rig: OrderWorkflowRig;
beforeAll(async () => {
  rig = await createOrderWorkflowRig('real');
});
afterAll(() => rig?.stop());

const REPLACEMENT: Replacement = {
  orderId: '01a20e19-ff87-70bb-a9b3-17c5194693af',
  terms: { quantity: '12' },
  idempotency: null,
  requestedAt: '2026-11-24T14:31:00.000Z',
};

const unplaced = (progress: OrderProgress) =>
  ApplicationFailure.create({
    type: 'BrokerUnavailable',
    message: 'no venue',
    details: [{ step: 'PLACE', progress }],
  });

describe('an order’s workflow', () => {
  it('tries again at once when an operator asks for it while an attempt is under way that fails', async () => {
    const thirdBegan = Promise.withResolvers<void>();
    const thirdFails = Promise.withResolvers<void>();
    let attempts = 0;
    const executeOrder = async () => {
      attempts += 1;
      if (attempts === 4) return executed({ progress: FILLED });
      if (attempts === 3) {
        thirdBegan.resolve();
        await thirdFails.promise;
      }
      throw unplaced(PENDING);
    };
    await rig.withOrder({ executeOrder }, async (handle) => {
      await thirdBegan.promise;
      await handle.startUpdate(RETRY_NOW_UPDATE, { args: [OPERATOR], waitForStage: 'ACCEPTED' });
      thirdFails.resolve();
      expect(await handle.result()).toEqual(FILLED);
      expect(await timersOf(handle)).toEqual([1]);
    });
  });

  it('goes on with a cancel that the books say is under way, whoever asked for it', async () => {
    const pending = progressOf({ status: 'PENDING_CANCEL' });
    const cancelOrder = vi.fn(async () => CANCELED);
    await rig.withOrder(
      { executeOrder: async () => executed({ progress: pending }), cancelOrder },
      async (handle) => {
        expect(await handle.result()).toEqual(CANCELED);
      },
    );
    expect(cancelOrder).toHaveBeenCalledTimes(1);
  });

  it('goes on with it also while the venue cannot be asked how the order stands', async () => {
    const executeOrder = async () => {
      throw unplaced(progressOf({ status: 'PENDING_CANCEL' }));
    };
    await rig.withOrder({ executeOrder, cancelOrder: async () => CANCELED }, async (handle) => {
      expect(await handle.result()).toEqual(CANCELED);
      expect(await timersOf(handle)).toEqual([]);
    });
  });

  it.each(['NEW', 'PENDING_REPLACE'] as const)(
    'carries out a replacement that was asked for before it knew that the order is %s',
    async (status) => {
      const release = Promise.withResolvers<void>();
      const executeOrder = async () => {
        await release.promise;
        return executed({ progress: progressOf({ status }) });
      };
      const replaceOrder = vi.fn(async () => REPLACED);
      await rig.withOrder({ executeOrder, replaceOrder }, async (handle) => {
        // Accepted with the end of the first task, which waits for the step.
        const replacing = handle.executeUpdate(REPLACE_UPDATE, { args: [REPLACEMENT] });
        release.resolve();
        expect(await replacing).toEqual(REPLACED);
        expect(await handle.result()).toEqual(REPLACED);
      });
      expect(replaceOrder).toHaveBeenCalledTimes(1);
    },
  );
});
