import { Counter, Gauge, type Registry } from 'prom-client';

/** Why a port turned a request or a connection away. Bounded: it is a label. */
export type RejectionReason =
  | 'target'
  | 'headers'
  | 'protocol'
  | 'connections'
  | 'pipelining'
  | 'streams'
  | 'pace'
  | 'unfinished'
  | 'flood'
  | 'silent'
  | 'unread';

/** The figures of one port. */
export interface PortMetrics {
  connections(change: 1 | -1): void;
  sessions(change: 1 | -1): void;
  requests(change: 1 | -1): void;
  countRejection(reason: RejectionReason): void;
  countEscapedError(): void;
}

/**
 * Registers the figures of all ports of a process, once per registry; a port's own are got by its
 * name.
 */
export function createServerMetrics(registry: Registry): (server: string) => PortMetrics {
  const shared = { registers: [registry], labelNames: ['server'] as const };
  const connections = new Gauge({
    ...shared,
    name: 'http_server_connections',
    help: 'Open connections of a port',
  });
  const sessions = new Gauge({
    ...shared,
    name: 'http_server_sessions',
    help: 'Open HTTP/2 sessions of a port',
  });
  const requests = new Gauge({
    ...shared,
    name: 'http_server_requests',
    help: 'Requests and streams under way on a port',
  });
  const escaped = new Counter({
    ...shared,
    name: 'http_server_escaped_errors_total',
    help: 'Errors that no handler caught: defects',
  });
  const rejections = new Counter({
    registers: [registry],
    labelNames: ['server', 'reason'] as const,
    name: 'http_server_rejections_total',
    help: 'Requests and connections that a port turned away before any handler, or gave up',
  });
  return (server) => {
    for (const gauge of [connections, sessions, requests]) gauge.set({ server }, 0);
    escaped.inc({ server }, 0);
    return {
      connections: (change) => connections.inc({ server }, change),
      sessions: (change) => sessions.inc({ server }, change),
      requests: (change) => requests.inc({ server }, change),
      countRejection: (reason) => rejections.inc({ server, reason }),
      countEscapedError: () => escaped.inc({ server }),
    };
  };
}
