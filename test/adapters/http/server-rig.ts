import { pino } from 'pino';
import { Registry } from 'prom-client';
import type { HttpHandler } from '../../../adapters/http/guard-requests.ts';
import { createHttpServer, type HttpServer } from '../../../adapters/http/http-server.ts';
import { PEOPLE_LIMITS, type ServerLimits } from '../../../adapters/http/server-limits.ts';
import { createServerMetrics } from '../../../adapters/http/server-metrics.ts';

export interface ServerRig {
  server: HttpServer;
  logs: Record<string, unknown>[];
  /** The value of a series of the port, 0 when it was never counted. */
  read(name: string, label?: string): Promise<number>;
}

/** A server of both protocols with the limits of people's ports, some of them other. */
export function buildServer(handler: HttpHandler, limits: Partial<ServerLimits> = {}): ServerRig {
  const registry = new Registry();
  const logs: Record<string, unknown>[] = [];
  const logger = pino(
    { level: 'debug' },
    { write: (line: string) => void logs.push(JSON.parse(line)) },
  );
  const metrics = createServerMetrics(registry)('test');
  const server = createHttpServer({
    protocols: 'both',
    handler,
    limits: { ...PEOPLE_LIMITS, ...limits },
    metrics,
    logger,
  });
  return {
    server,
    logs,
    async read(name, label = '') {
      const lines = (await registry.metrics())
        .split('\n')
        .filter((line) => line.startsWith(`${name}{`) && line.includes(label));
      return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
    },
  };
}
