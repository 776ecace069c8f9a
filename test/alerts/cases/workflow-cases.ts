import { api, pollers, workers } from '../healthy-figures.ts';
import { type AlertCase, growing, until } from './alert-case.ts';

export const WORKFLOW_CASES: readonly AlertCase[] = [
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
      figures: { [pollers('current')]: until(60, 2, 1) },
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
