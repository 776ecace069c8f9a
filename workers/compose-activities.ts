import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { createBrokerSessionActivities } from '../activities/broker-session-activities.ts';
import { createBulkActivities } from '../activities/bulk-activities.ts';
import { createExecutionActivities } from '../activities/execution-activities.ts';
import { createOrderActivities } from '../activities/order-activities.ts';
import { createSettlementActivities } from '../activities/settlement-activities.ts';
import { createConnectBroker } from '../adapters/broker/connect-broker.ts';
import { createConnectClearing } from '../adapters/broker/connect-clearing.ts';
import { createConnectMarketData } from '../adapters/market-data/connect-market-data.ts';
import { createAttentionReader } from '../adapters/postgres/attention-reader.ts';
import { createBreakStore } from '../adapters/postgres/break-store.ts';
import { createBrokerSessionStore } from '../adapters/postgres/broker-session-store.ts';
import { createBulkOrders } from '../adapters/postgres/bulk-orders.ts';
import type { Database } from '../adapters/postgres/database.ts';
import { createFillTrail } from '../adapters/postgres/fill-trail.ts';
import { createOperatorLog } from '../adapters/postgres/operator-log.ts';
import { createOrderStore } from '../adapters/postgres/order-store.ts';
import { createSettlementStore } from '../adapters/postgres/settlement-store.ts';
import { createBrokerSessionMetrics } from '../adapters/telemetry/broker-session-metrics.ts';
import { createStepMetrics } from '../adapters/telemetry/step-metrics.ts';
import { createExecutionWorkflows } from '../adapters/temporal/execution-workflows.ts';
import { createOrderWorkflows } from '../adapters/temporal/order-workflows.ts';
import { createSettlementWorkflows } from '../adapters/temporal/settlement-workflows.ts';
import { type CalendarName, calendarNamed } from '../domain/calendar/choose-calendar.ts';
import { createAskPage } from '../use-cases/admin/ask-page.ts';
import { createAdoptOrphanedOrders } from '../use-cases/broker-session/adopt-orphaned-orders.ts';
import { createAdoptStrayOrders } from '../use-cases/broker-session/adopt-stray-orders.ts';
import { createDeliverReports } from '../use-cases/broker-session/deliver-reports.ts';
import { createFindUnbooked } from '../use-cases/broker-session/find-unbooked.ts';
import { createPumpReports } from '../use-cases/broker-session/pump-reports.ts';
import { createReadInSequence } from '../use-cases/broker-session/read-in-sequence.ts';
import { createBookLateExecution } from '../use-cases/executions/book-late-execution.ts';
import { createRaiseBreak } from '../use-cases/executions/raise-break.ts';
import { createOrderSteps } from '../use-cases/orders/order-steps.ts';
import { createSettlementSteps } from '../use-cases/settlement/settlement-steps.ts';

export interface ActivitiesConfig {
  env: { BROKER_URL: string; MARKET_DATA_URL: string; MARKET_CALENDAR: CalendarName };
  database: Database;
  client: Client;
  registry: Registry;
  logger: Logger;
}

/** The activities of each queue's worker, over the real Postgres, Temporal, market data, venue and clearing house. */
export function composeActivities({ env, database, client, registry, logger }: ActivitiesConfig) {
  const clock = Date.now;
  const calendar = calendarNamed(env.MARKET_CALENDAR);
  const observer = createStepMetrics(registry);
  const sessionMetrics = createBrokerSessionMetrics(registry);
  const broker = createConnectBroker({ baseUrl: env.BROKER_URL, logger });
  const marketData = createConnectMarketData({ baseUrl: env.MARKET_DATA_URL, logger });
  const orders = createOrderStore(database);
  const workflows = createOrderWorkflows(client);
  const raiseBreak = createRaiseBreak({ breaks: createBreakStore(database), observer: sessionMetrics, logger });
  const steps = createOrderSteps({ orders, broker, marketData, workflows, raiseBreak, observer, calendar, clock, logger });
  const sleepUntilAborted = (ms: number, signal: AbortSignal) => sleep(ms, undefined, { signal });
  const pumpReports = createPumpReports({
    readInSequence: createReadInSequence({ broker, raiseBreak, observer: sessionMetrics, clock, sleep: sleepUntilAborted, logger }),
    deliverReports: createDeliverReports({ orders, workflows, executions: createExecutionWorkflows(client), logger }),
    findUnbooked: createFindUnbooked(orders),
    sessions: createBrokerSessionStore(database),
    adoptStrayOrders: createAdoptStrayOrders({ orders, workflows, clock }),
    adoptOrphanedOrders: createAdoptOrphanedOrders({ orders, workflows, clock }),
    clock,
    sleep: sleepUntilAborted,
  });
  const bookLateExecution = createBookLateExecution({
    orders,
    fills: createFillTrail(database),
    workflows,
    bookReports: steps.bookReports,
    raiseBreak,
  });
  const settlementSteps = createSettlementSteps({
    settlements: createSettlementStore(database.sql),
    workflows: createSettlementWorkflows(client),
    clearing: createConnectClearing({ baseUrl: env.BROKER_URL, logger }),
    calendar,
    clock,
  });
  const askPage = createAskPage({
    orders: createAttentionReader(database.sql),
    workflows,
    log: createOperatorLog(database.sql),
    logger,
  });
  return {
    orders: { ...createOrderActivities(steps, observer), ...createExecutionActivities({ bookLateExecution }, observer) },
    brokerSession: createBrokerSessionActivities({ pumpReports }, observer),
    settlement: createSettlementActivities(settlementSteps, observer),
    operations: createBulkActivities({ orders: createBulkOrders(database.sql), askPage }, observer),
  };
}
