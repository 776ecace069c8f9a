import { setPriority } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { NativeConnection, Runtime } from '@temporalio/worker';
import { pino } from 'pino';
import { collectDefaultMetrics, register } from 'prom-client';
import { createBrokerSessionActivities } from '../activities/broker-session-activities.ts';
import { createOrderActivities } from '../activities/order-activities.ts';
import { createConnectBroker } from '../adapters/broker/connect-broker.ts';
import { createConnectMarketData } from '../adapters/market-data/connect-market-data.ts';
import { createBrokerSessionStore } from '../adapters/postgres/broker-session-store.ts';
import { openDatabase } from '../adapters/postgres/database.ts';
import { createOrderStore } from '../adapters/postgres/order-store.ts';
import { createStepMetrics } from '../adapters/telemetry/step-metrics.ts';
import { createTemporalLogger } from '../adapters/telemetry/temporal-logger.ts';
import { ensureBrokerSession } from '../adapters/temporal/broker-session.ts';
import { connectTemporal } from '../adapters/temporal/connect-temporal.ts';
import { createOrderWorkflows } from '../adapters/temporal/order-workflows.ts';
import { calendarNamed } from '../domain/calendar/choose-calendar.ts';
import { createAdoptStrayOrders } from '../use-cases/broker-session/adopt-stray-orders.ts';
import { createPumpReports } from '../use-cases/broker-session/pump-reports.ts';
import { createOrderSteps } from '../use-cases/orders/order-steps.ts';
import { buildBrokerSessionWorker, buildOrdersWorker } from './build-worker.ts';
import { bundleWorkflows } from './bundle-workflows.ts';
import { WorkersEnvironment } from './environment.ts';
import { findFreePort, serveMetrics } from './serve-metrics.ts';

/** The one venue that orders are routed to. */
const BROKER = 'paper-broker';

const env = WorkersEnvironment.parse(process.env);
// Before the runtime makes its threads: they inherit it.
setPriority(env.WORKERS_NICENESS);
const logger = pino({ level: env.LOG_LEVEL, base: { process: 'workers' } });
const clock = Date.now;

collectDefaultMetrics();
const observer = createStepMetrics(register);
const temporalLogger = createTemporalLogger(logger);
const sdkMetricsPort = await findFreePort();
Runtime.install({
  logger: temporalLogger,
  shutdownSignals: ['SIGINT', 'SIGTERM'],
  telemetryOptions: { metrics: { prometheus: { bindAddress: `127.0.0.1:${sdkMetricsPort}` } } },
});

const database = openDatabase(env.DATABASE_URL, { poolSize: env.DATABASE_POOL_SIZE, applicationName: 'hub-workers' });
const temporal = await connectTemporal({ address: env.TEMPORAL_ADDRESS, namespace: env.TEMPORAL_NAMESPACE });
const workerConnection = await NativeConnection.connect({ address: env.TEMPORAL_ADDRESS });
const broker = createConnectBroker({ baseUrl: env.BROKER_URL, logger });
const marketData = createConnectMarketData({ baseUrl: env.MARKET_DATA_URL, logger });
const orders = createOrderStore(database);
const workflows = createOrderWorkflows(temporal.client);
const steps = createOrderSteps({ orders, broker, marketData, calendar: calendarNamed(env.MARKET_CALENDAR), clock });
const pumpReports = createPumpReports({
  broker,
  orders,
  sessions: createBrokerSessionStore(database),
  workflows,
  bookReports: steps.bookReports,
  adoptStrayOrders: createAdoptStrayOrders({ orders, workflows, clock }),
  clock,
  sleep: (ms, signal) => sleep(ms, undefined, { signal }),
  logger,
});

const config = {
  connection: workerConnection,
  namespace: env.TEMPORAL_NAMESPACE,
  workflowBundle: await bundleWorkflows(temporalLogger),
  cachedWorkflowsMax: env.CACHED_WORKFLOWS_MAX,
};
const workers = [
  await buildOrdersWorker(config, createOrderActivities(steps, observer)),
  await buildBrokerSessionWorker(config, createBrokerSessionActivities({ pumpReports }, observer)),
];
const metrics = await serveMetrics({
  host: env.HOST,
  port: env.WORKERS_METRICS_PORT,
  sdkMetricsPort,
  isReady: () => workers.every((worker) => worker.getState() === 'RUNNING'),
  logger,
});
await ensureBrokerSession(temporal.client, BROKER);
logger.info({ port: env.WORKERS_METRICS_PORT }, 'listening');

try {
  await Promise.all(workers.map((worker) => worker.run()));
} finally {
  metrics.close();
  await database.close();
  await temporal.close();
  await workerConnection.close();
}
logger.info('stopped');
