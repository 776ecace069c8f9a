import { expect, it } from 'vitest';
import { deploymentVersionOf, WorkersEnvironment } from '../../workers/environment.ts';

const NEEDED = {
  DATABASE_URL: 'postgres://127.0.0.1/hub',
  TEMPORAL_ADDRESS: '127.0.0.1:7233',
  MARKET_DATA_URL: 'http://127.0.0.1:8082',
  BROKER_URL: 'http://127.0.0.1:8083',
};

const versionIn = (env: Record<string, string>) => deploymentVersionOf(WorkersEnvironment.parse({ ...NEEDED, ...env }));

it('takes the version of the workers from the names that the Worker Controller sets', () => {
  const env = { TEMPORAL_DEPLOYMENT_NAME: 'prod/hub', TEMPORAL_WORKER_BUILD_ID: '1.4.2' };
  expect(versionIn(env)).toEqual({ deploymentName: 'prod/hub', buildId: '1.4.2' });
});

it('leaves workers unversioned that are given no version, or empty ones', () => {
  expect(versionIn({})).toBeNull();
  expect(versionIn({ TEMPORAL_DEPLOYMENT_NAME: '', TEMPORAL_WORKER_BUILD_ID: '' })).toBeNull();
});

it.each([{ TEMPORAL_DEPLOYMENT_NAME: 'hub' }, { TEMPORAL_WORKER_BUILD_ID: '42' }])('refuses half a version: %o', (half) => {
  expect(() => versionIn(half)).toThrow('TEMPORAL_DEPLOYMENT_NAME and TEMPORAL_WORKER_BUILD_ID are set together or not at all');
});

it.each(['hub.prod', 'hub:prod'])('refuses the name %s, which Temporal would refuse with the first poll', (name) => {
  expect(() => versionIn({ TEMPORAL_DEPLOYMENT_NAME: name, TEMPORAL_WORKER_BUILD_ID: '42' })).toThrow('neither a dot nor a colon');
});
