import {
  api,
  counted,
  requests,
  requestsTimed,
  requestsWithin,
  unread,
  unscraped,
  venue,
  workers,
} from '../healthy-figures.ts';
import { type AlertCase, growing, heardAge, sessionFails, stepFails, until } from './alert-case.ts';

const POSTGRES = /hub_(orders|oldest|breaks|settlements|broker_session|postgres)/;
const TEMPORAL = /hub_(workflows|steps|task_queue)/;

export const PROCESS_CASES: readonly AlertCase[] = [
  {
    what: 'the workers hang',
    alert: 'ProcessAway',
    afterS: 30,
    trouble: {
      ...unscraped('hub-workers'),
      [heardAge]: growing,
      [sessionFails('NO_WORKER')]: 1,
    },
    harmless: {
      what: 'they are replaced',
      figures: {
        [workers('up')]: until(30, 0, 1),
        [sessionFails('NO_WORKER')]: until(30, 1, null),
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
        [api('hub_dependency_up', 'dependency="temporal"')]: until(15, 0, 1),
      },
    },
  },
  {
    what: 'Postgres hangs',
    alert: 'PostgresAway',
    afterS: 15,
    trouble: {
      ...unread('postgres', POSTGRES),
      [sessionFails('DATABASE_UNAVAILABLE')]: 1,
      [stepFails('BOOK', 'DATABASE_UNAVAILABLE')]: until(45, null, 1),
    },
    harmless: {
      what: 'one answer comes late',
      figures: {
        [api('hub_dependency_up', 'dependency="postgres"')]: until(15, 0, 1),
        [api('hub_breaks_open')]: until(15, null, 0),
      },
    },
  },
  {
    what: 'market-data hangs',
    alert: 'MarketDataAway',
    afterS: 15,
    trouble: {
      ...unread('marketData', /hub_quote_age/),
      [venue('paper_broker_market_data_connected')]: until(15, 1, 0),
    },
    harmless: {
      what: 'one answer comes late',
      figures: {
        [api('hub_dependency_up', 'dependency="marketData"')]: until(15, 0, 1),
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
      figures: { [api('redis_degraded')]: until(120, 1, 0) },
    },
  },
  {
    what: 'a figure cannot be read although Postgres answers',
    alert: 'FiguresMissing',
    afterS: 120,
    trouble: { [api('hub_reading_up', 'reading="backlog"')]: 0 },
    harmless: {
      what: 'one reading took too long',
      figures: { [api('hub_reading_up', 'reading="backlog"')]: until(30, 0, 1) },
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
      figures: { [requests('500')]: until(60, 0, 1) },
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
      [api('http_server_escaped_errors_total', 'server="http"')]: until(15, 0, 1),
    },
    harmless: {
      what: 'the API begins anew',
      figures: { [api('http_server_escaped_errors_total', 'server="http"')]: 0 },
    },
  },
];
