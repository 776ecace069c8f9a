import type { Figure, Figures } from '../support/promtool.ts';
import {
  api,
  counted,
  ofBroker,
  pollers,
  requests,
  requestsTimed,
  requestsWithin,
  unread,
  unscraped,
  venue,
  workers,
} from './healthy-figures.ts';

/** A trouble that raises its alert, and nothing before it. */
export interface AlertCase {
  what: string;
  alert: string;
  /** The evaluation at which it fires, in seconds since the trouble shows in the figures. */
  afterS: number;
  trouble: Figures;
  /** What looks much like it and must call nobody. */
  harmless: { what: string; figures: Figures };
}

const growing = (second: number) => 5 + second;
const heardAge = api('hub_broker_session_heard_age_seconds', ofBroker);
const failing = (code: string) => api('hub_broker_session_failing', `${ofBroker},code="${code}"`);
const steps = (step: string, code: string, type = 'order') =>
  api('hub_steps_failing', `workflow_type="${type}",step="${step}",code="${code}"`);
/** Until then it is there, then no more. */
const for30s =
  (value: number): Figure =>
  (second) =>
    second < 30 ? value : null;
const POSTGRES = /hub_(orders|oldest|breaks|settlements|broker_session|postgres)/;
const TEMPORAL = /hub_(workflows|steps|task_queue)/;

const BUSINESS: AlertCase[] = [
  {
    what: 'an order is SUSPENDED',
    alert: 'AttentionNeeded',
    afterS: 0,
    trouble: {
      [api('hub_workflows_needing_attention')]: 1,
      [api('hub_orders_waiting_for_operator')]: 1,
      [steps('BOOK', 'PostgresError')]: 1,
    },
    harmless: { what: 'an operator has retried it', figures: {} },
  },
  {
    what: 'one fill cannot be booked',
    alert: 'StepsFailing',
    afterS: 60,
    trouble: { [steps('BOOK', 'PostgresError')]: 1 },
    harmless: {
      what: 'it could after half a minute',
      figures: { [steps('BOOK', 'PostgresError')]: for30s(1) },
    },
  },
  {
    what: 'a workflow is terminated by hand',
    alert: 'WorkflowsEnded',
    afterS: 0,
    trouble: { [api('hub_workflows_ended_unfinished', 'workflow_type="order"')]: 1 },
    harmless: { what: 'a workflow is reset', figures: {} },
  },
  {
    what: 'no broker confirms an order',
    alert: 'OrdersUnacknowledged',
    afterS: 150,
    trouble: { [api('hub_oldest_unacknowledged_order_age_seconds')]: growing },
    harmless: {
      what: 'it does so after 100 s',
      figures: {
        [api('hub_oldest_unacknowledged_order_age_seconds')]: (second) =>
          second < 100 ? growing(second) : 0,
      },
    },
  },
  {
    what: 'a late fill raises a break',
    alert: 'BreaksOpen',
    afterS: 0,
    trouble: { [api('hub_breaks_open')]: 1 },
    harmless: { what: 'all are resolved', figures: { [api('hub_breaks_open')]: 0 } },
  },
  {
    what: 'nearly all orders are rejected',
    alert: 'OrdersRejected',
    afterS: 120,
    trouble: {
      [api('hub_orders_recent', 'reject_code=""')]: 10,
      [api('hub_orders_recent', 'reject_code="INSTRUMENT_HALTED"')]: 30,
    },
    harmless: {
      what: 'one customer has his few orders rejected',
      figures: { [api('hub_orders_recent', 'reject_code="INSUFFICIENT_BUYING_POWER"')]: 19 },
    },
  },
  {
    what: 'nobody settles what is due',
    alert: 'SettlementOverdue',
    afterS: 900,
    trouble: { [api('hub_settlements_overdue')]: 3 },
    harmless: {
      what: 'the run is late by ten minutes',
      figures: { [api('hub_settlements_overdue')]: (second) => (second < 600 ? 3 : 0) },
    },
  },
  {
    what: 'an execution stays unsettled',
    alert: 'SettlementsInRepair',
    afterS: 3_600,
    trouble: { [api('hub_settlements_in_repair')]: 1 },
    harmless: {
      what: 'its second attempt settles it',
      figures: { [api('hub_settlements_in_repair')]: (second) => (second < 600 ? 1 : 0) },
    },
  },
];

