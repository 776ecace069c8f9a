import type { Logger } from 'pino';
import {
  CLIENT_STATEMENT_MS_MAX,
  openDatabase,
  readServerStart,
} from '../adapters/postgres/database.ts';
import { createBooksProbes } from '../adapters/postgres/operators/books-probes.ts';
import { pingRedis, type RedisConnection } from '../adapters/redis/connect-redis.ts';
import type { TemporalClient } from '../adapters/temporal/connect-temporal.ts';
import type { Clock } from '../contracts/clock.ts';
import type { MarketData } from '../contracts/market/market-data.ts';
import type { WorkflowMonitor } from '../contracts/operators/backlog.ts';
import { findSessionTrouble } from '../contracts/operators/session-trouble.ts';
import type { SystemProbes } from '../contracts/operators/system-status.ts';
import type { TradingCalendar } from '../domain/market/calendar.ts';
import { createSystemLook, isOpenAt } from '../use-cases/operators/look-at-system.ts';

interface SystemParts {
  redis: RedisConnection | null;
  temporal: TemporalClient;
  monitor: WorkflowMonitor;
  marketData: MarketData;
  calendar: TradingCalendar;
  clock: Clock;
  logger: Logger;
}

/** Any instrument that is quoted all day. */
const QUOTED_SYMBOL = 'AAPL';
/** So that it is known since when a part is away, although nobody asked. */
const LOOK_EVERY_MS = 15_000;

/** How the parts of the system are asked, for figures too, and a look at all of them. */
export function composeSystem(
  config: { databaseUrl: string; brokers: readonly { name: string }[] },
  { redis, temporal, monitor, marketData, calendar, clock, logger }: SystemParts,
) {
  // Connections of its own: how Postgres is must not wait behind the requests.
  const database = openDatabase(config.databaseUrl, {
    poolSize: 2,
    applicationName: 'hub-api-system',
    statementMsMax: CLIENT_STATEMENT_MS_MAX,
  });
  const { sql } = database;
  const books = createBooksProbes(sql);
  const readQuote = async () => (await marketData.getQuotes([QUOTED_SYMBOL])).quotes[0] ?? null;
  const probes: SystemProbes = {
    readPostgresStart: () => readServerStart(sql),
    readBacklog: books.readBacklog,
    askRedis: redis && (() => pingRedis(redis)),
    askTemporal: temporal.assertServing,
    readTaskQueues: monitor.readTaskQueues,
    readSettlementRuns: monitor.readSettlementRuns,
    readBrokerSession: monitor.readBrokerSession,
    readQuote,
  };
  const brokers = config.brokers.map(({ name }) => name);
  const lookAtSystem = createSystemLook({ probes, brokers, calendar, clock, logger });
  const timer = setInterval(() => void lookAtSystem(), LOOK_EVERY_MS).unref();
  void lookAtSystem();
  return {
    lookAtSystem,
    figures: {
      books,
      workflows: {
        ...monitor,
        async readSessionTroubles() {
          const found = brokers.map(async (broker) =>
            findSessionTrouble(broker, await monitor.readBrokerSession(broker), clock()),
          );
          return (await Promise.all(found)).filter((trouble) => trouble !== null);
        },
      },
      async readQuoteAge(): Promise<number | null> {
        const quote = await readQuote();
        if (quote === null || !isOpenAt(calendar, clock())) return null;
        return Math.max(0, clock() - Date.parse(quote.time)) / 1_000;
      },
    },
    async close() {
      clearInterval(timer);
      await database.close();
    },
  };
}
