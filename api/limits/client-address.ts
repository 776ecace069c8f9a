import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import ipaddr from 'ipaddr.js';
import proxyAddr from 'proxy-addr';

/** A request as `node:http` and `node:http2` have it. */
type NodeRequest = Pick<IncomingMessage | Http2ServerRequest, 'headers' | 'socket'>;

/** Tells from which network a request comes; `unknown` when its connection is gone. */
export type ClientAddressOf = (request: NodeRequest) => string;

/** Of calls that came over no connection: the app called in process. */
export const NO_ADDRESS = 'unknown';

/**
 * Of 16 bits: the part of an IPv6 address that a provider gives to one customer (RFC 6177); the
 * rest he chooses himself.
 */
const IPV6_NETWORK_PARTS = 4;

/**
 * The address of the client: the connection's, or what `X-Forwarded-For` says of it, believed only
 * as far as the addresses behind it belong to `trustedProxies` (addresses and CIDR ranges). IPv6 by
 * its /64.
 */
export function createClientAddress(trustedProxies: readonly string[]): ClientAddressOf {
  const isTrusted =
    trustedProxies.length === 0 ? () => false : proxyAddr.compile([...trustedProxies]);
  return (request) => {
    const connected = networkOf(request.socket?.remoteAddress);
    if (connected === null) return NO_ADDRESS;
    return networkOf(proxyAddr(request as IncomingMessage, isTrusted)) ?? connected;
  };
}

/** `null` for what is no address: a proxy may pass on anything. */
function networkOf(text: string | undefined): string | null {
  if (text === undefined || !ipaddr.isValid(text)) return null;
  const address = ipaddr.process(text);
  if (!(address instanceof ipaddr.IPv6)) return address.toString();
  const network = new ipaddr.IPv6([
    ...address.parts.slice(0, IPV6_NETWORK_PARTS),
    ...Array(8 - IPV6_NETWORK_PARTS).fill(0),
  ]);
  return `${network.toString()}/64`;
}
