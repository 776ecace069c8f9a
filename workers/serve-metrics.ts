import { createServer, type Server } from 'node:http';
import type { Logger } from 'pino';
import { register } from 'prom-client';

export interface MetricsConfig {
  host: string;
  port: number;
  /** Where Temporal's SDK serves its own metrics, on loopback. */
  sdkMetricsPort: number;
  isReady: () => boolean;
  logger: Logger;
}

/** Serves `/metrics` (ours and those of Temporal's SDK), `/health/live` and `/health/ready`. */
export function serveMetrics(config: MetricsConfig): Promise<Server> {
  const server = createServer((request, response) => {
    answer(request.url ?? '/', config).then(
      ({ status, type, body }) => response.writeHead(status, { 'content-type': type }).end(body),
      (error: unknown) => {
        config.logger.error({ err: error }, 'metrics could not be served');
        response.writeHead(500).end();
      },
    );
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(config.port, config.host, () => resolve(server));
  });
}

interface Answer {
  status: number;
  type: string;
  body: string;
}

async function answer(path: string, config: MetricsConfig): Promise<Answer> {
  const text = (status: number, body: string): Answer => ({ status, type: 'text/plain; charset=utf-8', body });
  switch (path) {
    case '/health/live':
      return text(200, 'ok\n');
    case '/health/ready':
      return config.isReady() ? text(200, 'ok\n') : text(503, 'the workers do not poll yet\n');
    case '/metrics':
      return { status: 200, type: register.contentType, body: (await register.metrics()) + (await readSdkMetrics(config)) };
    default:
      return text(404, 'there is /metrics, /health/live and /health/ready\n');
  }
}

async function readSdkMetrics({ sdkMetricsPort }: MetricsConfig): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${sdkMetricsPort}/metrics`);
  return response.text();
}

/** The SDK's exporter cannot choose a port by itself, and nobody but this process needs to know it. */
export function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => (address !== null && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port'))));
    });
  });
}
