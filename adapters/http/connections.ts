import type { ServerResponse } from 'node:http';
import { isIPv6, type Socket } from 'node:net';
import type { ServerLimits } from './server-limits.ts';
import type { PortMetrics } from './server-metrics.ts';

/** One accepted socket. */
export interface Connection {
  readonly socket: Socket;
  readonly network: string;
  /** Requests under way; a connection without one may be ended to make room. */
  busy: number;
  /** A call has shown a token of one of our own processes: it is no stranger's. */
  isKnown: boolean;
  /** The HTTP/1.1 answer that is being made. */
  response: ServerResponse | null;
  /**
   * Whether all that is under way waits for the client: for the rest of a request, or for an answer
   * to be read.
   */
  waitsForClient: () => boolean;
}

export interface Connections {
  /** `null` when there is no room: the socket has been destroyed then. */
  admit(socket: Socket): Connection | null;
  find(socket: Socket): Connection | undefined;
  begin(connection: Connection): void;
  end(connection: Connection): void;
  destroyAll(): void;
}

/**
 * Keeps the sockets of a port within its bounds. When an address, or the port, has too many, the
 * one that has been idle longest makes room, or else the one that lets us wait longest: an honest
 * client is answered and comes back, an attacker only pushes out himself.
 */
export function createConnections(limits: ServerLimits, metrics: PortMetrics): Connections {
  // In the order of their last activity.
  const all = new Map<Socket, Connection>();
  const perNetwork = new Map<string, Set<Connection>>();

  function makeRoom(crowd: ReadonlySet<Connection> | ReadonlyMap<Socket, Connection>): boolean {
    const leaving =
      findFirst(crowd, ({ busy }) => busy === 0) ??
      findFirst(crowd, ({ waitsForClient }) => waitsForClient());
    if (leaving === null) return false;
    metrics.countRejection('connections');
    forget(leaving);
    leaving.socket.destroy();
    return true;
  }

  function forget(connection: Connection): void {
    if (!all.delete(connection.socket)) return;
    metrics.connections(-1);
    const mates = perNetwork.get(connection.network);
    mates?.delete(connection);
    if (mates?.size === 0) perNetwork.delete(connection.network);
  }

  function touch(connection: Connection): void {
    if (!all.delete(connection.socket)) return;
    all.set(connection.socket, connection);
    const mates = perNetwork.get(connection.network);
    mates?.delete(connection);
    mates?.add(connection);
  }

  return {
    admit(socket) {
      const network = networkOf(socket.remoteAddress ?? '');
      const mates = perNetwork.get(network);
      const hasRoom =
        (mates === undefined || mates.size < limits.connectionsPerAddressMax || makeRoom(mates)) &&
        (all.size < limits.connectionsMax || makeRoom(all));
      if (!hasRoom) {
        metrics.countRejection('connections');
        socket.destroy();
        return null;
      }
      const connection: Connection = {
        socket,
        network,
        busy: 0,
        isKnown: false,
        response: null,
        waitsForClient: () => false,
      };
      all.set(socket, connection);
      // Asked for anew: making room may have dropped the last one of this address, and its set.
      perNetwork.set(network, (perNetwork.get(network) ?? new Set()).add(connection));
      metrics.connections(1);
      socket.once('close', () => forget(connection));
      return connection;
    },
    find: (socket) => all.get(socket),
    begin(connection) {
      connection.busy += 1;
      touch(connection);
    },
    end(connection) {
      connection.busy -= 1;
      touch(connection);
    },
    destroyAll() {
      for (const socket of all.keys()) socket.destroy();
    },
  };
}

function findFirst(
  crowd: ReadonlySet<Connection> | ReadonlyMap<Socket, Connection>,
  fits: (connection: Connection) => boolean,
) {
  for (const connection of crowd.values()) if (fits(connection)) return connection;
  return null;
}

/** IPv4 as it is, also when it comes mapped into IPv6; IPv6 by the /64 that one subscriber has. */
export function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  if (!isIPv6(plain)) return plain;
  const [head = '', tail = ''] = plain.split('%', 1)[0]?.split('::') ?? [];
  const left = head === '' ? [] : head.split(':');
  const right = tail === '' ? [] : tail.split(':');
  const missing = Math.max(0, 8 - left.length - right.length);
  return `${[...left, ...Array<string>(missing).fill('0'), ...right].slice(0, 4).join(':')}::/64`;
}
