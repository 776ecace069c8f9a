import { ApplicationFailure } from '@temporalio/activity';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ABANDON_SIGNAL, type ExecutedSteps } from '../../../contracts/orders/workflow-messages.ts';
import type { OrderStatus } from '../../../domain/orders/order.ts';
import {
  createOrderWorkflowRig,
  executed,
  type OrderWorkflowRig,
  progressOf,
} from '../../support/order-workflow-rig.ts';
import { readPage } from '../../support/workflow-page.ts';

let rig: OrderWorkflowRig;
beforeAll(async () => {
  rig = await createOrderWorkflowRig('time-skipping');
});
afterAll(() => rig?.stop());

const LATE = 'a late fill has a workflow of its own';

const ENDS: readonly [OrderStatus, filled: string, line: string][] = [
  ['FILLED', '10', '- **FILLED**, filled 10 at 199.99, leaves 0'],
  ['CANCELED', '0', '- **CANCELED**, filled 0, leaves 0'],
  ['EXPIRED', '4', '- **EXPIRED**, filled 4 at 199.99, leaves 0'],
  ['REPLACED', '0', '- **REPLACED**, filled 0, leaves 0'],
];

const pageAfter = (executeOrder: () => Promise<ExecutedSteps>): Promise<string> =>
  rig.withOrder({ executeOrder }, async (handle) => {
    await handle.result().catch(() => null);
    return readPage(handle);
  });

describe('the page of an order that has ended', () => {
  it.each(ENDS)('says how: %s with %s filled', async (status, filledQuantity, line) => {
    const averageFillPrice = filledQuantity === '0' ? null : '199.99';
    const progress = progressOf({ status, filledQuantity, averageFillPrice, leavesQuantity: '0' });
    const page = await pageAfter(async () => executed({ progress }));
    expect(page).toContain(line);
    expect(page).not.toContain('being decided');
    expect(page.includes(LATE)).toBe(filledQuantity !== '10');
  });

  it('says that it was rejected and why', async () => {
    const progress = progressOf({
      status: 'REJECTED',
      rejectCode: 'UNKNOWN_SYMBOL',
      leavesQuantity: '0',
    });
    const page = await pageAfter(async () => executed({ accept: 'REJECTED', progress }));
    expect(page).toContain('- **REJECTED** (UNKNOWN_SYMBOL), filled 0, leaves 0');
    expect(page).not.toContain(LATE);
  });

  it('says the last word after retries, and nothing of them', async () => {
    let attempts = 0;
    const page = await pageAfter(async () => {
      attempts += 1;
      if (attempts < 4) throw ApplicationFailure.create({ type: 'BrokerUnavailable' });
      return executed({
        progress: progressOf({ status: 'FILLED', filledQuantity: '10', leavesQuantity: '0' }),
      });
    });
    expect(page).toContain('- **FILLED**');
    expect(page).not.toMatch(/BrokerUnavailable|may have it|next attempt/);
  });

  it('says that nobody decided on it', async () => {
    const page = await pageAfter(async () =>
      executed({ accept: 'LAPSED', place: null, progress: null }),
    );
    expect(page).toContain('nothing was held and nothing was sent (ACCEPT_BY_PASSED)');
  });

  it('says that it was given up', async () => {
    const page = await rig.withOrder(
      {
        executeOrder: async () => {
          throw ApplicationFailure.create({ type: 'DATABASE_UNAVAILABLE' });
        },
        findDecision: async () => null,
      },
      async (handle) => {
        await handle.signal(ABANDON_SIGNAL);
        await handle.result().catch(() => null);
        return readPage(handle);
      },
    );
    expect(page).toContain('nothing was held and nothing was sent (ABANDONED)');
    expect(page).not.toMatch(/may have it|next attempt|cancel asked/);
  });
});
