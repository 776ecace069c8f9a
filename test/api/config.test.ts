import { describe, expect, it } from 'vitest';
import { readApiConfig } from '../../api/config.ts';

const ENVIRONMENT = {
  DATABASE_URL: 'postgres://hub:pg-password@127.0.0.1:5432/hub',
  TEMPORAL_ADDRESS: '127.0.0.1:7233',
  MARKET_DATA_URL: 'http://127.0.0.1:8082',
  BROKERS: 'paper-broker=http://127.0.0.1:8083',
  MARKET_DATA_SERVICE_SECRET: 'the-tests-secret-for-calls-to-market-data',
  BROKER_SECRETS: 'paper-broker=the-tests-secret-for-calls-to-the-venue',
  JWT_SECRET: 'a-secret-of-the-tests-with-32-bytes-or-more',
};

describe('the environment of the api', () => {
  it('has defaults for all that has a sensible one', () => {
    expect(readApiConfig(ENVIRONMENT)).toMatchObject({
      profile: 'dev',
      host: '127.0.0.1',
      httpPort: 8080,
      h2cPort: 8081,
      databasePoolSize: 10,
    });
  });

  it.each([
    ['JWT_SECRET', 'short-secret'],
    ['JWT_SECRET', undefined],
    ['MARKET_DATA_SERVICE_SECRET', 'short-secret'],
    ['MARKET_DATA_SERVICE_SECRET', undefined],
    ['BROKER_SECRETS', 'paper-broker=short-secret'],
    ['BROKER_SECRETS', undefined],
    ['DATABASE_URL', 'mysql://hub:pg-password@127.0.0.1/hub'],
    ['MARKET_DATA_URL', 'nonsense'],
    ['BROKERS', undefined],
    ['BROKERS', 'paper-broker=nonsense'],
    ['API_PORT', '70000'],
    ['LOG_LEVEL', 'loud'],
  ])('is rejected with a wrong %s, by name and without its value', (name, value) => {
    const read = () => readApiConfig({ ...ENVIRONMENT, [name]: value });
    expect(read).toThrow(name);
    if (value !== undefined) expect(read).not.toThrow(value);
  });
});
