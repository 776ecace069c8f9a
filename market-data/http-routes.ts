import type { connectNodeAdapter } from '@connectrpc/connect-node';
import type { Registry } from 'prom-client';

interface HttpRoutesOptions {
  registry: Registry;
  /** Ready takes traffic; it turns false as soon as the process is told to stop. */
  health: () => { ready: boolean; source: string; cache: 'up' | 'away' | 'off' };
}

/** What the port serves besides the RPCs: `/health/live`, `/health/ready` (503 when not ready) and `/metrics`. */
export function createHttpRoutes({ registry, health }: HttpRoutesOptions): ReturnType<typeof connectNodeAdapter> {
  return (request, response) => {
    const answer = (status: number, type: string, body: string): void => {
      response.statusCode = status;
      response.setHeader('content-type', type);
      response.end(request.method === 'HEAD' ? '' : body);
    };
    const path = request.url?.split('?', 1)[0];
    if (request.method !== 'GET' && request.method !== 'HEAD') return answer(404, 'text/plain', 'there is no such resource\n');
    if (path === '/health/live') return answer(200, 'application/json', '{"status":"ok"}');
    if (path === '/health/ready') {
      const { ready, ...facts } = health();
      return answer(ready ? 200 : 503, 'application/json', JSON.stringify({ status: ready ? 'ok' : 'stopping', ...facts }));
    }
    if (path !== '/metrics') return answer(404, 'text/plain', 'there is no such resource\n');
    registry.metrics().then(
      (text) => answer(200, registry.contentType, text),
      (error: unknown) => answer(500, 'text/plain', `${String(error)}\n`),
    );
  };
}
