import { expect, it } from 'vitest';
import { findOrThrow } from '../../../use-cases/operators/find-order.ts';
import { ORDER_ID } from '../../api/stub-use-cases.ts';

const find = (workflow: 'RUNNING' | 'ENDED' | null, found: string | null, orderId = ORDER_ID) =>
  findOrThrow({ workflows: { findWorkflow: async () => workflow } }, orderId, async () => found);

it('is what the books say, whatever the workflow does', async () => {
  expect(await find('ENDED', 'an order')).toBe('an order');
});

it('is not decided on while its workflow waits for that', async () => {
  await expect(find('RUNNING', null)).rejects.toMatchObject({
    code: 'ORDER_NOT_DECIDED',
    message: expect.stringContaining('nothing is sent before that'),
  });
});

it('is none when its workflow ended before anybody decided', async () => {
  await expect(find('ENDED', null)).rejects.toMatchObject({
    code: 'ORDER_NOT_FOUND',
    message: expect.stringContaining('nothing was held and nothing was sent'),
  });
});

it.each([ORDER_ID, 'no-id'])('is none without a workflow: %s', async (orderId) => {
  await expect(find(null, null, orderId)).rejects.toMatchObject({
    code: 'ORDER_NOT_FOUND',
    message: 'There is no such order',
  });
});
