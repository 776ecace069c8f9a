import type { HttpHandler } from '../adapters/http/guard-requests.ts';

/**
 * What the port serves besides the RPCs: `/health/live` and `/health/ready` (503 until orders can
 * be taken).
 */
export function createHttpRoutes(isReady: () => boolean): HttpHandler {
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
        return isReady()
          ? answer(200, 'application/json', '{"status":"ok"}')
          : answer(503, 'application/json', '{"status":"not ready"}');
      default:
        return notFound();
    }
  };
}
