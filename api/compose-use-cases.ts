import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { createConnectBrokers } from '../adapters/broker/connect-brokers.ts';
import { createConnectMarketData } from '../adapters/market-data/connect-market-data.ts';
import { CLIENT_STATEMENT_MS_MAX, openDatabase } from '../adapters/postgres/database.ts';
import { createBreakStore } from '../adapters/postgres/executions/break-store.ts';
import { createInstrumentStore } from '../adapters/postgres/market/instrument-store.ts';
import { createTradingSessionStore } from '../adapters/postgres/market/trading-session-store.ts';
import { createWatchlistStore } from '../adapters/postgres/market/watchlist-store.ts';
import { createOperatorLog } from '../adapters/postgres/operators/operator-log.ts';
import { createOperatorReader } from '../adapters/postgres/operators/operator-reader.ts';
import { createOrderReader } from '../adapters/postgres/orders/order-reader.ts';
import { createOrderStore } from '../adapters/postgres/orders/order-store.ts';
import { createFundingStore } from '../adapters/postgres/portfolio/funding-store.ts';
import { createPortfolioReader } from '../adapters/postgres/portfolio/portfolio-reader.ts';
import { createSettlementStore } from '../adapters/postgres/settlement/settlement-store.ts';
import type { RedisConnection } from '../adapters/redis/connect-redis.ts';
import { signCalls } from '../adapters/security/service-calls.ts';
import {
  type CalledService,
  createServiceTokenSource,
} from '../adapters/security/service-tokens.ts';
import { connectTemporal } from '../adapters/temporal/connect-temporal.ts';
import { createExecutionRepairs } from '../adapters/temporal/executions/execution-repairs.ts';
import { createBulkWorkflows } from '../adapters/temporal/operators/bulk-workflows.ts';
import { createOrderWorkflows } from '../adapters/temporal/orders/order-workflows.ts';
import { createSettlementWorkflows } from '../adapters/temporal/settlement/settlement-workflows.ts';
import { createWorkflowMonitor } from '../adapters/temporal/workflow-monitor.ts';
import type { BrokerSettings } from '../contracts/broker-session/broker-settings.ts';
import type { AccessTokens } from '../contracts/identity/auth.ts';
import type { LoginLocks, RateLimits } from '../contracts/rate-limits.ts';
import type { WorkContext } from '../contracts/work-context.ts';
import { type CalendarName, calendarNamed } from '../domain/market/choose-calendar.ts';
import { bind } from '../use-cases/bind.ts';
import { executionUseCases } from '../use-cases/executions/execution-use-cases.ts';
import type { HubUseCases } from '../use-cases/hub-use-cases.ts';
import { marketUseCases } from '../use-cases/market/market-use-cases.ts';
import { operatorUseCases } from '../use-cases/operators/operator-use-cases.ts';
import { createEarlyStarts } from '../use-cases/orders/early-starts.ts';
import { orderUseCases } from '../use-cases/orders/order-use-cases.ts';
import { portfolioUseCases } from '../use-cases/portfolio/portfolio-use-cases.ts';
import { createReadPrices } from '../use-cases/portfolio/read-prices.ts';
import { settlementUseCases } from '../use-cases/settlement/settlement-use-cases.ts';
import { composeIdentity } from './compose-identity.ts';
import { composeSystem } from './compose-system.ts';

export interface CompositionConfig {
  databaseUrl: string;
  databasePoolSize: number;
  temporalAddress: string;
  temporalNamespace: string;
  marketDataUrl: string;
  brokers: BrokerSettings[];
  marketCalendar: CalendarName;
  openOrdersMax: number;
  marketDataServiceSecret: string;
  jwtSecret: string;
}

export interface Composition {
  useCases: HubUseCases;
  accessTokens: AccessTokens;
  /** A dependency's name, and a call that throws while it is away. */
  readiness: Record<string, () => Promise<unknown>>;
  /** A broker's name, and a call that throws while it does not answer. */
  askBrokers: Record<string, () => Promise<unknown>>;
  /** What the metrics are read from. */
  figures: ReturnType<typeof composeSystem>['figures'];
  close(): Promise<void>;
}

/** What is asked only to hear whether it answers. */
const PROBE_DEADLINE_MS = 900;

