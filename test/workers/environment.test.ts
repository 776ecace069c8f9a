import { expect, it } from 'vitest';
import { deploymentVersionOf, readEnvironment } from '../../workers/environment.ts';
import { TEST_SECRETS } from '../support/service-tokens.ts';

const NEEDED = {
  DATABASE_URL: 'postgres://127.0.0.1/hub',
  TEMPORAL_ADDRESS: '127.0.0.1:7233',
  MARKET_DATA_URL: 'http://127.0.0.1:8082',
  BROKERS: 'paper-broker=http://127.0.0.1:8083',
  BROKER_SECRETS: `paper-broker=${TEST_SECRETS.BROKER_SERVICE_SECRET}`,
  ...TEST_SECRETS,
};

const versionIn = (env: Record<string, string>) =>
  deploymentVersionOf(readEnvironment({ ...NEEDED, ...env }));

it('takes the version of the workers from the names that the Worker Controller sets', () => {
  const env = { TEMPORAL_DEPLOYMENT_NAME: 'prod/hub', TEMPORAL_WORKER_BUILD_ID: '1.4.2' };
  expect(versionIn(env)).toEqual({ deploymentName: 'prod/hub', buildId: '1.4.2' });
});

it('leaves workers unversioned that are given no version, or empty ones', () => {
  expect(versionIn({})).toBeNull();
  expect(versionIn({ TEMPORAL_DEPLOYMENT_NAME: '', TEMPORAL_WORKER_BUILD_ID: '' })).toBeNull();
});

it.each([{ TEMPORAL_DEPLOYMENT_NAME: 'hub' }, { TEMPORAL_WORKER_BUILD_ID: '42' }])(
  'rejects half a version: %o',
  (half) => {
    expect(() => versionIn(half)).toThrow(
      'TEMPORAL_DEPLOYMENT_NAME and TEMPORAL_WORKER_BUILD_ID are set together or not at all',
    );
  },
);

it.each(['hub.prod', 'hub:prod'])(
  'rejects the name %s, which Temporal would reject with the first poll',
  (name) => {
    expect(() =>
      versionIn({ TEMPORAL_DEPLOYMENT_NAME: name, TEMPORAL_WORKER_BUILD_ID: '42' }),
    ).toThrow('neither a dot nor a colon');
  },
);