const BROKER: AlertCase[] = [
  {
    what: 'a venue hangs',
    alert: 'BrokerAway',
    afterS: 45,
    trouble: { [heardAge]: growing, [failing('BrokerUnavailable')]: 1 },
    harmless: {
      what: 'the session begins anew',
      figures: {
        [heardAge]: (second) => Math.min(growing(second), 29),
        [failing('BrokerUnavailable')]: for30s(1),
      },
    },
  },
  {
    what: 'a venue hangs, and its connection has not noticed',
    alert: 'BrokerAway',
    afterS: 45,
    trouble: { [heardAge]: growing },
    harmless: {
      what: 'thousands of its reports are taken in',
      figures: {
        [heardAge]: growing,
        [api('hub_broker_session_last_sequence', ofBroker)]: (second) => 7 + second,
      },
    },
  },
  {
    what: 'the answers of a venue are lost',
    alert: 'BrokerAway',
    afterS: 15,
    trouble: { [steps('PLACE', 'BrokerOutcomeUnknown')]: 1 },
    harmless: {
      what: 'quick retries found the order',
      figures: { [steps('PLACE', 'BrokerOutcomeUnknown')]: () => null },
    },
  },
  {
    what: "the session's workflow is ended",
    alert: 'BrokerSessionStopped',
    afterS: 30,
    trouble: { [heardAge]: growing, [failing('NOT_RUNNING')]: 1 },
    harmless: {
      what: 'it goes on as a new run',
      figures: { [failing('NOT_RUNNING')]: (second) => (second < 15 ? 1 : null) },
    },
  },
  {
    what: 'the session fails by itself',
    alert: 'BrokerSessionStopped',
    afterS: 60,
    trouble: { [heardAge]: growing, [failing('TypeError')]: 1 },
    harmless: { what: 'it has failed, and reads', figures: { [failing('TypeError')]: 1 } },
  },
  {
    what: 'the session stands still with work to do',
    alert: 'BrokerSessionLagging',
    afterS: 60,
    trouble: { [venue('paper_broker_last_report_sequence')]: 9 },
    harmless: {
      what: 'it is behind and catches up',
      figures: {
        [venue('paper_broker_last_report_sequence')]: 9_000,
        [api('hub_broker_session_last_sequence', ofBroker)]: (second) => 7 + second,
      },
    },
  },
  {
    what: 'the venue gets no quotes',
    alert: 'PricesFrozen',
    afterS: 60,
    trouble: { [venue('paper_broker_market_data_connected')]: 0 },
    harmless: {
      what: 'it connects anew',
      figures: {
        [venue('paper_broker_market_data_connected')]: (second) => (second < 30 ? 0 : 1),
      },
    },
  },
  {
    what: 'the source of prices stands still',
    alert: 'PricesFrozen',
    afterS: 120,
    trouble: { [api('hub_quote_age_seconds')]: growing },
    harmless: {
      what: 'the market is closed',
      figures: { [api('hub_quote_age_seconds')]: () => null },
    },
  },
];

const WORKFLOWS: AlertCase[] = [
  {
    what: 'a signal cannot be decoded',
    alert: 'WorkflowTasksFailing',
    afterS: 0,
    trouble: {
      [workers(
        'temporal_workflow_task_execution_failed',
        'workflow_type="order",failure_reason="WorkflowError"',
      )]: 1,
    },
    harmless: { what: 'no task has failed since the workers began', figures: {} },
  },
  {
    what: 'a signal is no execution report',
    alert: 'MalformedSignals',
    afterS: 0,
    trouble: { [workers('hub_order_signals_malformed', 'workflow_type="order"')]: 1 },
    harmless: { what: 'all are', figures: {} },
  },
  {
    what: 'somebody invents a fill',
    alert: 'ReportsUnconfirmed',
    afterS: 0,
    trouble: { [workers('hub_order_reports_unconfirmed_total')]: 1 },
    harmless: {
      what: 'the workers begin anew',
      figures: { [workers('hub_order_reports_unconfirmed_total')]: 0 },
    },
  },
  {
    what: 'no worker polls a queue',
    alert: 'TaskQueueWithoutWorkers',
    afterS: 15,
    trouble: { [pollers('current')]: 0 },
    harmless: {
      what: 'one of two has gone',
      figures: { [pollers('current')]: (second) => (second < 60 ? 2 : 1) },
    },
  },
  {
    what: 'workers come with a version that nobody makes current',
    alert: 'VersionNotCurrent',
    afterS: 15,
    trouble: { [pollers('current')]: 0, [pollers('none', 'hub:42')]: 2 },
    harmless: {
      what: 'a new version waits beside the current one',
      figures: { [pollers('none', 'hub:42')]: 2 },
    },
  },
  {
    what: 'the workers of the current version are gone',
    alert: 'VersionWithoutWorkers',
    afterS: 15,
    trouble: { [pollers('current')]: () => null, [pollers('current', 'hub:42')]: 0 },
    harmless: {
      what: 'a version is made current that has workers',
      figures: { [pollers('current')]: () => null, [pollers('current', 'hub:42')]: 1 },
    },
  },
  {
    what: 'the workers of the ramping version are gone',
    alert: 'VersionWithoutWorkers',
    afterS: 15,
    trouble: { [pollers('ramping', 'hub:43')]: 0, [pollers('none', 'hub:41')]: 1 },
    harmless: {
      what: 'an old version has left',
      figures: { [pollers('none', 'hub:41')]: 0 },
    },
  },
  {
    what: 'the workers are too slow',
    alert: 'TaskQueueBacklog',
    afterS: 135,
    trouble: { [api('hub_task_queue_backlog_age_seconds', 'task_queue="orders"')]: growing },
    harmless: {
      what: 'a rush is over after a minute',
      figures: {
        [api('hub_task_queue_backlog_age_seconds', 'task_queue="orders"')]: (second) =>
          second < 60 ? growing(second) : 0,
      },
    },
  },
];

