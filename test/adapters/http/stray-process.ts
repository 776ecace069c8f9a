import { pino } from 'pino';
import { Registry } from 'prom-client';
import { createHttpServer } from '../../../adapters/http/http-server.ts';
import { PEOPLE_LIMITS } from '../../../adapters/http/server-limits.ts';
import { createServerMetrics } from '../../../adapters/http/server-metrics.ts';
import { handleStrayErrors } from '../../../adapters/http/stray-errors.ts';

// A server whose handlers lose errors in the ways that its paths name; SIGUSR2 makes the process
// itself lose one.
const logger = pino();
handleStrayErrors(logger);
const loseOne = async (): Promise<never> => {
  throw new Error('nobody awaits this');
};
const server = createHttpServer({
  protocols: 'both',
  limits: PEOPLE_LIMITS,
  metrics: createServerMetrics(new Registry())('test'),
  logger,
  handler(request, response) {
    if (request.url === '/rejection') setTimeout(() => void loseOne());
    else if (request.url === '/exception')
      setTimeout(() => {
        throw new Error('nobody catches this');
      });
    else response.end(String(process.pid));
  },
});
process.on('SIGUSR2', () => void loseOne());
const { port } = await server.listen(0, '127.0.0.1');
logger.info({ port }, 'listening');
