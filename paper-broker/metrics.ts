import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** What the venue counts. One registry per process, served at `/metrics`. */
export function createVenueMetrics() {
  const registry = new Registry();
  const registers = [registry];
  return {
    registry,
    calls: new Counter({
      name: 'paper_broker_calls_total',
      help: 'Calls by method and outcome code',
      labelNames: ['method', 'code'],
      registers,
    }),
    turnedAway: new Counter({
      name: 'paper_broker_calls_turned_away_total',
      help: 'Calls without a token that allows them',
      labelNames: ['procedure', 'code'],
      registers,
    }),
    reports: new Counter({
      name: 'paper_broker_reports_total',
      help: 'Durable execution reports by type',
      labelNames: ['exec_type'],
      registers,
    }),
    lastSequence: new Gauge({
      name: 'paper_broker_last_report_sequence',
      help: 'Sequence of the last durable execution report',
      registers,
    }),
    flushSeconds: new Histogram({
      name: 'paper_broker_journal_flush_seconds',
      help: 'Time of one journal transaction',
      buckets: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2],
      registers,
    }),
    flushReports: new Histogram({
      name: 'paper_broker_journal_flush_reports',
      help: 'Reports written by one journal transaction',
      buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256],
      registers,
    }),
    flushFailures: new Counter({
      name: 'paper_broker_journal_flush_failures_total',
      help: 'Journal transactions that failed',
      registers,
    }),
    lookUpFailures: new Counter({
      name: 'paper_broker_order_look_up_failures_total',
      help: 'Queries for orders that failed',
      registers,
    }),
    recoveries: new Counter({
      name: 'paper_broker_recoveries_total',
      help: 'Times the book was read back from the database',
      registers,
    }),
    openOrders: new Gauge({
      name: 'paper_broker_open_orders',
      help: 'Orders in the book',
      registers,
    }),
    quotes: new Counter({ name: 'paper_broker_quotes_total', help: 'Quotes received', registers }),
    feedConnected: new Gauge({
      name: 'paper_broker_market_data_connected',
      help: '1 while the quote stream is up',
      registers,
    }),
    feedFailures: new Counter({
      name: 'paper_broker_market_data_failures_total',
      help: 'Times the quote stream failed',
      registers,
    }),
    subscribers: new Gauge({
      name: 'paper_broker_report_streams',
      help: 'Open streams of execution reports',
      registers,
    }),
  };
}

export type VenueMetrics = ReturnType<typeof createVenueMetrics>;

/** Adds the figures of the Node process itself. Once per process. */
export const collectProcessMetrics = (metrics: VenueMetrics): void =>
  collectDefaultMetrics({ register: metrics.registry });
