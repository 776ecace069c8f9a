import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { createClientAddress } from '../../../api/limits/client-address.ts';

const request = (remoteAddress: string | undefined, forwarded?: string) =>
  ({
    socket: { remoteAddress },
    headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
  }) as unknown as IncomingMessage;

describe('the address of a client', () => {
  it.each<
    [
      what: string,
      trusted: string[],
      remote: string | undefined,
      forwarded: string | undefined,
      expected: string,
    ]
  >([
    ["is the connection's", [], '203.0.113.7', undefined, '203.0.113.7'],
    [
      'is one whether written as IPv4 or in IPv6',
      [],
      '::ffff:203.0.113.7',
      undefined,
      '203.0.113.7',
    ],
    [
      'is the /64 of an IPv6 address',
      [],
      '2001:db8:1:2:aaaa:bbbb:cccc:dddd',
      undefined,
      '2001:db8:1:2::/64',
    ],
    [
      'is the same for the neighbour in the /64',
      [],
      '2001:db8:1:2::1',
      undefined,
      '2001:db8:1:2::/64',
    ],
    ['is not believed from anybody', [], '203.0.113.7', '198.51.100.1', '203.0.113.7'],
    [
      'is not believed from one who is no proxy of ours',
      ['10.0.0.0/8'],
      '203.0.113.7',
      '198.51.100.1',
      '203.0.113.7',
    ],
    ['is what a trusted proxy says', ['10.0.0.0/8'], '10.0.0.1', '198.51.100.1', '198.51.100.1'],
    [
      'is the last that a trusted proxy did not write itself',
      ['10.0.0.0/8'],
      '10.0.0.1',
      '1.1.1.1, 198.51.100.1',
      '198.51.100.1',
    ],
    [
      'passes over several trusted proxies',
      ['10.0.0.0/8', '192.0.2.9'],
      '10.0.0.1',
      '1.1.1.1, 198.51.100.1, 192.0.2.9',
      '198.51.100.1',
    ],
    ["is the proxy's when it passes on nonsense", ['10.0.0.1'], '10.0.0.1', 'unknown', '10.0.0.1'],
    ["is the proxy's when it passes on nothing", ['10.0.0.1'], '10.0.0.1', '', '10.0.0.1'],
    ['is unknown when the connection is gone', [], undefined, '198.51.100.1', 'unknown'],
  ])('%s', (_what, trusted, remote, forwarded, expected) => {
    expect(createClientAddress(trusted)(request(remote, forwarded))).toBe(expected);
  });
});
