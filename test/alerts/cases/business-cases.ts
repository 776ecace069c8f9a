import { api } from '../healthy-figures.ts';
import { type AlertCase, growing, stepFails, until } from './alert-case.ts';

export const BUSINESS_CASES: readonly AlertCase[] = [
  {
    what: 'an order is SUSPENDED',
    alert: 'AttentionNeeded',
    afterS: 0,
    trouble: {
      [api('hub_workflows_needing_attention')]: 1,
      [api('hub_orders_waiting_for_operator')]: 1,
      [stepFails('BOOK', 'PostgresError')]: 1,
    },
    harmless: { what: 'an operator has retried it', figures: {} },
  },
  {
    what: 'one fill cannot be booked',
    alert: 'StepsFailing',
    afterS: 60,
    trouble: { [stepFails('BOOK', 'PostgresError')]: 1 },
    harmless: {
      what: 'it could after half a minute',
      figures: { [stepFails('BOOK', 'PostgresError')]: until(30, 1, null) },
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
      figures: { [api('hub_settlements_overdue')]: until(600, 3, 0) },
    },
  },
  {
    what: 'an execution stays unsettled',
    alert: 'SettlementsInRepair',
    afterS: 3_600,
    trouble: { [api('hub_settlements_in_repair')]: 1 },
    harmless: {
      what: 'its second attempt settles it',
      figures: { [api('hub_settlements_in_repair')]: until(600, 1, 0) },
    },
  },
];
