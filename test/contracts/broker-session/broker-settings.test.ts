import { expect, it } from 'vitest';
import { readBrokerSettings } from '../../../contracts/broker-session/broker-settings.ts';

const SECRET = 'a-secret-of-the-tests-with-32-bytes-or-more';
const OTHER = `${SECRET}==`;

it('reads each broker with its address and its own secret', () => {
  expect(
    readBrokerSettings({
      BROKERS: 'paper-broker=http://127.0.0.1:8083, second=https://second:443/?a=b',
      BROKER_SECRETS: `second=${OTHER},paper-broker=${SECRET}`,
    }),
  ).toEqual([
    { name: 'paper-broker', url: 'http://127.0.0.1:8083', secret: SECRET },
    { name: 'second', url: 'https://second:443/?a=b', secret: OTHER },
  ]);
});

it.each([
  ['BROKERS', '', `a=${SECRET}`],
  ['BROKERS', 'http://127.0.0.1:8083', `a=${SECRET}`],
  ['BROKERS', 'A/b=http://127.0.0.1:8083', `a=${SECRET}`],
  ['BROKERS', 'a=127.0.0.1:8083', `a=${SECRET}`],
  ['BROKERS', 'a=http://127.0.0.1:1,a=http://127.0.0.1:2', `a=${SECRET}`],
  ['BROKER_SECRETS', 'a=http://127.0.0.1:1', SECRET],
  ['BROKER_SECRETS', 'a=http://127.0.0.1:1', 'a=too-short-a-secret'],
  ['BROKER_SECRETS', 'a=http://127.0.0.1:1,b=http://127.0.0.1:2', `a=${SECRET}`],
  ['BROKER_SECRETS', 'a=http://127.0.0.1:1', `a=${SECRET},b=${SECRET}`],
])(
  'is rejected by the name of the variable, %s, and without a secret: %s',
  (name, urls, secrets) => {
    const read = () => readBrokerSettings({ BROKERS: urls, BROKER_SECRETS: secrets });
    expect(read).toThrow(name);
    expect(read).not.toThrow('secret-of');
    expect(read).not.toThrow('too-short');
  },
);
