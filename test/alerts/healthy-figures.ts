import type { Figure, Figures } from '../support/promtool.ts';

const at = (job: string, instance: string, name: string, labels = ''): string =>
  `${name}{${[labels, `job="${job}"`, `instance="${instance}"`].filter((part) => part !== '').join(',')}}`;

/** A series as Prometheus has it from each process of `npm start`. */
export const api = (name: string, labels?: string) => at('hub-api', '127.0.0.1:9461', name, labels);
export const marketData = (name: string, labels?: string) =>
  at('hub-market-data', '127.0.0.1:9462', name, labels);
export const venue = (name: string, labels?: string) =>
  at(
    'hub-paper-broker',
    '127.0.0.1:9463',
    name,
    [labels, 'broker="paper-broker"'].filter(Boolean).join(','),
  );
export const workers = (name: string, labels?: string) =>
  at('hub-workers', '127.0.0.1:9464', name, labels);

export const ofBroker = 'broker="paper-broker"';

const COUNTED = 1_000;

/** A counter that goes on by so many in a minute. */
export const counted =
  (perMinute: number): Figure =>
  (second) =>
    COUNTED + (second / 60) * perMinute;

/** The pollers of a queue's version. */
export const pollers = (role: 'current' | 'ramping' | 'none', version = 'unversioned') =>
  api('hub_task_queue_pollers', `task_queue="orders",version="${version}",role="${role}"`);

/** What a request to POST /v1/orders is counted in. */
export const requests = (status: string) =>
  api('http_requests_total', `route="/v1/orders",method="POST",status="${status}"`);
export const requestsWithin = (le: string) =>
  api(
    'http_request_duration_seconds_bucket',
    `route="/v1/orders",method="POST",status="202",le="${le}"`,
  );
export const requestsTimed = api(
  'http_request_duration_seconds_count',
  'route="/v1/orders",method="POST",status="202"',
);

/** A running system in which one order rests and hardly anybody does anything. */
export const HEALTHY: Figures = {
  [api('up')]: 1,
  [marketData('up')]: 1,
  [venue('up')]: 1,
  [workers('up')]: 1,
  [api('hub_dependency_up', 'dependency="postgres"')]: 1,
  [api('hub_dependency_up', 'dependency="temporal"')]: 1,
  [api('hub_dependency_up', 'dependency="marketData"')]: 1,
  [api('hub_reading_up', 'reading="backlog"')]: 1,
  [api('hub_reading_up', 'reading="failing steps"')]: 1,
  [api('hub_workflows_needing_attention')]: 0,
  [api('hub_orders_waiting_for_operator')]: 0,
  [api('hub_oldest_unacknowledged_order_age_seconds')]: 0,
  [api('hub_breaks_open')]: 0,
  [api('hub_settlements_in_repair')]: 0,
  [api('hub_settlements_overdue')]: 0,
  [api('hub_orders_recent', 'reject_code=""')]: 1,
  [api('hub_broker_session_last_sequence', ofBroker)]: 7,
  [api('hub_broker_answers', ofBroker)]: 1,
  // Heard every 5 s, written a second later at most every 5 s.
  [api('hub_broker_session_heard_age_seconds', ofBroker)]: (second) => 1 + (Math.abs(second) % 11),
  [venue('paper_broker_last_report_sequence')]: 7,
  [venue('paper_broker_market_data_connected')]: 1,
  [api('hub_quote_age_seconds')]: 0.5,
  [pollers('current')]: 1,
  [api('hub_task_queue_backlog_age_seconds', 'task_queue="orders"')]: 0,
  [api('hub_postgres_connections')]: 20,
  [api('hub_postgres_connections_max')]: 100,
  [api('hub_disk_free_bytes', 'data="postgres"')]: 50e9,
  [api('hub_disk_size_bytes', 'data="postgres"')]: 100e9,
  [requests('202')]: counted(2),
  [requestsWithin('0.1')]: counted(2),
  [requestsWithin('+Inf')]: counted(2),
  [requestsTimed]: counted(2),
  [api('redis_degraded')]: 0,
  [api('http_server_escaped_errors_total', 'server="http"')]: 0,
  [workers('hub_order_reports_unconfirmed_total')]: 0,
};

/** All that a process tells is not there any more, since its scrapes fail. */
export function unscraped(job: string): Figures {
  const own = Object.keys(HEALTHY).filter((series) => series.includes(`job="${job}"`));
  return Object.fromEntries(
    own.map((series): [string, Figure] => [series, series.startsWith('up{') ? 0 : () => null]),
  );
}

/** What is read of a dependency is not there any more, since it does not answer. */
export function unread(dependency: string, names: RegExp): Figures {
  const read = Object.keys(HEALTHY).filter((series) => names.test(series));
  return {
    ...Object.fromEntries(read.map((series): [string, Figure] => [series, () => null])),
    [api('hub_dependency_up', `dependency="${dependency}"`)]: 0,
  };
}
