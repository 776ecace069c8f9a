import { describe, expect, it } from 'vitest';
import { isLoopback, readProfile } from '../../contracts/deployment-profile.ts';

describe('the dev profile', () => {
  it('is what one machine gets when nothing is chosen', () => {
    expect(readProfile({})).toBe('dev');
    expect(readProfile({ HUB_PROFILE: '', HOST: '' })).toBe('dev');
    const local = {
      HOST: '127.0.0.1',
      DATABASE_URL: 'postgres://u:p@localhost:5432/hub',
      REDIS_URL: 'redis://[::1]:6379',
      TEMPORAL_ADDRESS: '127.0.0.1:7233',
      MARKET_DATA_URL: 'http://127.0.0.2:8082',
    };
    expect(readProfile(local)).toBe('dev');
  });

  it.each([
    ['HOST', '0.0.0.0'],
    ['HOST', '::'],
    ['HOST', '10.0.0.7'],
    ['METRICS_HOST', '0.0.0.0'],
    ['DATABASE_URL', 'postgres://u:secret@db.example/hub'],
    ['DATABASE_URL', 'postgres://u:secret@127.0.0.1,db.example/hub'],
    ['DATABASE_URL', 'postgres://u:secret@localhost:5432,db.example:5432/hub'],
    ['DATABASE_URL', 'postgres:///hub'],
    ['DATABASE_URL', 'postgres://u:secret@127.0.0.1.example/hub'],
    ['PAPER_BROKER_DATABASE_URL', 'postgres://u:secret@venue/paper_broker'],
    ['MIGRATIONS_DATABASE_URL', 'postgres://u:secret@db/hub'],
    ['REDIS_URL', 'redis://cache:6379'],
    ['TEMPORAL_ADDRESS', 'temporal:7233'],
    ['BROKERS', 'paper-broker=http://paper-broker:8083'],
    ['BROKERS', 'paper-broker=http://127.0.0.1:8083,second=http://far:8083'],
  ])(
    'is rejected with %s=%s, in a sentence that says what to choose and no secret',
    (name, value) => {
      for (const chosen of [{}, { HUB_PROFILE: 'dev' }]) {
        const read = () => readProfile({ ...chosen, [name]: value });
        expect(read).toThrow(`${name} leads outside`);
        expect(read).toThrow('HUB_PROFILE=production');
        expect(read).not.toThrow('secret');
        expect(read).not.toThrow('example');
      }
    },
  );

  it('names all that leads outside at once', () => {
    expect(() => readProfile({ HOST: '0.0.0.0', REDIS_URL: 'redis://cache' })).toThrow(
      'HOST and REDIS_URL lead outside',
    );
  });
});

describe('the other profiles', () => {
  it('may listen and ask anywhere: somebody chose them', () => {
    const far = { HOST: '0.0.0.0', DATABASE_URL: 'postgres://u:p@db/hub' };
    expect(readProfile({ ...far, HUB_PROFILE: 'demo', FAULTS_ENABLED: 'true' })).toBe('demo');
    expect(readProfile({ ...far, HUB_PROFILE: 'production' })).toBe('production');
  });

  it('leave no room for faults in production', () => {
    expect(() => readProfile({ HUB_PROFILE: 'production', FAULTS_ENABLED: 'true' })).toThrow(
      'FAULTS_ENABLED=true',
    );
    expect(readProfile({ HUB_PROFILE: 'production', FAULTS_ENABLED: 'false' })).toBe('production');
  });

  it('are those that exist', () => {
    expect(() => readProfile({ HUB_PROFILE: 'Production' })).toThrow(
      'HUB_PROFILE=Production is none of dev, demo, production',
    );
  });
});

it('takes a host for loopback only when no network can be behind it', () => {
  expect(
    ['localhost', 'LOCALHOST', '127.0.0.1', '127.8.8.8', '::1', '[::1]'].every(isLoopback),
  ).toBe(true);
  expect(
    ['', '0.0.0.0', '::', '127.1', '127.0.0.1.example', 'localhost.example', '128.0.0.1'].some(
      isLoopback,
    ),
  ).toBe(false);
});
