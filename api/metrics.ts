import { Counter, Histogram, type Registry } from 'prom-client';

const DURATION_BUCKETS_SECONDS = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];

export interface ApiMetrics {
  /**
   * Counts one answered request of REST. `route` is the pattern, never the path: that keeps the
   * label bounded.
   */
  countRequest(
    labels: { route: string; method: string; status: number },
    durationSeconds: number,
  ): void;
  /** Counts one answered Connect call by its code (`ok` or Connect's name of the error). */
  countCall(labels: { procedure: string; code: string }, durationSeconds: number): void;
}

/** Registers the API's metrics. Once per registry. */
export function createApiMetrics(registry: Registry): ApiMetrics {
  const http = { registers: [registry], labelNames: ['route', 'method', 'status'] as const };
  const requests = new Counter({
    ...http,
    name: 'http_requests_total',
    help: 'Answered HTTP requests',
  });
  const requestSeconds = new Histogram({
    ...http,
    name: 'http_request_duration_seconds',
    help: 'Time from the request to its answer',
    buckets: DURATION_BUCKETS_SECONDS,
  });
  const rpc = { registers: [registry], labelNames: ['procedure', 'code'] as const };
  const calls = new Counter({
    ...rpc,
    name: 'rpc_requests_total',
    help: 'Answered Connect, gRPC and gRPC-Web calls',
  });
  const callSeconds = new Histogram({
    ...rpc,
    name: 'rpc_request_duration_seconds',
    help: 'Time from the call to its answer',
    buckets: DURATION_BUCKETS_SECONDS,
  });
  return {
    countRequest(labels, durationSeconds) {
      requests.inc(labels);
      requestSeconds.observe(labels, durationSeconds);
    },
    countCall(labels, durationSeconds) {
      calls.inc(labels);
      callSeconds.observe(labels, durationSeconds);
    },
  };
}
