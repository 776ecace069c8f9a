import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { createConnectMarketData } from '../adapters/market-data/connect-market-data.ts';
import { createAttentionReader } from '../adapters/postgres/attention-reader.ts';
import { createBacklogReader } from '../adapters/postgres/backlog-reader.ts';
import { createBreakStore } from '../adapters/postgres/break-store.ts';
import { createBulkOrders } from '../adapters/postgres/bulk-orders.ts';
import { openDatabase } from '../adapters/postgres/database.ts';
import { createInstrumentStore } from '../adapters/postgres/instrument-store.ts';
import { createOperatorLog } from '../adapters/postgres/operator-log.ts';
import { createOrderReader } from '../adapters/postgres/order-reader.ts';
import { createOrderStore } from '../adapters/postgres/order-store.ts';
import { createPortfolioReader } from '../adapters/postgres/portfolio-reader.ts';
import { createSettlementStore } from '../adapters/postgres/settlement-store.ts';
import { createTradingSessionStore } from '../adapters/postgres/trading-session-store.ts';
import { createUserStore } from '../adapters/postgres/user-store.ts';
import { createWatchlistStore } from '../adapters/postgres/watchlist-store.ts';
import { createWithdrawalStore } from '../adapters/postgres/withdrawal-store.ts';
import { createAccessTokens } from '../adapters/security/access-tokens.ts';
import { createPasswordHasher } from '../adapters/security/password-hasher.ts';
import { createBulkWorkflows } from '../adapters/temporal/bulk-workflows.ts';
import { connectTemporal } from '../adapters/temporal/connect-temporal.ts';
import { createExecutionRepairs } from '../adapters/temporal/execution-repairs.ts';
import { createOrderWorkflows } from '../adapters/temporal/order-workflows.ts';
import { createSettlementWorkflows } from '../adapters/temporal/settlement-workflows.ts';
import { createWorkflowMonitor } from '../adapters/temporal/workflow-monitor.ts';
import type { AccessTokens } from '../contracts/ports/auth.ts';
import type { BacklogReader, WorkflowMonitor } from '../contracts/ports/backlog.ts';
import { type CalendarName, calendarNamed } from '../domain/calendar/choose-calendar.ts';
import { createAdminUseCases } from '../use-cases/admin/admin-use-cases.ts';
import { createBulkUseCases } from '../use-cases/admin/bulk-use-cases.ts';
import { createAuthUseCases } from '../use-cases/auth/auth-use-cases.ts';
import { createExecutionAdmin } from '../use-cases/executions/execution-admin.ts';
import { createMarketUseCases } from '../use-cases/market/market-use-cases.ts';
import { createAcceptOrder } from '../use-cases/orders/accept-order.ts';
import { createCancelOrder } from '../use-cases/orders/cancel-order.ts';
import { createOrderReads } from '../use-cases/orders/read-orders.ts';
import { createReplaceOrder } from '../use-cases/orders/replace-order.ts';
import { createSubmitOrder } from '../use-cases/orders/submit-order.ts';
import { createPortfolioUseCases } from '../use-cases/portfolio/portfolio-use-cases.ts';
import { createWithdrawalUseCases } from '../use-cases/portfolio/withdrawal-use-cases.ts';
import { createSettlementAdmin } from '../use-cases/settlement/settlement-admin.ts';
import type { HubUseCases } from '../use-cases/use-cases.ts';

export interface CompositionConfig {
  databaseUrl: string;
  databasePoolSize: number;
  temporalAddress: string;
  temporalNamespace: string;
  marketDataUrl: string;
  marketCalendar: CalendarName;
  jwtSecret: string;
}

export interface Composition {
  useCases: HubUseCases;
  accessTokens: AccessTokens;
  /** A dependency's name, and a call that throws while it is away. */
  readiness: Record<string, () => Promise<unknown>>;
  /** What the metrics tell of what waits. */
  backlog: BacklogReader;
  monitor: WorkflowMonitor;
  close(): Promise<void>;
}

/** The use-cases over the real Postgres, Temporal and market-data service. */
export async function composeUseCases(config: CompositionConfig, logger: Logger): Promise<Composition> {
  const clock = Date.now;
  const calendar = calendarNamed(config.marketCalendar);
  const database = openDatabase(config.databaseUrl, { poolSize: config.databasePoolSize, applicationName: 'hub-api' });
  const temporal = await connectTemporal({ address: config.temporalAddress, namespace: config.temporalNamespace });
  const closing = new AbortController();
  const marketData = createConnectMarketData({ baseUrl: config.marketDataUrl, logger, follow: closing.signal });
  const { sql } = database;

  const accessTokens = createAccessTokens(config.jwtSecret, clock);
  const passwords = await createPasswordHasher();
  const users = createUserStore(sql);
  const orders = createOrderStore(database);
  const workflows = createOrderWorkflows(temporal.client);
  const acceptOrder = createAcceptOrder({ orders, marketData, calendar, clock });
  const orderReader = createOrderReader(sql);
  const orderReads = createOrderReads({ orders: orderReader });
  const instruments = createInstrumentStore(sql);
  const sessions = createTradingSessionStore(sql);
  const log = createOperatorLog(sql);

  return {
    accessTokens,
    useCases: {
      auth: createAuthUseCases({ users, passwords, accessTokens, clock, newId: randomUUID, logger }),
      orders: {
        ...orderReads,
        submitOrder: createSubmitOrder({ orders, workflows, marketData, acceptOrder, clock, logger }),
        replaceOrder: createReplaceOrder({ orders, reader: orderReader, workflows, getOrder: orderReads.getOrder, clock }),
        cancelOrder: createCancelOrder({ workflows, getOrder: orderReads.getOrder }),
      },
      portfolio: createPortfolioUseCases({ portfolio: createPortfolioReader(sql), marketData, clock }),
      withdrawals: createWithdrawalUseCases({ withdrawals: createWithdrawalStore(sql), clock }),
      settlements: createSettlementAdmin({
        settlements: createSettlementStore(sql),
        workflows: createSettlementWorkflows(temporal.client),
        newId: randomUUID,
      }),
      executions: createExecutionAdmin({ workflows: createExecutionRepairs(temporal.client), log, newId: randomUUID }),
      market: createMarketUseCases({
        instruments,
        watchlists: createWatchlistStore(sql),
        marketData,
        sessions,
        calendar,
        clock,
      }),
      admin: createAdminUseCases({
        orders: createAttentionReader(sql),
        workflows,
        log,
        newId: randomUUID,
        breaks: createBreakStore(database),
        sessions,
        instruments,
        calendar,
        clock,
      }),
      bulk: createBulkUseCases({ orders: createBulkOrders(sql), workflows: createBulkWorkflows(temporal.client), log, clock }),
    },
    readiness: {
      postgres: () => sql`select 1`,
      temporal: () => temporal.connection.healthService.check({}),
      marketData: () => marketData.getQuotes(['AAPL']),
    },
    backlog: createBacklogReader(sql),
    monitor: createWorkflowMonitor(temporal.client),
    async close() {
      closing.abort();
      await database.close();
      await temporal.close();
    },
  };
}
