import { pino } from 'pino';
import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { createBooksMetrics } from '../../../adapters/telemetry/books-metrics.ts';
import { createReadGauges } from '../../../adapters/telemetry/read-gauges.ts';
import {
  createBrokerMetrics,
  createDependencyMetrics,
} from '../../../adapters/telemetry/surroundings-metrics.ts';
import {
  createWorkflowMetrics,
  type WorkflowProbes,
} from '../../../adapters/telemetry/workflow-metrics.ts';
import type { BooksProbes } from '../../../contracts/operators/backlog.ts';

const BOOKS: BooksProbes = {
  readBacklog: async () => ({
    ordersSuspended: 3,
    oldestSuspendedAt: '2026-11-24T14:30:00.000Z',
    ordersUnacknowledged: 6,
    oldestUnacknowledgedSeconds: 61.5,
    breaksOpen: 2,
    oldestBreakAt: '2026-11-24T14:30:00.000Z',
    settlementsInRepair: 1,
    settlementsOverdue: 4,
    sessions: [
      {
        broker: 'paper-broker',
        lastSequence: 77,
        takenInAt: '2026-11-24T14:30:00.000Z',
        heardAgeSeconds: 4.5,
      },
    ],
  }),
  readRecentOrders: async () => [
    { rejectCode: null, count: 9 },
    { rejectCode: 'TOO_MANY_OPEN_ORDERS', count: 1 },
  ],
  readConnections: async () => ({ used: 12, max: 100 }),
};

const WORKFLOWS: WorkflowProbes = {
  countAttention: async () => 5,
  readFailingSteps: async () => [
    { workflowType: 'order', step: 'BOOK', code: 'PostgresError', count: 1 },
  ],
  readEndedUnfinished: async () => [{ workflowType: 'order', count: 1 }],
  readSessionTroubles: async () => [{ broker: 'paper-broker', code: 'NO_WORKER' }],
  readTaskQueues: async () => [
    {
      taskQueue: 'orders',
      backlogAgeSeconds: 12,
      routes: [
        { version: 'hub:42', role: 'current', pollers: 0 },
        { version: 'hub:41', role: 'none', pollers: 2 },
      ],
    },
  ],
};

const logger = pino({ enabled: false });

async function scrape(fill: (registry: Registry) => void): Promise<string[]> {
  const registry = new Registry();
  fill(registry);
  return (await registry.metrics()).split('\n').filter((line) => !line.startsWith('#'));
}

it('tells what waits in the books, when each broker was heard, and how full Postgres is', async () => {
  const lines = await scrape((registry) =>
    createBooksMetrics(createReadGauges({ registry, logger }), BOOKS),
  );
  expect(lines).toEqual(
    expect.arrayContaining([
      'hub_orders_waiting_for_operator 3',
      'hub_oldest_unacknowledged_order_age_seconds 61.5',
      'hub_breaks_open 2',
      'hub_settlements_in_repair 1',
      'hub_settlements_overdue 4',
      'hub_broker_session_last_sequence{broker="paper-broker"} 77',
      'hub_broker_session_heard_age_seconds{broker="paper-broker"} 4.5',
      'hub_orders_recent{reject_code=""} 9',
      'hub_orders_recent{reject_code="TOO_MANY_OPEN_ORDERS"} 1',
      'hub_postgres_connections 12',
      'hub_postgres_connections_max 100',
    ]),
  );
});

it('names what fails, what was ended, and a version that gets tasks and has no worker', async () => {
  const lines = await scrape((registry) =>
    createWorkflowMetrics(createReadGauges({ registry, logger }), WORKFLOWS),
  );
  expect(lines).toEqual(
    expect.arrayContaining([
      'hub_workflows_needing_attention 5',
      'hub_steps_failing{workflow_type="order",step="BOOK",code="PostgresError"} 1',
      'hub_workflows_ended_unfinished{workflow_type="order"} 1',
      'hub_broker_session_failing{broker="paper-broker",code="NO_WORKER"} 1',
      'hub_task_queue_pollers{task_queue="orders",version="hub:42",role="current"} 0',
      'hub_task_queue_pollers{task_queue="orders",version="hub:41",role="none"} 2',
      'hub_task_queue_backlog_age_seconds{task_queue="orders"} 12',
    ]),
  );
});

it('is served while what it depends on is away or silent, and says so', async () => {
  const dependencies = {
    postgres: () => Promise.reject(new Error('away')),
    temporal: () => new Promise(() => {}),
    marketData: async () => undefined,
  };
  const lines = await scrape((registry) =>
    createDependencyMetrics({ registry, logger }, dependencies),
  );
  expect(lines).toEqual(
    expect.arrayContaining([
      'hub_dependency_up{dependency="postgres"} 0',
      'hub_dependency_up{dependency="temporal"} 0',
      'hub_dependency_up{dependency="marketData"} 1',
    ]),
  );
});

it('tells of each broker whether it answers', async () => {
  const brokers = { here: async () => new Map(), away: () => Promise.reject(new Error('away')) };
  const lines = await scrape((registry) => createBrokerMetrics({ registry, logger }, brokers));
  expect(lines).toEqual(
    expect.arrayContaining([
      'hub_broker_answers{broker="here"} 1',
      'hub_broker_answers{broker="away"} 0',
    ]),
  );
});
