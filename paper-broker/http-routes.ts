import type { connectNodeAdapter } from '@connectrpc/connect-node';
import type { Registry } from 'prom-client';

type Handler = ReturnType<typeof connectNodeAdapter>;

/** What the port serves besides the RPCs: `/health/live`, `/health/ready` (503 until orders can be taken) and `/metrics`. */
export function createHttpRoutes({ registry, isReady }: { registry: Registry; isReady: () => boolean }): Handler {
  return (request, response) => {
    const answer = (status: number, type: string, body: string): void => {
      response.statusCode = status;
      response.setHeader('content-type', type);
      response.end(request.method === 'HEAD' ? '' : body);
    };
    const notFound = (): void => answer(404, 'text/plain', 'there is no such resource\n');
    if (request.method !== 'GET' && request.method !== 'HEAD') return notFound();
    switch (request.url?.split('?', 1)[0]) {
      case '/health/live':
        return answer(200, 'application/json', '{"status":"ok"}');
      case '/health/ready':
        return isReady() ? answer(200, 'application/json', '{"status":"ok"}') : answer(503, 'application/json', '{"status":"not ready"}');
      case '/metrics':
        registry.metrics().then(
          (text) => answer(200, registry.contentType, text),
          (error: unknown) => answer(500, 'text/plain', `${String(error)}\n`),
        );
        return;
      default:
        return notFound();
    }
  };
}
