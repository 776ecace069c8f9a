import { DefaultLogger } from '@temporalio/worker';
import { expect, it } from 'vitest';
import { bundleWorkflows } from '../../workers/bundle-workflows.ts';

it('gives the bundle that was kept, which is the one that was made', async () => {
  const said: string[] = [];
  const logger = new DefaultLogger('INFO', ({ message }) => said.push(message));
  const first = await bundleWorkflows(logger);
  said.length = 0;
  const second = await bundleWorkflows(logger);
  expect(second.code).toBe(first.code);
  expect(second.code).toContain('bulkOperation');
  expect(said.filter((message) => message.includes('bundle'))).toEqual([]);
});
