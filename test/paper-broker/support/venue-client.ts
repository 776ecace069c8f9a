import { randomUUID } from 'node:crypto';
import { type Client, Code, ConnectError, createClient } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import { afterAll, beforeAll, beforeEach, onTestFinished } from 'vitest';
import { BrokerFaultService, BrokerService, OrderType, Side, TimeInForce } from '../../../proto/gen/hub/v1/broker_pb.js';
import { ClearingService } from '../../../proto/gen/hub/v1/clearing_pb.js';
import { type MarketDataServer, startMarketDataServer } from './market-data-server.ts';
import { type PostgresCluster, startPostgresCluster } from './postgres-cluster.ts';
import { startVenueProcess, type VenueProcess } from './venue-process.ts';

export interface RunningProcess extends VenueProcess {
  broker: Client<typeof BrokerService>;
  faults: Client<typeof BrokerFaultService>;
  clearing: Client<typeof ClearingService>;
}

/** For each test file a Postgres of its own, for each test a market with quotes of AAPL (100.00 / 100.02) and MSFT (50.00 / 50.01). */
export function useVenueProcesses() {
  let cluster: PostgresCluster;
  let marketData: MarketDataServer;
  beforeAll(async () => {
    cluster = await startPostgresCluster();
  });
  afterAll(() => cluster.destroy());
  beforeEach(async () => {
    marketData = await startMarketDataServer();
    onTestFinished(() => marketData.close());
    marketData.tell('AAPL', { bid: '100.00', ask: '100.02', bidSize: '100000', askSize: '100000' });
    marketData.tell('MSFT', { bid: '50.00', ask: '50.01' });
  });

  return {
    marketData: () => marketData,
    cluster: () => cluster,
    newDatabase: (): Promise<string> => cluster.createDatabase(`venue_${randomUUID().replaceAll('-', '')}`),
    async open(databaseUrl: string, env: Record<string, string> = {}): Promise<RunningProcess> {
      const running = await startVenueProcess({ PAPER_BROKER_DATABASE_URL: databaseUrl, MARKET_DATA_URL: marketData.url, ...env });
      onTestFinished(async () => {
        await running.end('SIGKILL');
      });
      const transport = createConnectTransport({ baseUrl: running.url, httpVersion: '2' });
      return {
        ...running,
        broker: createClient(BrokerService, transport),
        faults: createClient(BrokerFaultService, transport),
        clearing: createClient(ClearingService, transport),
      };
    },
  };
}

/** A day order to buy 10 AAPL at the market, protected at 105. */
export const order = (changes: object = {}) => ({
  clientOrderId: `${randomUUID()}.1`,
  symbol: 'AAPL',
  side: Side.BUY,
  type: OrderType.MARKET,
  timeInForce: TimeInForce.DAY,
  quantity: '10',
  protectionPrice: '105',
  ...changes,
});

export const resting = (changes: object = {}) => order({ type: OrderType.LIMIT, limitPrice: '90', protectionPrice: '', ...changes });

export async function codeOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'OK',
    (error: unknown) => Code[ConnectError.from(error).code],
  );
}
