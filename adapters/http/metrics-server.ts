import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { HttpHandler } from './guard-requests.ts';
import { createHttpServer, type HttpServer } from './http-server.ts';
import { METRICS_LIMITS } from './server-limits.ts';
import type { PortMetrics } from './server-metrics.ts';

export interface MetricsServerOptions {
  registry: Registry;
  metrics: PortMetrics;
  logger: Logger;
  /** Answers `/health/ready`: what is missing, or `null`. */
  notReady: () => string | null;
  /** Figures that are kept elsewhere, in Prometheus's text format. */
  moreMetrics?: () => Promise<string>;
}

/**
 * `/metrics`, `/health/live` and `/health/ready` (503 while something is missing), on a port that
 * is not for clients: who may read how much is traded and what fails is decided by who may reach
 * it.
 */
export function createMetricsServer({
  registry,
  metrics,
  logger,
  notReady,
  moreMetrics,
}: MetricsServerOptions): HttpServer {
  const handler: HttpHandler = async (request, response) => {
    const answer = (status: number, body: string, type = 'text/plain; charset=utf-8'): void => {
      response.statusCode = status;
      response.setHeader('content-type', type);
      response.end(request.method === 'HEAD' ? '' : body);
    };
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return answer(405, 'only GET and HEAD\n');
    switch (request.url?.split('?', 1)[0]) {
      case '/health/live':
        return answer(200, 'ok\n');
      case '/health/ready': {
        const missing = notReady();
        return missing === null ? answer(200, 'ok\n') : answer(503, `${missing}\n`);
      }
      case '/metrics':
        return answer(
          200,
          (await registry.metrics()) + ((await moreMetrics?.()) ?? ''),
          registry.contentType,
        );
      default:
        return answer(404, 'there is /metrics, /health/live and /health/ready\n');
    }
  };
  return createHttpServer({ protocols: 'http1', handler, limits: METRICS_LIMITS, metrics, logger });
}
