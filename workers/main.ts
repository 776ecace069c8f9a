import { setPriority } from 'node:os';
import { NativeConnection, Runtime } from '@temporalio/worker';
import { pino } from 'pino';
import { collectDefaultMetrics, register } from 'prom-client';
import { createMetricsServer } from '../adapters/http/metrics-server.ts';
import { createServerMetrics } from '../adapters/http/server-metrics.ts';
import { openDatabase } from '../adapters/postgres/database.ts';
import { createTemporalLogger } from '../adapters/telemetry/temporal-logger.ts';
import { createWorkContext } from '../adapters/telemetry/work-context.ts';
import { ensureBrokerSession } from '../adapters/temporal/broker-session/broker-session.ts';
import { connectTemporal } from '../adapters/temporal/connect-temporal.ts';
import { onceServed } from '../adapters/temporal/once-served.ts';
import { ensureSettlementSchedule } from '../adapters/temporal/settlement/settlement-schedule.ts';
import {
  buildBrokerSessionWorker,
  buildOperationsWorker,
  buildOrdersWorker,
  buildSettlementWorker,
} from './build-worker.ts';
import { bundleWorkflows } from './bundle-workflows.ts';
import { composeActivities } from './compose-activities.ts';
import { deploymentVersionOf, readEnvironment } from './environment.ts';
import { findFreePort, readSdkMetrics } from './sdk-metrics.ts';
import { tellWork } from './tell-work.ts';

const env = readEnvironment(process.env);
// Before the runtime makes its threads: they inherit it.
setPriority(env.WORKERS_NICENESS);
const work = createWorkContext();
const logger = pino({ level: env.LOG_LEVEL, base: { process: 'workers' }, mixin: work.facts });

collectDefaultMetrics();
const temporalLogger = createTemporalLogger(logger);
const sdkMetricsPort = await findFreePort();
Runtime.install({
  logger: temporalLogger,
  shutdownSignals: ['SIGINT', 'SIGTERM'],
  telemetryOptions: {
    metrics: { prometheus: { bindAddress: `127.0.0.1:${sdkMetricsPort}` } },
    // A workflow task that fails is told there alone, by its run id.
    logging: { forward: {}, filter: { core: 'WARN', other: 'ERROR' } },
  },
});

const database = openDatabase(env.DATABASE_URL, {
  poolSize: env.DATABASE_POOL_SIZE,
  applicationName: 'hub-workers',
});
const temporal = await connectTemporal({
  address: env.TEMPORAL_ADDRESS,
  namespace: env.TEMPORAL_NAMESPACE,
});
const workerConnection = await NativeConnection.connect({ address: env.TEMPORAL_ADDRESS });
const activities = composeActivities({
  env,
  database,
  client: temporal.client,
  registry: register,
  work,
  logger,
});

const config = {
  connection: workerConnection,
  namespace: env.TEMPORAL_NAMESPACE,
  workflowBundle: await bundleWorkflows(temporalLogger),
  cachedWorkflowsMax: env.CACHED_WORKFLOWS_MAX,
  activityInterceptors: [tellWork(work)],
  deployment: deploymentVersionOf(env),
};
const workers = [
  await buildOrdersWorker(config, activities.orders),
  await buildBrokerSessionWorker(config, activities.brokerSession, { brokers: env.brokers.length }),
  await buildSettlementWorker(config, activities.settlement),
  await buildOperationsWorker(config, activities.operations),
];
const metrics = createMetricsServer({
  registry: register,
  metrics: createServerMetrics(register)('metrics'),
  logger,
  notReady: () =>
    workers.every((worker) => worker.getState() === 'RUNNING')
      ? null
      : 'the workers do not poll yet',
  moreMetrics: () => readSdkMetrics(sdkMetricsPort),
});
await metrics.listen(env.WORKERS_METRICS_PORT, env.METRICS_HOST);
for (const { name } of env.brokers)
  await onceServed(() => ensureBrokerSession(temporal.client, name));
await onceServed(() => ensureSettlementSchedule(temporal.client));
logger.info({ port: env.WORKERS_METRICS_PORT }, 'listening');

try {
  await Promise.all(workers.map((worker) => worker.run()));
} finally {
  await metrics.close(0);
  await database.close();
  await temporal.close();
  await workerConnection.close();
}
logger.info('stopped');
