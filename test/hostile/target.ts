/** A port of the system under attack. */
export interface Port {
  readonly name: 'api' | 'apiH2c' | 'marketData' | 'paperBroker';
  readonly port: number;
  readonly http2: boolean;
}

/** What a hostile client is given. */
export interface HostileTarget {
  readonly ports: readonly Port[];
  /** The loopback address that the client comes from: not one of honest clients. */
  readonly localAddress: string;
  /** A customer's access token, asked for anew at each use: it expires. */
  readonly token: () => Promise<string>;
}

/**
 * Between two rounds of a client: what is tried is how much one client may hold, not how many
 * requests a machine can take.
 */
export const ROUND_MS = 5_000;

/**
 * Attacks until the signal aborts, then lets go of all it holds. Rejects when the system answers
 * wrongly.
 */
export interface HostileClient {
  readonly name: string;
  run(target: HostileTarget, signal: AbortSignal): Promise<unknown>;
}

export function findPort(target: HostileTarget, name: Port['name']): number {
  const found = target.ports.find((port) => port.name === name);
  if (found === undefined) throw new Error(`the target has no port ${name}`);
  return found.port;
}
