import { pino } from 'pino';
import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { createBacklogMetrics } from '../../../adapters/telemetry/backlog-metrics.ts';
import type { Backlog, TaskQueueStanding } from '../../../contracts/operators/backlog.ts';

const BACKLOG: Backlog = {
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
      heardAgeSeconds: 4,
    },
  ],
};
const QUEUE: TaskQueueStanding = {
  taskQueue: 'orders',
  backlogAgeSeconds: 12,
  routes: [
    { version: 'hub:42', role: 'current', pollers: 0 },
    { version: 'hub:41', role: 'none', pollers: 2 },
  ],
};

const away = () => Promise.reject(new Error('away'));

/** The lines of a scrape, and how often each source was read for it. */
async function scrape(over: {
  readBacklog?: () => Promise<Backlog>;
  readTaskQueues?: () => Promise<TaskQueueStanding[]>;
  countAttention?: () => Promise<number>;
  dependencies?: Record<string, () => Promise<unknown>>;
}): Promise<string[]> {
  const registry = new Registry();
  createBacklogMetrics({
    registry,
    backlog: { readBacklog: over.readBacklog ?? (async () => BACKLOG) },
    monitor: {
      readTaskQueues: over.readTaskQueues ?? (async () => [QUEUE]),
      countAttention: over.countAttention ?? (async () => 5),
    },
    dependencies: over.dependencies ?? {},
    logger: pino({ level: 'silent' }),
  });
  await registry.metrics();
  return (await registry.metrics()).split('\n');
}

it('tells what waits, read once for a scrape', async () => {
  let reads = 0;
  const lines = await scrape({
    readBacklog: async () => {
      reads += 1;
      return BACKLOG;
    },
  });
  expect(lines).toEqual(
    expect.arrayContaining([
      'hub_orders_waiting_for_operator 3',
      'hub_oldest_unacknowledged_order_age_seconds 61.5',
      'hub_breaks_open 2',
      'hub_settlements_in_repair 1',
      'hub_settlements_overdue 4',
      'hub_broker_session_last_sequence{broker="paper-broker"} 77',
      'hub_workflows_needing_attention 5',
    ]),
  );
  expect(reads).toBe(2);
});

it('names a version that gets tasks and has no worker, and the workers that get none', async () => {
  expect(await scrape({})).toEqual(
    expect.arrayContaining([
      'hub_task_queue_pollers{task_queue="orders",version="hub:42",role="current"} 0',
      'hub_task_queue_pollers{task_queue="orders",version="hub:41",role="none"} 2',
      'hub_task_queue_backlog_age_seconds{task_queue="orders"} 12',
    ]),
  );
});

it('is served while everything is away or silent, and claims to know nothing then', async () => {
  const dependencies = {
    postgres: away,
    temporal: () => new Promise(() => {}),
    marketData: async () => undefined,
  };
  const lines = await scrape({
    readBacklog: away,
    readTaskQueues: away,
    countAttention: () => new Promise(() => {}),
    dependencies,
  });
  expect(lines).toEqual(
    expect.arrayContaining([
      'hub_orders_waiting_for_operator Nan',
      'hub_workflows_needing_attention Nan',
      'hub_dependency_up{dependency="postgres"} 0',
      'hub_dependency_up{dependency="temporal"} 0',
      'hub_dependency_up{dependency="marketData"} 1',
    ]),
  );
  expect(lines.filter((line) => /^hub_(task_queue|broker)/.test(line))).toEqual([]);
});
