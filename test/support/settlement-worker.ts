import { NativeConnection, Worker } from '@temporalio/worker';
import { pino } from 'pino';
import { createSettlementActivities } from '../../activities/settlement/settlement-activities.ts';
import { createConnectClearing } from '../../adapters/broker/connect-clearing.ts';
import { openDatabase } from '../../adapters/postgres/database.ts';
import { createSettlementStore } from '../../adapters/postgres/settlement/settlement-store.ts';
import { createTemporalLogger } from '../../adapters/telemetry/temporal-logger.ts';
import { connectTemporal } from '../../adapters/temporal/connect-temporal.ts';
import { createSettlementWorkflows } from '../../adapters/temporal/settlement/settlement-workflows.ts';
import { alwaysOpenCalendar } from '../../domain/market/always-open.ts';
import { bind } from '../../use-cases/bind.ts';
import { settlementSteps } from '../../use-cases/settlement/settlement-use-cases.ts';
import { bundleWorkflows } from '../../workers/bundle-workflows.ts';
import { asService } from './service-tokens.ts';

/**
 * The settlement's worker alone, on a queue of the test's, in a process that a test may kill. Says
 * `ready` when it polls.
 */
const env = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
};

const logger = pino({ level: 'silent' });
const taskQueue = env('TASK_QUEUE');
const [address, namespace] = [env('TEMPORAL_ADDRESS'), env('TEMPORAL_NAMESPACE')];
const database = openDatabase(env('DATABASE_URL'), {
  poolSize: 4,
  applicationName: 'settlement-worker',
});
const temporal = await connectTemporal({ address, namespace });
const house = createConnectClearing({
  name: 'paper-broker',
  baseUrl: env('CLEARING_URL'),
  authenticate: asService('paper-broker'),
  logger,
});
const deps = {
  settlements: createSettlementStore(database.sql),
  workflows: createSettlementWorkflows(temporal.client, taskQueue),
  clearing: { of: () => house },
  calendar: alwaysOpenCalendar,
  clock: Date.now,
};
const worker = await Worker.create({
  connection: await NativeConnection.connect({ address }),
  namespace,
  taskQueue,
  workflowBundle: await bundleWorkflows(createTemporalLogger(logger)),
  activities: createSettlementActivities(bind(deps, settlementSteps), {
    succeeded: () => {},
    failed: () => {},
    declined: () => {},
  }),
});
const running = worker.run();
console.log('ready');
await running;
