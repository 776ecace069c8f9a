import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createWorkContext } from '../../../adapters/telemetry/work-context.ts';

it('is that of the work under way, whatever it waits for', async () => {
  const work = createWorkContext();
  const see = async (requestId: string) => {
    await turn();
    work.note({ orderId: `order of ${requestId}` });
    await turn();
    return work.facts();
  };
  const seen = await Promise.all(
    ['a', 'b'].map((requestId) => work.run({ requestId }, () => see(requestId))),
  );
  expect(seen).toEqual([
    { requestId: 'a', orderId: 'order of a' },
    { requestId: 'b', orderId: 'order of b' },
  ]);
});

it('is empty outside of any work, and keeps nothing there', () => {
  const work = createWorkContext();
  work.note({ orderId: 'o' });
  expect(work.facts()).toEqual({});
});

it('is not changed by who reads it', () => {
  const work = createWorkContext();
  work.run({ requestId: 'a' }, () => {
    Object.assign(work.facts(), { requestId: 'b' });
    expect(work.facts()).toEqual({ requestId: 'a' });
  });
});
