import type { HttpHandler } from '../adapters/http/guard-requests.ts';

/** Ready takes traffic; it turns false as soon as the process is told to stop. */
export type Health = () => { ready: boolean; source: string; cache: 'up' | 'away' | 'off' };

/**
 * What the port serves besides the RPCs: `/health/live` and `/health/ready` (503 when not ready).
 */
export function createHttpRoutes(health: Health): HttpHandler {
  return (request, response) => {
    const answer = (status: number, type: string, body: string): void => {
      response.statusCode = status;
      response.setHeader('content-type', type);
      response.end(request.method === 'HEAD' ? '' : body);
    };
    const path = request.url?.split('?', 1)[0];
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (isRead && path === '/health/live')
      return answer(200, 'application/json', '{"status":"ok"}');
    if (!isRead || path !== '/health/ready')
      return answer(404, 'text/plain', 'there is no such resource\n');
    const { ready, ...facts } = health();
    return answer(
      ready ? 200 : 503,
      'application/json',
      JSON.stringify({ status: ready ? 'ok' : 'stopping', ...facts }),
    );
  };
}
