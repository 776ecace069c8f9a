import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { readApiConfig } from '../../api/config.ts';
import { startStack } from '../../dev/stack.ts';
import { readEnvironment as readMarketData } from '../../market-data/env.ts';
import { readEnvironment as readPaperBroker } from '../../paper-broker/env.ts';
import { readEnvironment as readWorkers } from '../../workers/environment.ts';
import { TEST_SECRETS } from '../support/service-tokens.ts';
import { makeStackFolder } from '../support/services.ts';

const DEV = join(import.meta.dirname, '..', '..', 'dev');

const LOCAL = {
  DATABASE_URL: 'postgres://hub@127.0.0.1/hub',
  PAPER_BROKER_DATABASE_URL: 'postgres://venue@127.0.0.1/paper_broker',
  TEMPORAL_ADDRESS: '127.0.0.1:7233',
  MARKET_DATA_URL: 'http://127.0.0.1:8082',
  BROKERS: 'paper-broker=http://127.0.0.1:8083',
  BROKER_SECRETS: `paper-broker=${TEST_SECRETS.BROKER_SERVICE_SECRET}`,
  ...TEST_SECRETS,
};

const READERS = {
  api: readApiConfig,
  workers: readWorkers,
  'market-data': readMarketData,
  'paper-broker': readPaperBroker,
};

it.each(Object.entries(READERS))(
  '%s starts outside of loopback only with a profile that somebody chose',
  (_, read) => {
    expect(() => read(LOCAL)).not.toThrow();
    for (const outside of [
      { HOST: '0.0.0.0' },
      { DATABASE_URL: 'postgres://hub@db.example/hub' },
      { REDIS_URL: 'redis://cache.example' },
    ]) {
      expect(() => read({ ...LOCAL, ...outside })).toThrow('HUB_PROFILE=dev (nothing was chosen)');
      expect(() => read({ ...LOCAL, ...outside, HUB_PROFILE: 'dev' })).toThrow(
        'HUB_PROFILE=dev has demo users',
      );
      expect(() => read({ ...LOCAL, ...outside, HUB_PROFILE: 'demo' })).not.toThrow();
      expect(() => read({ ...LOCAL, ...outside, HUB_PROFILE: 'production' })).not.toThrow();
    }
  },
);

it.each([
  ['start.ts', { HOST: '0.0.0.0' }],
  ['start.ts', { DATABASE_URL: 'postgres://hub@db.example/hub' }],
  [
    'prepare.ts',
    {
      DATABASE_URL: 'postgres://hub@db.example/hub',
      TEMPORAL_ADDRESS: '127.0.0.1:7233',
      HUB_PROFILE: 'dev',
    },
  ],
])('%s with %j says in a sentence what to choose, and does nothing', async (program, variables) => {
  const env = { ...process.env, HUB_STATE_DIR: await makeStackFolder(), ...variables };
  const run = promisify(execFile)(process.execPath, [join(DEV, program)], { env });
  await expect(run).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('Set HUB_PROFILE=production, or HUB_PROFILE=demo'),
  });
});

it('starts no stack in a profile that does not fit', async () => {
  const stateDir = await makeStackFolder();
  const start = (baseEnv: NodeJS.ProcessEnv) =>
    startStack({ stateDir, ports: 'free', only: [], baseEnv });
  await expect(start({ TEMPORAL_ADDRESS: 'temporal.example:7233' })).rejects.toThrow(
    'TEMPORAL_ADDRESS leads outside',
  );
  await expect(start({ HUB_PROFILE: 'production', FAULTS_ENABLED: 'true' })).rejects.toThrow(
    'FAULTS_ENABLED=true',
  );
});