const PROCESSES: AlertCase[] = [
  {
    what: 'the workers hang',
    alert: 'ProcessAway',
    afterS: 30,
    trouble: {
      ...unscraped('hub-workers'),
      [heardAge]: growing,
      [failing('NO_WORKER')]: 1,
    },
    harmless: {
      what: 'they are replaced',
      figures: {
        [workers('up')]: (second) => (second < 30 ? 0 : 1),
        [failing('NO_WORKER')]: for30s(1),
      },
    },
  },
  {
    what: 'Temporal hangs',
    alert: 'TemporalAway',
    afterS: 15,
    trouble: unread('temporal', TEMPORAL),
    harmless: {
      what: 'one answer comes late',
      figures: {
        [api('hub_dependency_up', 'dependency="temporal"')]: (second) => (second < 15 ? 0 : 1),
      },
    },
  },
  {
    what: 'Postgres hangs',
    alert: 'PostgresAway',
    afterS: 15,
    trouble: {
      ...unread('postgres', POSTGRES),
      [failing('DATABASE_UNAVAILABLE')]: 1,
      [steps('BOOK', 'DATABASE_UNAVAILABLE')]: (second) => (second < 45 ? null : 1),
    },
    harmless: {
      what: 'one answer comes late',
      figures: {
        [api('hub_dependency_up', 'dependency="postgres"')]: (second) => (second < 15 ? 0 : 1),
        [api('hub_breaks_open')]: (second) => (second < 15 ? null : 0),
      },
    },
  },
  {
    what: 'market-data hangs',
    alert: 'MarketDataAway',
    afterS: 15,
    trouble: {
      ...unread('marketData', /hub_quote_age/),
      [venue('paper_broker_market_data_connected')]: (second) => (second < 15 ? 1 : 0),
    },
    harmless: {
      what: 'one answer comes late',
      figures: {
        [api('hub_dependency_up', 'dependency="marketData"')]: (second) => (second < 15 ? 0 : 1),
      },
    },
  },
  {
    what: 'Redis is away',
    alert: 'RedisAway',
    afterS: 300,
    trouble: { [api('redis_degraded')]: 1 },
    harmless: {
      what: 'it begins anew',
      figures: { [api('redis_degraded')]: (second) => (second < 120 ? 1 : 0) },
    },
  },
  {
    what: 'a figure cannot be read although Postgres answers',
    alert: 'FiguresMissing',
    afterS: 120,
    trouble: { [api('hub_reading_up', 'reading="backlog"')]: 0 },
    harmless: {
      what: 'one reading took too long',
      figures: { [api('hub_reading_up', 'reading="backlog"')]: (second) => (second < 30 ? 0 : 1) },
    },
  },
  {
    what: 'connections to Postgres run out',
    alert: 'PostgresConnections',
    afterS: 120,
    trouble: { [api('hub_postgres_connections')]: 90 },
    harmless: {
      what: 'three quarters are used',
      figures: { [api('hub_postgres_connections')]: 75 },
    },
  },
  {
    what: 'a disk fills up',
    alert: 'DiskFilling',
    afterS: 120,
    trouble: { [api('hub_disk_free_bytes', 'data="postgres"')]: 9e9 },
    harmless: {
      what: 'a tenth of it is free',
      figures: { [api('hub_disk_free_bytes', 'data="postgres"')]: 11e9 },
    },
  },
  {
    what: 'a twentieth of many requests fails on our side',
    alert: 'ApiErrors',
    afterS: 180,
    trouble: { [requests('202')]: counted(100), [requests('500')]: counted(5) },
    harmless: {
      what: 'one of ten requests fails',
      figures: { [requests('500')]: (second) => (second < 60 ? 0 : 1) },
    },
  },
  {
    what: 'many requests are slow',
    alert: 'ApiSlow',
    afterS: 225,
    trouble: {
      [requestsWithin('0.1')]: counted(0),
      [requestsWithin('2.5')]: counted(60),
      [requestsWithin('+Inf')]: counted(60),
      [requestsTimed]: counted(60),
    },
    harmless: {
      what: 'a few are',
      figures: { [requestsWithin('0.1')]: counted(0), [requestsWithin('2.5')]: counted(2) },
    },
  },
  {
    what: 'a handler does not catch an error',
    alert: 'ErrorEscaped',
    afterS: 15,
    trouble: {
      [api('http_server_escaped_errors_total', 'server="http"')]: (second) => (second < 15 ? 0 : 1),
    },
    harmless: {
      what: 'the API begins anew',
      figures: { [api('http_server_escaped_errors_total', 'server="http"')]: 0 },
    },
  },
];

export const ALERT_CASES: readonly AlertCase[] = [
  ...BUSINESS,
  ...BROKER,
  ...WORKFLOWS,
  ...PROCESSES,
];
