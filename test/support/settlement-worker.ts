import { NativeConnection, Worker } from '@temporalio/worker';
import { pino } from 'pino';
import { createSettlementActivities } from '../../activities/settlement-activities.ts';
import { createConnectClearing } from '../../adapters/broker/connect-clearing.ts';
import { openDatabase } from '../../adapters/postgres/database.ts';
import { createSettlementStore } from '../../adapters/postgres/settlement-store.ts';
import { createTemporalLogger } from '../../adapters/telemetry/temporal-logger.ts';
import { connectTemporal } from '../../adapters/temporal/connect-temporal.ts';
import { createSettlementWorkflows } from '../../adapters/temporal/settlement-workflows.ts';
import { alwaysOpenCalendar } from '../../domain/calendar/always-open.ts';
import { createSettlementSteps } from '../../use-cases/settlement/settlement-steps.ts';
import { bundleWorkflows } from '../../workers/bundle-workflows.ts';

/** The settlement's worker alone, on a queue of the test's, in a process that a test may kill. Says `ready` when it polls. */
const env = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
};

const logger = pino({ level: 'silent' });
const taskQueue = env('TASK_QUEUE');
const [address, namespace] = [env('TEMPORAL_ADDRESS'), env('TEMPORAL_NAMESPACE')];
const database = openDatabase(env('DATABASE_URL'), { poolSize: 4, applicationName: 'settlement-worker' });
const temporal = await connectTemporal({ address, namespace });
const steps = createSettlementSteps({
  settlements: createSettlementStore(database.sql),
  workflows: createSettlementWorkflows(temporal.client, taskQueue),
  clearing: createConnectClearing({ baseUrl: env('CLEARING_URL'), logger }),
  calendar: alwaysOpenCalendar,
  clock: Date.now,
});
const worker = await Worker.create({
  connection: await NativeConnection.connect({ address }),
  namespace,
  taskQueue,
  workflowBundle: await bundleWorkflows(createTemporalLogger(logger)),
  activities: createSettlementActivities(steps, { succeeded: () => {}, failed: () => {} }),
});
const running = worker.run();
console.log('ready');
await running;
