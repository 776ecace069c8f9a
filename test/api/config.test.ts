import { describe, expect, it } from 'vitest';
import { readApiConfig } from '../../api/config.ts';

const ENVIRONMENT = {
  DATABASE_URL: 'postgres://hub:pg-password@127.0.0.1:5432/hub',
  TEMPORAL_ADDRESS: '127.0.0.1:7233',
  MARKET_DATA_URL: 'http://127.0.0.1:8082',
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
    ['DATABASE_URL', 'mysql://hub:pg-password@127.0.0.1/hub'],
    ['MARKET_DATA_URL', 'nonsense'],
    ['API_PORT', '70000'],
    ['LOG_LEVEL', 'loud'],
  ])('is refused with a wrong %s, by name and without its value', (name, value) => {
    const read = () => readApiConfig({ ...ENVIRONMENT, [name]: value });
    expect(read).toThrow(name);
    if (value !== undefined) expect(read).not.toThrow(value);
  });
});
