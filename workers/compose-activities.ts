import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { createBrokerSessionActivities } from '../activities/broker-session/broker-session-activities.ts';
import { createReconcileActivities } from '../activities/broker-session/reconcile-activities.ts';
import { createExecutionActivities } from '../activities/executions/execution-activities.ts';
import { createBulkActivities } from '../activities/operators/bulk-activities.ts';
import { createOrderActivities } from '../activities/orders/order-activities.ts';
import { createSettlementActivities } from '../activities/settlement/settlement-activities.ts';
import {
  createConnectBrokers,
  createConnectClearingHouses,
} from '../adapters/broker/connect-brokers.ts';
import { createConnectMarketData } from '../adapters/market-data/connect-market-data.ts';
import { createBrokerSessionStore } from '../adapters/postgres/broker-session/broker-session-store.ts';
import type { Database } from '../adapters/postgres/database.ts';
import { createBreakStore } from '../adapters/postgres/executions/break-store.ts';
import { createOperatorLog } from '../adapters/postgres/operators/operator-log.ts';
import { createOperatorReader } from '../adapters/postgres/operators/operator-reader.ts';
import { createOrderStore } from '../adapters/postgres/orders/order-store.ts';
import { createSettlementStore } from '../adapters/postgres/settlement/settlement-store.ts';
import { createReportSeals } from '../adapters/security/report-seals.ts';
import { signCalls } from '../adapters/security/service-calls.ts';
import {
  type CalledService,
  createServiceTokenSource,
} from '../adapters/security/service-tokens.ts';
import { createBrokerSessionMetrics } from '../adapters/telemetry/broker-session-metrics.ts';
import { createStepMetrics } from '../adapters/telemetry/step-metrics.ts';
import { createExecutionWorkflows } from '../adapters/temporal/executions/execution-workflows.ts';
import { createOrderHistories } from '../adapters/temporal/orders/order-histories.ts';
import { createOrderWorkflows } from '../adapters/temporal/orders/order-workflows.ts';
import { createSettlementWorkflows } from '../adapters/temporal/settlement/settlement-workflows.ts';
import type { BrokerSettings } from '../contracts/broker-session/broker-settings.ts';
import type { WorkContext } from '../contracts/work-context.ts';
import { type CalendarName, calendarNamed } from '../domain/market/choose-calendar.ts';
import { bind } from '../use-cases/bind.ts';
import { brokerSessionUseCases } from '../use-cases/broker-session/pump-reports.ts';
import { reconcile } from '../use-cases/broker-session/reconcile.ts';
import { bookLateExecution } from '../use-cases/executions/book-late-execution.ts';
import { orderSteps } from '../use-cases/orders/order-steps.ts';
import { settlementSteps } from '../use-cases/settlement/settlement-use-cases.ts';

export interface ActivitiesConfig {
  env: {
    brokers: BrokerSettings[];
    MARKET_DATA_URL: string;
    MARKET_CALENDAR: CalendarName;
    OPEN_ORDERS_MAX: number;
    MARKET_DATA_SERVICE_SECRET: string;
    REPORT_SEAL_SECRET: string;
    REPORT_SEAL_SECRET_PREVIOUS?: string | undefined;
  };
  database: Database;
  client: Client;
  registry: Registry;
  work: WorkContext;
  logger: Logger;
}

/**
 * The activities of each queue's worker, over the real Postgres, Temporal, market data, brokers and
 * clearing houses.
 */
export function composeActivities({
  env,
  database,
  client,
  registry,
  work,
  logger,
}: ActivitiesConfig) {
  const clock = Date.now;
  const calendar = calendarNamed(env.MARKET_CALENDAR);
  const observer = { ...createStepMetrics(registry), ...createBrokerSessionMetrics(registry) };
  const authenticateFor = (audience: CalledService, secret: string) =>
    signCalls(
      createServiceTokenSource('workers', { secret, audience, clock }),
      () => work.facts().requestId,
    );
  const toBrokers = {
    brokers: env.brokers,
    authenticate: (secret: string) => authenticateFor('paper-broker', secret),
    logger,
  };
  const brokers = createConnectBrokers(toBrokers);
  const marketData = createConnectMarketData({
    baseUrl: env.MARKET_DATA_URL,
    authenticate: authenticateFor('market-data', env.MARKET_DATA_SERVICE_SECRET),
    logger,
  });
  const orders = createOrderStore(database);
  const workflows = createOrderWorkflows(client);
  const { REPORT_SEAL_SECRET: secret, REPORT_SEAL_SECRET_PREVIOUS: previous } = env;
  const seals = createReportSeals(previous === undefined ? [secret] : [secret, previous]);
  const breaks = createBreakStore(database);
  const histories = createOrderHistories(client);
  const booking = {
    ...{ orders, brokers, workflows, histories, calendar },
    ...{ breaks, seals, observer, logger, clock },
  };
  const deciding = { ...booking, marketData, openOrdersMax: env.OPEN_ORDERS_MAX };
  const steps = bind(deciding, orderSteps);
  const session = bind(
    {
      ...booking,
      executions: createExecutionWorkflows(client),
      sessions: createBrokerSessionStore(database),
      sleep: (ms: number, signal: AbortSignal) => sleep(ms, undefined, { signal }),
    },
    brokerSessionUseCases,
  );
  const settlement = {
    settlements: createSettlementStore(database.sql),
    workflows: createSettlementWorkflows(client),
    clearing: createConnectClearingHouses(toBrokers),
    calendar,
    clock,
  };
  return {
    orders: {
      ...createOrderActivities(steps, observer),
      ...createExecutionActivities(bind(booking, { bookLateExecution }), observer),
    },
    brokerSession: createBrokerSessionActivities(session, observer),
    settlement: createSettlementActivities(bind(settlement, settlementSteps), observer),
    operations: {
      ...createBulkActivities(
        {
          reader: createOperatorReader(database.sql),
          log: createOperatorLog(database.sql),
          ...{ workflows, logger },
        },
        observer,
      ),
      ...createReconcileActivities(bind(deciding, { reconcile }), observer),
    },
  };
}
