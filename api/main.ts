import { pino } from 'pino';
import { collectDefaultMetrics, register } from 'prom-client';
import { createHttpServer } from '../adapters/http/http-server.ts';
import { createMetricsServer } from '../adapters/http/metrics-server.ts';
import { createRpcHandler } from '../adapters/http/rpc-handler.ts';
import { PEOPLE_LIMITS } from '../adapters/http/server-limits.ts';
import { createServerMetrics } from '../adapters/http/server-metrics.ts';
import { handleStrayErrors } from '../adapters/http/stray-errors.ts';
import { connectRedis } from '../adapters/redis/connect-redis.ts';
import { createLoginLocks } from '../adapters/redis/login-locks.ts';
import { createRateLimits } from '../adapters/redis/rate-limits.ts';
import { createWorkContext } from '../adapters/telemetry/work-context.ts';
import { createApi } from './app.ts';
import { createAuthenticate } from './auth.ts';
import { composeMetrics } from './compose-metrics.ts';
import { composeUseCases } from './compose-use-cases.ts';
import { readApiConfig } from './config.ts';
import { createConnectHandler } from './connect/connect-handler.ts';
import { createClientAddress } from './limits/client-address.ts';
import { createHttpHandler, openListeners, wordAsProblem } from './listeners.ts';
import { createApiMetrics } from './metrics.ts';

const GRACE_MS = 10_000;
/** When even closing hangs, the process ends anyway. */
const SHUTDOWN_MAX_MS = GRACE_MS + 5_000;

/**
 * A request waits no longer for a Redis that hangs; then this process counts for itself until Redis
 * answers again.
 */
const REDIS_ANSWER_MS_MAX = 80;

const config = readApiConfig(process.env);
/**
 * Written beside the event loop: a line per request would otherwise hold up the requests. `fatal`
 * writes all that waits.
 */
const output = pino.destination({ sync: false });
const work = createWorkContext();
const logger = pino(
  { level: config.logLevel, base: { service: 'api' }, mixin: work.facts },
  output,
);

handleStrayErrors(logger);
collectDefaultMetrics({ register });
const metrics = createApiMetrics(register);
const redis =
  config.redisUrl === null
    ? null
    : connectRedis({
        url: config.redisUrl,
        logger,
        registry: register,
        commandTimeoutMs: REDIS_ANSWER_MS_MAX,
      });
if (redis === null) logger.info('REDIS_URL is not set: limits are counted by this process alone');
const rateLimits = createRateLimits({ redis, rules: config.limitRules, registry: register });
const loginLocks = createLoginLocks({ redis, registry: register });
const { useCases, accessTokens, readiness, askBrokers, figures, close } = await composeUseCases(
  config,
  { redis, rateLimits, loginLocks },
  { work, logger },
);
const { dataFolders } = config;
composeMetrics({ registry: register, logger }, { figures, readiness, askBrokers, dataFolders });
const authenticate = createAuthenticate(accessTokens);
const clientAddressOf = createClientAddress(config.trustedProxies);
const edge = { useCases, authenticate, rateLimits, clientAddressOf, metrics, work, logger };
const connect = createConnectHandler({ ...edge, serveRpc: createRpcHandler });
const app = createApi({ ...edge, readiness });
const limits = {
  ...PEOPLE_LIMITS,
  connectionsPerAddressMax: config.connectionsPerAddressMax,
  requestsPerSecondMax: config.requestsPerSecondMax,
};
const portMetrics = createServerMetrics(register);
const listeners = await openListeners({
  http: createHttpServer({
    protocols: 'http1',
    handler: createHttpHandler(app, connect),
    limits,
    metrics: portMetrics('http'),
    logger,
    word: wordAsProblem,
  }),
  h2c: createHttpServer({
    protocols: 'both',
    handler: connect,
    limits,
    metrics: portMetrics('h2c'),
    logger,
  }),
  metrics: createMetricsServer({
    registry: register,
    metrics: portMetrics('metrics'),
    logger,
    notReady: () => null,
  }),
  host: config.host,
  metricsHost: config.metricsHost,
  ports: { http: config.httpPort, h2c: config.h2cPort, metrics: config.metricsPort },
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
  redis?.close();
  logger.info('stopped');
  output.flushSync();
  process.exit(0);
}
process.on('SIGTERM', (signal) => void stop(signal));
process.on('SIGINT', (signal) => void stop(signal));