/** How long a read of orders waits for the broker to say where stops lie. */
const STOPS_DEADLINE_MS = 300;

/** The use-cases over the real Postgres, Temporal, broker and market-data service. */
export async function composeUseCases(
  config: CompositionConfig,
  counters: { redis: RedisConnection | null; rateLimits: RateLimits; loginLocks: LoginLocks },
  { work, logger }: { work: WorkContext; logger: Logger },
): Promise<Composition> {
  const clock = Date.now;
  const calendar = calendarNamed(config.marketCalendar);
  const { rateLimits } = counters;
  const database = openDatabase(config.databaseUrl, {
    poolSize: config.databasePoolSize,
    applicationName: 'hub-api',
    statementMsMax: CLIENT_STATEMENT_MS_MAX,
  });
  const { sql } = database;
  const temporal = await connectTemporal({
    address: config.temporalAddress,
    namespace: config.temporalNamespace,
  });
  const { client } = temporal;
  const closing = new AbortController();
  const authenticateFor = (audience: CalledService, secret: string) =>
    signCalls(
      createServiceTokenSource('api', { secret, audience, clock }),
      () => work.facts().requestId,
    );
  const marketData = createConnectMarketData({
    baseUrl: config.marketDataUrl,
    authenticate: authenticateFor('market-data', config.marketDataServiceSecret),
    logger,
    follow: closing.signal,
  });
  const connectBrokers = (deadlineMs: number) =>
    createConnectBrokers({
      brokers: config.brokers,
      authenticate: (secret) => authenticateFor('paper-broker', secret),
      deadlineMs,
      logger,
    });
  const brokers = connectBrokers(STOPS_DEADLINE_MS);
  const probed = connectBrokers(PROBE_DEADLINE_MS);
  const identity = await composeIdentity(config, { sql, ...counters, clock, logger });
  const monitor = createWorkflowMonitor(client);
  const system = composeSystem(config, {
    redis: counters.redis,
    ...{ temporal, monitor, marketData, calendar, clock, logger },
  });
  const workflows = createOrderWorkflows(client);
  const operatorReader = createOperatorReader(sql);
  const log = createOperatorLog(sql);

  return {
    accessTokens: identity.accessTokens,
    useCases: {
      identity: identity.useCases,
      orders: bind(
        {
          orders: createOrderStore(database),
          reader: createOrderReader(sql),
          earlyStarts: createEarlyStarts(),
          openOrdersMax: config.openOrdersMax,
          ...{ workflows, brokers, marketData, calendar, rateLimits, work, clock, logger },
        },
        orderUseCases,
      ),
      portfolio: bind(
        {
          portfolio: createPortfolioReader(sql),
          readPrices: createReadPrices(marketData),
          funding: createFundingStore(sql),
          clock,
        },
        portfolioUseCases,
      ),
      settlement: bind(
        {
          settlements: createSettlementStore(sql),
          workflows: createSettlementWorkflows(client),
          newId: randomUUID,
        },
        settlementUseCases,
      ),
      executions: bind(
        {
          workflows: createExecutionRepairs(client, config.jwtSecret),
          breaks: createBreakStore(database),
          newId: randomUUID,
          log,
        },
        executionUseCases,
      ),
      market: bind(
        {
          instruments: createInstrumentStore(sql),
          watchlists: createWatchlistStore(sql),
          sessions: createTradingSessionStore(sql),
          ...{ marketData, calendar, clock },
        },
        marketUseCases,
      ),
      operators: bind(
        {
          reader: operatorReader,
          bulks: createBulkWorkflows(client, config.jwtSecret),
          newId: randomUUID,
          lookAtSystem: system.lookAtSystem,
          ...{ workflows, log, brokers, clock, logger },
        },
        operatorUseCases,
      ),
    },
    readiness: {
      postgres: () => sql`select 1`,
      temporal: temporal.assertServing,
      marketData: () => marketData.getQuotes(['AAPL']),
    },
    askBrokers: Object.fromEntries(
      config.brokers.map(({ name }) => [name, async () => probed.of(name).listStops([])]),
    ),
    figures: system.figures,
    async close() {
      closing.abort();
      await Promise.all([identity.close(), database.close(), system.close()]);
      await temporal.close();
    },
  };
}
