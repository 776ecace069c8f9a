import { TimeoutStrategy, timeout } from 'cockatiel';
import type { Logger } from 'pino';
import { Gauge, type Registry } from 'prom-client';
import type { WorkflowMonitor } from '../../contracts/operators/backlog.ts';
import type { OperatorReader } from '../../contracts/operators/operator-reader.ts';

export interface BacklogMetricsDeps {
  registry: Registry;
  backlog: Pick<OperatorReader, 'readBacklog'>;
  monitor: Pick<WorkflowMonitor, 'countAttention' | 'readTaskQueues'>;
  /** A dependency's name, and a call that throws while it is away. */
  dependencies: Readonly<Record<string, () => Promise<unknown>>>;
  logger: Logger;
}

/** A scrape must not wait for what hangs. */
const READ_TIMEOUT_MS = 1_000;
const inTime = timeout(READ_TIMEOUT_MS, TimeoutStrategy.Aggressive);

type Figure =
  | 'ordersSuspended'
  | 'oldestUnacknowledgedSeconds'
  | 'breaksOpen'
  | 'settlementsInRepair'
  | 'settlementsOverdue';

const FIGURES: Record<Figure, { name: string; help: string }> = {
  ordersSuspended: { name: 'hub_orders_waiting_for_operator', help: 'Orders that are SUSPENDED' },
  oldestUnacknowledgedSeconds: {
    name: 'hub_oldest_unacknowledged_order_age_seconds',
    help: 'Age of the oldest order that should be at the broker and is not confirmed by it',
  },
  breaksOpen: { name: 'hub_breaks_open', help: 'Breaks that nobody has resolved' },
  settlementsInRepair: {
    name: 'hub_settlements_in_repair',
    help: 'Executions that could not be settled on their day',
  },
  settlementsOverdue: {
    name: 'hub_settlements_overdue',
    help: 'Executions that no run has settled or put into repair an hour after it was due',
  },
};

const SEQUENCE_HELP = "Sequence up to which a broker's execution reports are taken in";
const ATTENTION_HELP =
  'Running workflows that call an operator: orders, late executions, settlements and their runs';
const POLLERS_HELP =
  'Workers that polled a task queue lately, by version; the server sends tasks to those that are current or ramping';
const BACKLOG_HELP = 'Age of the oldest workflow task that waits in a task queue';

/**
 * Gauges of what waits, read when they are scraped. A scrape never fails: what cannot be read is
 * NaN, or not there, and the `hub_dependency_up` of what did not answer is 0.
 */
export function createBacklogMetrics({
  registry,
  backlog,
  monitor,
  dependencies,
  logger,
}: BacklogMetricsDeps): void {
  const orNull = async <T>(what: string, read: () => Promise<T>): Promise<T | null> => {
    try {
      return await inTime.execute(read);
    } catch (error) {
      logger.warn({ err: error, what }, 'could not be read for the metrics');
      return null;
    }
  };
  const readBooks = shareUnderWay(() => orNull('backlog', () => backlog.readBacklog()));
  const readQueues = shareUnderWay(() => orNull('task queues', () => monitor.readTaskQueues()));

  const gauge = <L extends string>(
    names: { name: string; help: string; labelNames?: L[] },
    fill: (gauge: Gauge<L>) => Promise<void>,
  ) =>
    new Gauge<L>({
      ...names,
      registers: [registry],
      collect: async function collect() {
        await fill(this);
      },
    });

  for (const [figure, names] of Object.entries(FIGURES) as [
    Figure,
    { name: string; help: string },
  ][]) {
    gauge(names, async (it) => it.set((await readBooks())?.[figure] ?? Number.NaN));
  }
  gauge(
    { name: 'hub_broker_session_last_sequence', help: SEQUENCE_HELP, labelNames: ['broker'] },
    async (it) => {
      const found = (await readBooks())?.sessions ?? [];
      it.reset();
      for (const { broker, lastSequence } of found) it.set({ broker }, lastSequence);
    },
  );
  gauge({ name: 'hub_workflows_needing_attention', help: ATTENTION_HELP }, async (it) =>
    it.set((await orNull('attention', () => monitor.countAttention())) ?? Number.NaN),
  );
  gauge(
    {
      name: 'hub_task_queue_pollers',
      help: POLLERS_HELP,
      labelNames: ['task_queue', 'version', 'role'],
    },
    async (it) => {
      const found = (await readQueues()) ?? [];
      it.reset();
      for (const { taskQueue, routes } of found) {
        for (const { version, role, pollers } of routes)
          it.set({ task_queue: taskQueue, version, role }, pollers);
      }
    },
  );
  gauge(
    { name: 'hub_task_queue_backlog_age_seconds', help: BACKLOG_HELP, labelNames: ['task_queue'] },
    async (it) => {
      const found = (await readQueues()) ?? [];
      it.reset();
      for (const { taskQueue, backlogAgeSeconds } of found)
        it.set({ task_queue: taskQueue }, backlogAgeSeconds);
    },
  );
  gauge(
    {
      name: 'hub_dependency_up',
      help: '1 when what the API depends on answers within a second',
      labelNames: ['dependency'],
    },
    async (it) => {
      const check = async ([dependency, ask]: [string, () => Promise<unknown>]) =>
        it.set(
          { dependency },
          (await orNull(dependency, async () => [await ask()])) === null ? 0 : 1,
        );
      await Promise.all(Object.entries(dependencies).map(check));
    },
  );
}

/** All gauges of a scrape are collected in one turn: they share what is being read. */
function shareUnderWay<T>(read: () => Promise<T>): () => Promise<T> {
  let underWay: Promise<T> | null = null;
  return () => {
    underWay ??= read().finally(() => {
      underWay = null;
    });
    return underWay;
  };
}
