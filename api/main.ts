import { pino } from 'pino';
import { collectDefaultMetrics, register } from 'prom-client';
import { createDualProtocolServer } from '../adapters/http/dual-protocol-server.ts';
import { createBacklogMetrics } from '../adapters/telemetry/backlog-metrics.ts';
import { createApi } from './app.ts';
import { createAuthenticate } from './auth.ts';
import { composeUseCases } from './compose-use-cases.ts';
import { readApiConfig } from './config.ts';
import { createConnectHandler } from './connect/connect-handler.ts';
import { openListeners } from './listeners.ts';
import { createApiMetrics } from './metrics.ts';

const GRACE_MS = 10_000;
/** When even closing hangs, the process ends anyway. */
const SHUTDOWN_MAX_MS = GRACE_MS + 5_000;

const config = readApiConfig(process.env);
/** Written beside the event loop: a line per request would otherwise hold up the requests. `fatal` writes all that waits. */
const output = pino.destination({ sync: false });
const logger = pino({ level: config.logLevel, base: { service: 'api' } }, output);

process.on('unhandledRejection', (reason) => {
  logger.fatal({ err: reason }, 'unhandled rejection');
  process.exit(1);
});

collectDefaultMetrics({ register });
const metrics = createApiMetrics(register);
const { useCases, accessTokens, readiness, backlog, monitor, close } = await composeUseCases(config, logger);
createBacklogMetrics({ registry: register, backlog, monitor, dependencies: readiness, logger });
const authenticate = createAuthenticate(accessTokens);
const connect = createConnectHandler({ useCases, accessTokens, authenticate, metrics, logger });
const listeners = await openListeners({
  app: createApi({ useCases, authenticate, readiness, metrics, logger }),
  connect,
  h2c: createDualProtocolServer({ http1: connect }),
  host: config.host,
  httpPort: config.httpPort,
  h2cPort: config.h2cPort,
});
logger.info({ host: config.host, ports: listeners.ports, profile: config.profile }, 'listening');

let stopping = false;
async function stop(signal: NodeJS.Signals): Promise<void> {
  if (stopping) return;
  stopping = true;
  logger.info({ signal }, 'stopping');
  setTimeout(() => process.exit(1), SHUTDOWN_MAX_MS).unref();
  await listeners.close(GRACE_MS);
  await close();
  logger.info('stopped');
  output.flushSync();
  process.exit(0);
}
process.on('SIGTERM', (signal) => void stop(signal));
process.on('SIGINT', (signal) => void stop(signal));
