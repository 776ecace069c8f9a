import type { Logger } from 'pino';
import type { Connections } from './connections.ts';
import type { Guard, HttpHandler } from './guard-requests.ts';
import type { Pace } from './pace.ts';
import type { WordAnswer } from './request-scope.ts';
import type { ServerLimits } from './server-limits.ts';
import type { PortMetrics } from './server-metrics.ts';

export interface HttpServerOptions {
  /**
   * HTTP/1.1 alone, or HTTP/2 without TLS ("prior knowledge") beside it, told apart by the first
   * bytes.
   */
  protocols: 'http1' | 'both';
  handler: HttpHandler;
  limits: ServerLimits;
  metrics: PortMetrics;
  logger: Logger;
  /** The words of answers that no handler made: plain text unless said. */
  word?: WordAnswer;
}

/** What the two protocols of a port share. */
export interface ServerDependencies {
  connections: Connections;
  guard: Guard;
  pace: Pace;
}
