import { createServer } from 'node:http';

/**
 * Stands in for a process of ours: ready at once, ends on SIGTERM, answers with its environment.
 */
const PORTS: Record<string, string | undefined> = {
  'market-data': process.env.MARKET_DATA_PORT,
  'paper-broker': process.env.PAPER_BROKER_PORT,
  workers: process.env.WORKERS_METRICS_PORT,
  api: process.env.API_PORT,
};

const server = createServer((_, response) =>
  response.end(JSON.stringify({ pid: process.pid, env: process.env })),
);
server.listen(Number(PORTS[process.env.STUB ?? '']), '127.0.0.1');
process.on('SIGTERM', () => {
  server.closeAllConnections();
  server.close();
});
