import type { Backlog, BooksProbes } from '../../contracts/operators/backlog.ts';
import { only, type ReadGauges } from './read-gauges.ts';

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

const BROKER = ['broker'] as const;

/** Gauges of what our books say, and of the database that holds them. */
export function createBooksMetrics(
  readGauges: ReadGauges,
  { readBacklog, readRecentOrders, readConnections }: BooksProbes,
): void {
  const addGauge = readGauges<Backlog>('backlog', readBacklog);
  for (const [figure, names] of Object.entries(FIGURES) as [Figure, (typeof FIGURES)[Figure]][])
    addGauge(names, (backlog) => only(backlog[figure]));
  addGauge(
    {
      name: 'hub_broker_session_last_sequence',
      help: "Sequence up to which a broker's execution reports are taken in",
      labelNames: BROKER,
    },
    ({ sessions }) =>
      sessions.map(({ broker, lastSequence }) => ({ labels: { broker }, value: lastSequence })),
  );
  addGauge(
    {
      name: 'hub_broker_session_heard_age_seconds',
      help: 'Since when a broker has said nothing; one that is quiet shows every 5 s that it lives',
      labelNames: BROKER,
    },
    ({ sessions }) =>
      sessions.map(({ broker, heardAgeSeconds }) => ({
        labels: { broker },
        value: heardAgeSeconds,
      })),
  );

  readGauges('recent orders', readRecentOrders)(
    {
      name: 'hub_orders_recent',
      help: 'Orders submitted in the last ten minutes by the code of their rejection; empty: not rejected',
      labelNames: ['reject_code'],
    },
    (recent) =>
      recent.map(({ rejectCode, count }) => ({
        labels: { reject_code: rejectCode ?? '' },
        value: count,
      })),
  );

  const addConnections = readGauges('connections', readConnections);
  addConnections(
    { name: 'hub_postgres_connections', help: 'Connections to Postgres, of everybody' },
    ({ used }) => only(used),
  );
  addConnections(
    { name: 'hub_postgres_connections_max', help: 'Connections that Postgres takes' },
    ({ max }) => only(max),
  );
}
